"""Every fault of the network and of TLS is one sentence, over real sockets."""

import re
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import closing

import pytest

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.jobs import GetTask
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.settings.key import CurrentKey
from gcore_tasks_cli.settings.network import tls_context
from gcore_tasks_cli.settings.settings import Settings
from tests.servers.raw import answering
from tests.servers.sandbox import SandboxServer, scenario_of
from tests.unit.api.certificates import AUTHORITY
from tests.unit.api.sessions import error_of, session_at

# What people are not to read: names of Python, of libraries and of their errors.
INTERNALS = re.compile(
    r"_ssl\.c|bytearray|Errno|\bb'|httpx|h11|httpcore|Receive buffer|sslv3|tlsv1|\[SSL"
    r"|line 1 column|char 0|utf-8|codec"
)
KEY = "1234$abcdefgh"
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(scope="module")
def authority_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


def server_context(**attributes: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    AUTHORITY.configure_trust(context)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of old TLS versions
        for name, value in attributes.items():
            setattr(context, name, value)
    return context


def error_at(url: str, **more: str) -> ApiError:
    """What a session says that asks there for a task."""
    with session_at(url, **more) as session:
        error = error_of(lambda: session.do(GetTask("t-1")))
    said = f"{error.message} {error.hint}"
    assert not INTERNALS.search(said), said
    return error


def response(body: bytes, head: bytes = OK) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


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
        (response(b""), "answered with nothing instead of a task"),
        (response(b"<!DOCTYPE html><p>x"), "answered with an HTML page instead of a task"),
        (response(b"<html><title>Sign in &amp; surf</title>"), "an HTML page (Sign in & surf)"),
        (response(b"<?xml version='1.0'?><a/>"), "not JSON instead of a task"),
        (response(b"gateway busy"), "answered with something that is not JSON"),
        (response(b"\xff\xfe\xfd"), "answered with something that is not JSON"),
        (response(b'{"id":"t-1","state":'), "answered with something that is not JSON"),
        (response(b"null"), "answered with JSON of another kind"),
        (response(b'{"id":"t-1"}'), "answered with JSON of another kind"),
        (
            response(
                b"<html><head><title>400 No required SSL certificate was sent</title></head>",
                b"HTTP/1.1 400 Bad Request\r\n",
            ),
            "HTTP 400 Bad Request: 400 No required SSL certificate was sent",
        ),
        (
            response(
                b"Client sent an HTTP request to an HTTPS server.\n",
                b"HTTP/1.0 400 Bad Request\r\n",
            ),
            "HTTP 400 Bad Request: Client sent an HTTP request to an HTTPS server.",
        ),
        (
            response(b"<html><title>502 Bad Gateway</title>", b"HTTP/1.1 502 Bad Gateway\r\n"),
            "answered HTTP 502 Bad Gateway",
        ),
    ],
)
def test_an_answer_that_cannot_be_used_is_described(data: bytes, words: str) -> None:
    with answering(data) as port:
        assert words in error_at(f"http://127.0.0.1:{port}").message


@pytest.mark.parametrize("spoken", ["https", "http"])
def test_the_wrong_scheme_is_named(spoken: str) -> None:
    tls = server_context() if spoken == "http" else None
    with SandboxServer(scenario_of(), ssl_context=tls) as server:
        error = error_at(f"{spoken}://127.0.0.1:{server.base_url.rpartition(':')[2]}")
    if spoken == "https":
        assert (error.transient, error.message[-18:]) == (False, "does not speak TLS")
        assert error.hint == "is it an http port? Its URL says https"
    else:  # Python's own server ends the connection, which may have other reasons
        assert "(is it an https port?)" in error.message


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def demanding(request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    """A server that demands a client certificate."""
    tls = server_context(verify_mode=ssl.CERT_REQUIRED, maximum_version=request.param)
    tasks = [{"id": "t-1"}]
    with SandboxServer(scenario_of(tasks=tasks), ssl_context=tls) as server:
        yield server


def test_a_client_certificate_that_is_demanded_is_named(
    demanding: SandboxServer, authority_file: str
) -> None:
    error = error_at(demanding.base_url, ca_file=authority_file)
    # With TLS 1.2 the server says no more than that the handshake failed.
    assert "a client certificate" in f"{error.message} {error.hint}"
    assert not error.transient


def test_no_common_tls_version_is_named(authority_file: str) -> None:
    old = server_context(maximum_version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with SandboxServer(scenario_of(), ssl_context=old) as server:
        error = error_at(server.base_url, ca_file=authority_file)
    assert "refuses the TLS handshake: " in error.message
    assert not error.transient


def test_what_worked_once_is_no_mistake_of_the_settings(authority_file: str) -> None:
    """A load balancer that speaks plain http while it restarts must not end a wait."""
    tls, key = tls_context(authority_file, ""), CurrentKey(KEY, Secrets())

    def ask(url: str) -> None:
        with closing(Session(Settings(KEY, url), tls, key)) as session:
            session.do(GetTask("t-1"))

    with SandboxServer(scenario_of(tasks=[{"id": "t-1"}]), ssl_context=server_context()) as server:
        key.value = server.api_key
        ask(server.base_url)
    with (
        answering(b"HTTP/1.1 503 \r\n\r\n", after_request=False) as port,
        pytest.raises(ApiError, match=r"the TLS connection to .* failed") as raised,
    ):
        ask(f"https://127.0.0.1:{port}")
    assert raised.value.transient
    assert not INTERNALS.search(raised.value.message)


def test_tls_that_ends_in_the_middle_is_transient() -> None:
    with answering(b"") as port:
        error = error_at(f"https://127.0.0.1:{port}")
    assert error.transient
    assert "closed the connection in the middle of TLS" in error.message


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    assert error_at(f"http://127.0.0.1:{port}").message.startswith("cannot reach 127.0.0.1")
