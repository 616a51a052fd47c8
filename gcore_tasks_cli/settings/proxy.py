"""Which proxy leads to the API, as curl has it. Pure: variables in, a proxy or an error out.

httpx gives up on every request where it cannot read one entry of NO_PROXY; here what cannot be
read is ignored, and httpx is handed the proxy that was chosen.
"""

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from gcore_tasks_cli.errors import UsageError

# As curl reads them: the lower case first.
_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTION_VARIABLES = ("no_proxy", "NO_PROXY")
_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """A proxy's URL, and the variable that names it."""

    url: str
    variable: str

    @property
    def name(self) -> str:
        """The proxy in messages: its host and port, never its password."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"the proxy {parts.hostname}{port} (from {self.variable})"


def proxy_for(base_url: str, env: Mapping[str, str]) -> Proxy | None:
    """The proxy on the way to this https URL; None where there is none. Plain http has none.

    Raises:
        UsageError: for a proxy that cannot be used.
    """
    target = urlsplit(base_url)
    variable = next((name for name in _PROXY_VARIABLES if env.get(name, "").strip()), None)
    if variable is None or target.scheme != "https":
        return None
    exceptions = next((env[name] for name in _EXCEPTION_VARIABLES if env.get(name)), "")
    if is_excepted(target.hostname or "", target.port or 443, exceptions):
        return None
    url = env[variable].strip()
    url = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise UsageError(
            f"{variable} is not the URL of a proxy", hint="write it like http://127.0.0.1:3128"
        )
    if parts.scheme.startswith("socks"):
        _need_socks(variable)
    return Proxy(url, variable)


def is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Whether this host is reached without a proxy; `exceptions` is the value of NO_PROXY.

    Names (and what ends with them), addresses, CIDR blocks of both families, each perhaps with a
    port, and `*` for all.
    """
    return any(_matches(host, port, e) for e in exceptions.replace(",", " ").split())


def _matches(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    name, of_port = _split_port(entry)
    if of_port is not None and of_port != port:
        return False
    if address is not None:
        try:
            return address in ipaddress.ip_network(name.strip("[]"), strict=False)
        except ValueError:
            return False
    name = _ascii(name.removeprefix("*").strip("."))
    host = _ascii(host.rstrip("."))
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split_port(entry: str) -> tuple[str, int | None]:
    name, colon, port = entry.rpartition(":")
    is_port = bool(colon) and port.isascii() and port.isdigit()
    # More colons without brackets are an IPv6 address.
    if is_port and (":" not in name or name.endswith("]")):
        return name, int(port)
    return entry, None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _ascii(name: str) -> str:
    try:
        return name.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return name.lower()


def _need_socks(variable: str) -> None:
    from importlib.util import find_spec

    if find_spec("socksio") is None:
        raise UsageError(
            f"{variable} names a SOCKS proxy, and gtask is installed without SOCKS support",
            hint="pipx inject gcore-tasks-cli socksio, or uv tool install 'gcore-tasks-cli[socks]'",
        )
