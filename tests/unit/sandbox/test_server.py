"""The sandbox over a real socket: its normal responses, wrong requests, and its end."""

import json
import socket
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.clients import (
    PATH,
    answer,
    fetched,
    raw,
    serving,
    until_end,
)

ODD_BYTES = st.binary(max_size=200) | st.text("GET /: HTP1.\r\n[", max_size=60).map(str.encode)


def test_responses_are_those_of_the_api() -> None:
    with serving() as server:
        response, body = fetched(server, f"{PATH}?b=c")
        assert (response.status, json.loads(body)["state"]) == (200, "RUNNING")
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Content-Length"] == str(len(body))
        assert abs(parsedate_to_datetime(response.headers["Date"]).timestamp() - time.time()) < 60
        assert [request[1:] for request in server.requests] == [("GET", f"{PATH}?b=c")]


@settings(max_examples=20, deadline=None)
@given(data=ODD_BYTES)
@example(b"\x16\x03\x01\x02\x00\x01\x00\n\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n")
@example(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n")
def test_no_bytes_crash_the_server(data: bytes) -> None:
    with serving() as server:
        with raw(server, data) as connection:
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):  # it may close before it has read all
                assert until_end(connection)[:9] in (b"", b"HTTP/1.1 ")
        assert answer(server)["id"] == "a"
