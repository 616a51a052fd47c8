"""The sandbox over a real socket: its normal responses, wrong requests, and its end."""

import json
import socket
import time
from contextlib import closing, suppress
from email.utils import parsedate_to_datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.clients import (
    PATH,
    answer,
    asked,
    client,
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


def test_one_connection_serves_many_requests() -> None:
    with serving() as server, closing(client(server)) as connection:
        asked(connection, server).read()
        first = connection.sock
        connection.request("POST", f"{PATH}/acknowledge", body=b"x" * 5000)
        assert connection.getresponse().read()
        for method, status in (("GET", 200), ("HEAD", 405), ("GET", 200)):
            response = asked(connection, server, method=method)
            assert response.status == status
            response.read()
        response = asked(connection, server, "/cloud/v1/tasks/acknowledge_all", "POST")
        assert (response.status, response.read()) == (204, b"")
        assert asked(connection, server).read()
        assert connection.sock is first is not None


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
