"""Which proxy leads to the API, by the variables that the standard library and httpx read.

httpx is handed the proxy that is chosen here, so that errors can name it and its variable.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from gcore_tasks_cli.errors import UsageError

_VARIABLES = ("https_proxy", "all_proxy")
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
    """The proxy on the way to this URL; None if there is none, as always for plain http.

    Raises:
        UsageError: for a proxy that cannot be used.
    """
    target = urlsplit(base_url)
    variables = (_spelling(name, env) for name in _VARIABLES)
    variable = next((name for name in variables if env.get(name, "").strip()), None)
    if variable is None or target.scheme != "https" or _is_excepted(target, env):
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
        _require_socks(variable)
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


def _require_socks(variable: str) -> None:
    from importlib.util import find_spec

    if find_spec("socksio") is None:
        raise UsageError(
            f"{variable} names a SOCKS proxy, and gtask is installed without SOCKS support",
            hint="pipx inject gcore-tasks-cli socksio, or uv tool install 'gcore-tasks-cli[socks]'",
        )
