"""The way to the API by the variables that the standard library and httpx read: proxy and TLS.

httpx is handed what is chosen here, so that errors can name the variable.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

from gcore_tasks_cli.errors import UsageError

if TYPE_CHECKING:
    import ssl

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """A proxy's URL, and the variable that names it."""

    url: str
    variable: str

    @property
    def name(self) -> str:
        """The proxy in messages: its host and port, never its password."""
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        return f"the proxy {host} (from {self.variable})"


def proxy_for(base_url: str, env: Mapping[str, str]) -> Proxy | None:
    """The proxy on the way to this URL; None if there is none, as always for plain http.

    Raises:
        UsageError: for a proxy that cannot be used.
    """
    target = urlsplit(base_url)
    variables = (_spelling(name, env) for name in ("https_proxy", "all_proxy"))
    variable = next((name for name in variables if env.get(name, "").strip()), None)
    if variable is None or target.scheme != "https" or _is_excepted(target, env):
        return None
    url = env[variable].strip()
    url = url if "://" in url else f"http://{url}"
    is_usable = False
    with suppress(ValueError):  # of a port that is not a number
        parts = urlsplit(url)
        is_usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    if not is_usable:
        raise UsageError(
            f"{variable} is not the URL of a proxy", hint="write it like http://127.0.0.1:3128"
        )
    return Proxy(url, variable)


def _spelling(name: str, env: Mapping[str, str]) -> str:
    """The variable in lower case if it is set, though it be empty; else in upper case."""
    return name if name in env else name.upper()


def _is_excepted(target: SplitResult, env: Mapping[str, str]) -> bool:
    """Whether NO_PROXY says that the target is reached without a proxy."""
    # Here, since it is slow to import and rarely needed. The type stubs lack it.
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    host = target.netloc if target.port else f"{target.netloc.rstrip(':')}:443"
    exceptions = env.get(_spelling("no_proxy", env), "")
    return bool(proxy_bypass_environment(host, {"no": exceptions}))


def tls_context(ca_file: str, ca_dir: str) -> "ssl.SSLContext":
    """The context for all sessions to an API that is reached over https.

    It trusts what the two variables name; without them what the system trusts, or else certifi's
    authorities. Reading them costs some 25 ms: once, and not for both, nor per connection as httpx
    would.

    Raises:
        UsageError: if what the variables name holds nothing that can be used.
    """
    import ssl

    # Not `create_default_context`: since Python 3.13 that refuses authorities for their form
    # (VERIFY_X509_STRICT) which curl accepts.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an intermediate is enough, as for curl
    if ca_dir:
        if not any(map(os.path.isdir, ca_dir.split(os.pathsep))):
            raise UsageError(f"SSL_CERT_DIR names no folder: {ca_dir!r}")
        context.load_verify_locations(capath=ca_dir)
    if ca_file:
        _load_authorities(context, ca_file)
    elif not ca_dir:
        context.load_default_certs()
        if not context.cert_store_stats()["x509_ca"]:
            import certifi  # comes with httpx

            context.load_verify_locations(certifi.where())
    return context


def _load_authorities(context: "ssl.SSLContext", path: str) -> None:
    """Trusts the certificates of a file in PEM format; one that is damaged costs only itself."""
    import ssl

    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        pem = r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----"
        for certificate in re.findall(pem, Path(path).read_text("latin-1")):
            with suppress(ssl.SSLError):
                context.load_verify_locations(cadata=certificate)
        if not context.cert_store_stats()["x509"]:
            raise UsageError("SSL_CERT_FILE holds no certificate in PEM format") from None
    except OSError as error:
        raise UsageError(f"cannot read SSL_CERT_FILE ({path!r}): {error.strerror}") from None
