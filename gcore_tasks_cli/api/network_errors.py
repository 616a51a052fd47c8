"""What the network, TLS and httpx raise, as an `ApiError` in words of this program."""

import re
import ssl
from collections.abc import Iterator
from socket import gaierror

from gcore_tasks_cli.api import httpx
from gcore_tasks_cli.errors import NoAnswer

CONNECT_LIMIT_SECONDS = 10.0

# Verification errors of OpenSSL (x509_vfy.h) that trusting another authority would not solve.
_CERTIFICATE_HINTS = {
    9: "it is not valid yet: is this machine's clock right?",
    10: "it has expired, or this machine's clock is wrong",
    62: "it is for another name: is GCORE_BASE_URL right?",
    64: "it is for another address: is GCORE_BASE_URL right?",
}
_OTHER_AUTHORITY = "if a proxy has an authority of its own, name its file in SSL_CERT_FILE"
_PROXY_HINT = "put the user name and password into its URL: http://user:password@proxy:3128"
_NAME_HINT = "check the network, GCORE_BASE_URL and HTTPS_PROXY"


# A failed handshake means a wrong setting, unless the API has answered before. Reasons of OpenSSL
# (sslerr.h) or alerts (RFC 8446, section 6), the message, and a hint.
_HANDSHAKES = (
    (
        "wrong version number|record layer failure|http request|packet length too long",
        "{peer} does not speak TLS",
        "is it an http port? Its URL says https",
    ),
    (
        "protocol version|unsupported protocol|no protocols available|handshake failure|"
        "insufficient security|unrecognized name|certificate required|bad certificate",
        "{peer} refuses the TLS handshake: {why}",
        "gtask speaks TLS 1.2 or newer, without a client certificate. Is GCORE_BASE_URL right?",
    ),
)
# Other errors: the type, a pattern of the text, and the message; the first match counts. The texts
# of h11 are matched but not shown, since they speak of its internals.
_FAULTS = (
    (ssl.SSLError, "eof|zero return", "{peer} closed the connection in the middle of TLS"),
    (ssl.SSLError, "", "the TLS connection to {peer} failed: {why}"),
    (httpx.ProtocolError, "message body|unexpectedly closed", "the answer of {peer} was cut short"),
    (httpx.ProtocolError, "disconnected", "{peer} closed the connection without an answer{guess}"),
    (httpx.ProtocolError, "too long", "the headers of the answer of {peer} are too long"),
    (httpx.ProtocolError, "", "{peer} answered with something that is not HTTP{guess}"),
    (httpx.ConnectTimeout, "", "could not connect to {peer} within {limit} s"),
    (gaierror, "", "cannot find {peer}: {why}"),
    (httpx.ConnectError, "", "cannot reach {peer}: {why}"),
    (Exception, "", "the connection to {peer} broke: {why}{guess}"),
)


def network_error(
    error: Exception, peer: str, proxy_asks: str = "", *, is_plain: bool, is_known: bool
) -> NoAnswer:
    """What httpx, TLS or a socket raised, in words.

    `peer` is who was connected to (the API or a proxy), over `is_plain` http. `is_known` says that
    this has worked before: then no setting is wrong, but something on the way. `proxy_asks` is the
    `Proxy-Authenticate` of a proxy.
    """
    if isinstance(error, httpx.ProxyError):
        return _proxy_error(str(error), peer, proxy_asks)
    causes = list(_causes(error))
    system = next((cause for cause in causes if isinstance(cause, OSError)), None)
    why = _reason(system)
    if isinstance(system, ssl.SSLCertVerificationError):
        hint = _CERTIFICATE_HINTS.get(system.verify_code, _OTHER_AUTHORITY)
        return NoAnswer(f"the certificate of {peer} is not trusted: {why}", hint=hint)
    if isinstance(system, ssl.SSLError) and not is_known:
        for pattern, message, hint in _HANDSHAKES:
            if re.search(pattern, why):
                return NoAnswer(message.format(peer=peer, why=why), hint=hint)
    message = next(
        words
        for kind, pattern, words in _FAULTS
        if any(isinstance(each, kind) for each in causes) and re.search(pattern, f"{error} {why}")
    )
    # Most servers that expect TLS end a connection that speaks plain http without a word.
    guess = " (is it an https port?)" if is_plain and not is_known else ""
    return NoAnswer(
        message.format(peer=peer, why=why, guess=guess, limit=f"{CONNECT_LIMIT_SECONDS:.0f}"),
        hint=_NAME_HINT if isinstance(system, gaierror) else None,
        transient=True,
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: OSError | None) -> str:
    """What OpenSSL says, or the system in lower case."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        reason = error.reason or type(error).__name__
        return re.sub(r"^(SSL|TLS)V\d+_(ALERT_)?", "", reason).replace("_", " ").lower()
    return ((error and error.strerror) or "unknown reason").lower()


def _proxy_error(said: str, proxy: str, asks: str) -> NoAnswer:
    # The last two are texts of httpx for SOCKS proxies: a wrong password, and none.
    wants_password = said.startswith(("407", "Invalid username", "Requested "))
    is_refused = said.startswith(("3", "4")) and not said.startswith(("408", "429"))
    hint = _PROXY_HINT if wants_password else None
    if wants_password and asks and "basic" not in asks.lower():
        hint = f"it asks for {asks.partition(',')[0][:50]}, which gtask does not support"
    return NoAnswer(
        f"{proxy} refused the tunnel: {said}",
        hint=hint,
        transient=not (is_refused or wants_password),
    )
