"""What the network, TLS and httpx raise, as an `ApiError` in words."""

import socket
import ssl
from collections.abc import Iterator

from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.api.limits import (
    CONNECT_LIMIT_SECONDS,
    READ_LIMIT_SECONDS,
    REQUEST_LIMIT_SECONDS,
)
from gcore_tasks_cli.errors import NoAnswer

# OpenSSL's verification codes (x509_vfy.h) that another authority would not help.
_CERTIFICATE_HINTS = {
    9: "it is not valid yet: is this machine's clock right?",
    10: "it has expired, or this machine's clock is wrong",
    62: "it is for another name: is GCORE_BASE_URL right?",
    64: "it is for another address: is GCORE_BASE_URL right?",
}


def too_slow(host: str) -> NoAnswer:
    """The error of a request that went on for longer than its own limit."""
    return NoAnswer(f"{host} gave no whole answer in {REQUEST_LIMIT_SECONDS:.0f} s", transient=True)


def network_error(error: Exception, host: str) -> NoAnswer:
    """What httpx, TLS or a socket raised, in words; `host` is who could not be reached."""
    causes = list(causes_of(error))
    untrusted = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        return NoAnswer(
            f"the certificate of {host} is not trusted: {untrusted.verify_message}",
            hint=_CERTIFICATE_HINTS.get(
                untrusted.verify_code,
                "behind a proxy with its own authority, name its file in SSL_CERT_FILE",
            ),
        )
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, ImportError)):
        return NoAnswer(f"cannot use the base URL or the proxy that is set: {error}")
    if isinstance(error, httpx.LocalProtocolError):
        return NoAnswer(f"cannot send the request to {host}: {error}")
    if isinstance(error, httpx.ProxyError):
        status = str(error)[:3]
        lasts = status.isdigit() and 300 <= int(status) < 500 and status not in ("408", "429")
        return NoAnswer(f"the proxy on the way to {host} says: {error}", transient=not lasts)
    if isinstance(error, httpx.ConnectTimeout):
        seconds = f"{CONNECT_LIMIT_SECONDS:.0f}"
        return NoAnswer(f"{host} took no connection in {seconds} s", transient=True)
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer(f"{host} gave no answer in {READ_LIMIT_SECONDS:.0f} s", transient=True)
    if isinstance(error, httpx.RemoteProtocolError):
        return NoAnswer(f"{host} broke off its answer: {error}", transient=True)
    unresolved = next((c for c in causes if isinstance(c, socket.gaierror)), None)
    if unresolved is not None:
        return NoAnswer(
            f"cannot find {host}: {unresolved.strerror}",
            hint="check the network, GCORE_BASE_URL and HTTPS_PROXY",
            transient=True,
        )
    system = next((c for c in causes if isinstance(c, OSError) and c.strerror), None)
    reason = system.strerror.lower() if system is not None and system.strerror else str(error)
    return NoAnswer(f"cannot reach {host}: {reason or type(error).__name__}", transient=True)


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
