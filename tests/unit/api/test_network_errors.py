"""What the network, TLS and a proxy raise, each in one sentence."""

import errno
import socket
import ssl

import pytest

from gcore_tasks_cli.api import httpx
from gcore_tasks_cli.api.network_errors import network_error
from gcore_tasks_cli.errors import NoAnswer


def said_of(
    error: Exception,
    cause: BaseException | None = None,
    *,
    plain: bool = False,
    known: bool = False,
) -> NoAnswer:
    error.__cause__ = cause
    return network_error(error, "peer", is_plain=plain, is_known=known)


RESET = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
LOST = OSError(errno.ENETUNREACH, "Network is unreachable")
NO_FILES = OSError(errno.EMFILE, "Too many open files")
NO_NAME = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("error", "cause", "message"),
    [
        (httpx.ConnectTimeout("x"), TimeoutError(), "could not connect to peer within 10 s"),
        (httpx.ConnectError("x"), LOST, "cannot reach peer: network is unreachable"),
        (httpx.ConnectError("x"), None, "cannot reach peer: unknown reason"),
        (httpx.ReadError("x"), RESET, "the connection to peer broke: connection reset by peer"),
        (httpx.ReadError("x"), OSError(), "the connection to peer broke: unknown reason"),
        (httpx.ConnectError("x"), NO_FILES, "cannot reach peer: too many open files"),
        (RESET, None, "the connection to peer broke: connection reset by peer"),
    ],
)
def test_what_the_network_does_is_said_and_passes(
    error: Exception, cause: BaseException | None, message: str
) -> None:
    found = said_of(error, cause)
    assert (found.message, found.hint, found.transient) == (message, None, True)


def test_a_name_that_is_not_found_comes_with_a_hint() -> None:
    found = said_of(httpx.ConnectError("x"), NO_NAME)
    assert found.message == "cannot find peer: name or service not known"
    assert found.hint == "check the network, GCORE_BASE_URL and HTTPS_PROXY"
    assert found.transient


def test_the_cause_is_found_wherever_it_is_in_the_chain() -> None:
    between = RuntimeError("between")
    between.__context__ = LOST  # raised while that was handled
    assert said_of(httpx.ConnectError("x"), between).message.endswith("network is unreachable")


GUESS = " (is it an https port?)"


def test_a_plain_connection_that_breaks_may_be_to_an_https_port() -> None:
    broke = "the connection to peer broke: connection reset by peer"
    assert said_of(httpx.ReadError("x"), RESET, plain=True).message == broke + GUESS
    assert said_of(httpx.ReadError("x"), RESET, plain=True, known=True).message == broke


@pytest.mark.parametrize(
    ("said", "transient", "is_hinted"),
    [
        ("200 Odd", True, False),
        ("299 Odd", True, False),
        ("300 Multiple Choices", False, False),
        ("403 Forbidden", False, False),
        ("407 Proxy Authentication Required", False, True),
        ("408 Request Timeout", True, False),
        ("429 Too Many Requests", True, False),
        ("499 Odd", False, False),
        ("500 Internal Server Error", True, False),
        ("503 Service Unavailable", True, False),
        ("Invalid username/password", False, True),
        ("Requested NO AUTHENTICATION REQUIRED from proxy server, but got X.", False, True),
        ("Proxy Server could not connect: General SOCKS server failure.", True, False),
    ],
)
def test_a_proxy_that_makes_no_connection(said: str, transient: bool, is_hinted: bool) -> None:
    found = said_of(httpx.ProxyError(said))
    assert found.message == f"peer refused the tunnel: {said}"
    assert found.transient == transient
    hint = "put the user name and password into its URL: http://user:password@proxy:3128"
    assert found.hint == (hint if is_hinted else None)


def tls_error(reason: str | None, kind: type[ssl.SSLError] = ssl.SSLError) -> Exception:
    error = kind(1, "[SSL] it failed (_ssl.c:1000)")
    error.reason = reason  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (9, "it is not valid yet: is this machine's clock right?"),
        (10, "it has expired, or this machine's clock is wrong"),
        (62, "it is for another name: is GCORE_BASE_URL right?"),
        (64, "it is for another address: is GCORE_BASE_URL right?"),
        (20, "if a proxy has an authority of its own, name its file in SSL_CERT_FILE"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_said_with_why(code: int, hint: str) -> None:
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_code, error.verify_message = code, "it is odd"
    for known in (True, False):
        found = said_of(httpx.ConnectError("x"), error, known=known)
        assert found.message == "the certificate of peer is not trusted: it is odd"
        assert (found.hint, found.transient) == (hint, False)


HANDSHAKE = "gtask speaks TLS 1.2 or newer, without a client certificate. Is GCORE_BASE_URL right?"


@pytest.mark.parametrize(
    ("reason", "message", "hint", "words"),
    [
        (
            "WRONG_VERSION_NUMBER",
            "peer does not speak TLS",
            "is it an http port? Its URL says https",
            "wrong version number",
        ),
        *(
            (reason, f"peer refuses the TLS handshake: {words}", HANDSHAKE, words)
            for reason, words in (
                ("TLSV1_ALERT_PROTOCOL_VERSION", "protocol version"),
                ("SSLV3_ALERT_BAD_CERTIFICATE", "bad certificate"),
                ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate required"),
                ("SSLV3_ALERT_HANDSHAKE_FAILURE", "handshake failure"),
                ("TLSV1_UNRECOGNIZED_NAME", "unrecognized name"),
            )
        ),
    ],
)
def test_what_a_handshake_shows_is_a_wrong_setting_unless_it_has_worked_before(
    reason: str, message: str, hint: str | None, words: str
) -> None:
    found = said_of(httpx.ConnectError("x"), tls_error(reason))
    assert (found.message, found.hint, found.transient) == (message, hint, False)
    found = said_of(httpx.ConnectError("x"), tls_error(reason), known=True)
    assert found.message == f"the TLS connection to peer failed: {words}"
    assert (found.hint, found.transient) == (None, True)
