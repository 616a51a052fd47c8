"""What the network, TLS and httpx raise, as an `ApiError` in words of this program."""

import socket
import ssl
from collections.abc import Iterator

from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.errors import NoAnswer

CONNECT_LIMIT_SECONDS = 10.0

# OpenSSL's verification codes (x509_vfy.h) that another authority would not help.
_CERTIFICATE_HINTS = {
    9: "it is not valid yet: is this machine's clock right?",
    10: "it has expired, or this machine's clock is wrong",
    62: "it is for another name: is GCORE_BASE_URL right?",
    64: "it is for another address: is GCORE_BASE_URL right?",
}
# What OpenSSL's reasons (sslerr.h, and the alerts of RFC 8446, section 6) mean, and a hint. With
# TLS 1.3 a server demands a client certificate after the handshake, so also of a known peer; with
# TLS 1.2 some servers call the missing one a bad one.
_OF_CLIENT_CERTIFICATES: dict[str, tuple[str, str | None]] = dict.fromkeys(
    ("ALERT_CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE"),
    ("{} demands a client certificate, which gtask does not support", None),
)
_OF_HANDSHAKES: dict[str, tuple[str, str | None]] = {
    **dict.fromkeys(
        ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"),
        ("{} does not speak TLS", "is it an http port? Its URL says https"),
    ),
    **dict.fromkeys(
        ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE"),
        ("{} and gtask have no TLS version in common", "gtask needs TLS 1.2 or newer"),
    ),
    **dict.fromkeys(
        ("HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY"),
        (
            "{} refuses the TLS handshake: it demands a client certificate, which gtask does not "
            "support, or there is no cipher in common",
            None,
        ),
    ),
    "UNRECOGNIZED_NAME": ("{} has no certificate for this name", "is GCORE_BASE_URL right?"),
}


def network_error(error: Exception, peer: str, *, is_plain: bool, is_known: bool) -> NoAnswer:
    """What httpx, TLS or a socket raised, in words.

    `peer` is who was connected to (the API or a proxy), over `is_plain` http. `is_known` says that
    this has worked before: then no setting is wrong, but something on the way.
    """
    causes = list(_causes(error))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return _tls_error(tls, peer, is_known=is_known)
    if isinstance(error, httpx.ProxyError):
        return _proxy_error(str(error), peer)
    # Most servers that expect TLS end a connection that speaks plain http without a word.
    guess = " (is it an https port?)" if is_plain and not is_known else ""
    if isinstance(error, httpx.ProtocolError):
        return _protocol_error(str(error), peer, guess)
    hint = None
    system = next((cause for cause in causes if isinstance(cause, OSError)), None)
    why = (system.strerror if system else None) or "unknown reason"
    if isinstance(error, httpx.ConnectTimeout):
        message = f"could not connect to {peer} within {CONNECT_LIMIT_SECONDS:.0f} s"
    elif isinstance(system, socket.gaierror):
        message = f"cannot find {peer}: {why}"
        hint = "check the network, GCORE_BASE_URL and HTTPS_PROXY"
    elif isinstance(error, httpx.ConnectError):
        message = f"cannot reach {peer}: {why.lower()}"
    else:
        message = f"the connection to {peer} broke: {why.lower()}{guess}"
    return NoAnswer(message, hint=hint, transient=True)


def _tls_error(error: ssl.SSLError, peer: str, *, is_known: bool) -> NoAnswer:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NoAnswer(
            f"the certificate of {peer} is not trusted: {error.verify_message}",
            hint=_CERTIFICATE_HINTS.get(
                error.verify_code,
                "behind a proxy with its own authority, name its file in SSL_CERT_FILE",
            ),
        )
    reason = (error.reason or "UNKNOWN ERROR").upper().replace(" ", "_")
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "EOF" in reason:
        return NoAnswer(f"{peer} closed the connection in the middle of TLS", transient=True)
    mistakes = _OF_CLIENT_CERTIFICATES | ({} if is_known else _OF_HANDSHAKES)
    for fragment, (message, hint) in mistakes.items():
        if fragment in reason:
            return NoAnswer(message.format(peer), hint=hint)
    words = reason.rpartition("ALERT_")[2].lower().replace("_", " ")
    return NoAnswer(f"the TLS connection to {peer} failed: {words}", transient=True)


def _proxy_error(said: str, proxy: str) -> NoAnswer:
    status = said[:3]
    is_permanent = status.isdigit() and 300 <= int(status) < 500 and status not in ("408", "429")
    # The latter two are what httpx says of SOCKS proxies: a wrong password, and none.
    wants_password = status == "407" or said.startswith(("Invalid username", "Requested "))
    return NoAnswer(
        f"{proxy} makes no connection: {said}",
        hint="its URL takes a user name and password: http://user:password@proxy:3128"
        if wants_password
        else None,
        transient=not (is_permanent or wants_password),
    )


def _protocol_error(said: str, peer: str, guess: str) -> NoAnswer:
    """A breach of HTTP: what h11 says of it shows h11's insides, and is only looked at here."""
    if "without sending a response" in said:
        message = f"{peer} closed the connection without an answer{guess}"
    elif "complete message body" in said or "unexpectedly closed" in said:
        message = f"the answer of {peer} was cut short"
    elif "too long" in said:
        message = f"the headers of the answer of {peer} are too long"
    else:
        message = f"{peer} answered with something that is not HTTP{guess}"
    return NoAnswer(message, transient=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
