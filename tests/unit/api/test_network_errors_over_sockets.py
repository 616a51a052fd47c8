"""Every fault of the network and of TLS is one sentence, over real sockets."""

import re

import pytest

from gcore_tasks_cli.polling.jobs import GetTask
from tests.servers.raw import answering
from tests.unit.api.sessions import error_of, session_at

# What people are not to read: names of Python, of libraries and of their errors.
INTERNALS = re.compile(
    r"_ssl\.c|bytearray|Errno|\bb'|httpx|h11|httpcore|Receive buffer|sslv3|tlsv1|\[SSL"
    r"|line 1 column|char 0|utf-8|codec"
)
OK = b"HTTP/1.1 200 OK\r\n"


def said_at(url: str) -> str:
    """What a session says that asks there for a task."""
    with session_at(url) as session:
        error = error_of(lambda: session.do(GetTask("t-1")))
    assert error.transient
    assert not INTERNALS.search(f"{error.message} {error.hint}")
    return error.message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "closed the connection without an answer (is it an https port?)"),
        (b"\x00\xff\xfeSSH-2.0-x\r\n\r\n", "answered with something that is not HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "is not HTTP (is it an https port?)"),
        (OK + b"X: " + b"x" * 200_000, "are too long"),
        (OK + b"bad header\r\n\r\n", "not HTTP"),
        (OK + b"Content-Length: -1\r\n\r\n", "not HTTP"),
        (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "not HTTP"),
        (OK + b"Content-Length: 99\r\n\r\n{", "was cut short"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", "was cut short"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{", "not HTTP"),
        (OK + b"Transfer-Encoding: odd\r\n\r\n{", "not HTTP"),
        (OK + b"X: y", "without an answer"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 999999 Odd\r\n\r\n", "not HTTP"),
    ],
)
def test_an_answer_that_cannot_be_used_is_described(data: bytes, words: str) -> None:
    with answering(data) as port:
        assert words in said_at(f"http://127.0.0.1:{port}")


def test_tls_that_ends_in_the_middle_is_transient() -> None:
    with answering(b"") as port:
        said = said_at(f"https://127.0.0.1:{port}")
    assert "closed the connection in the middle of TLS" in said
