"""Settings, checked before anything is sent."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.configuration import Configuration
from gcore_tasks_cli.settings.key import OLDER_NAMES, find_api_key, secrets_of
from gcore_tasks_cli.settings.proxy import Proxy, proxy_for

DEFAULT_BASE_URL = "https://api.gcore.com"
DEFAULT_SOURCE = "the default"
_EXPORT_KEY = "export GCORE_API_KEY='1234$abcdef'"
# A JSON Web Token: three parts of base64url, the first a JSON object.
_JWT = r"eyJ[\w-]+\.[\w-]+\.[\w-]*"
_HOST = r"[\w.-]+|\[[0-9a-fA-F:.]+\]"
_LOOPBACK_IPV4 = r"(?a)127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}"


class Settings(NamedTuple):
    """What gtask needs to know to call the API. The key never shows in a repr.

    `other_keys` are older variables that hold another key than this one. `on_exchange` gets each
    request that is over, an `Exchange`; the threads of several requests call it at once.
    """

    api_key: str
    base_url: str = DEFAULT_BASE_URL
    ca_file: str | None = None
    ca_dir: str | None = None
    other_keys: tuple[str, ...] = ()
    proxy: Proxy | None = None
    key_source: str = "GCORE_API_KEY"  # as messages name it
    on_exchange: Callable[..., None] | None = None

    def __repr__(self) -> str:
        return f"Settings({self.base_url!r})"

    @classmethod
    def of(cls, configuration: Configuration) -> "Settings":
        """The settings of this configuration.

        Raises:
            UsageError: for a setting that is missing or wrong.
        """
        env = configuration.env
        configuration.check_profile()
        api_key, key_source = find_api_key(configuration)
        base_url, _ = find_base_url(configuration)
        return cls(
            api_key=api_key,
            base_url=base_url,
            proxy=proxy_for(base_url, env),
            key_source=key_source,
            ca_file=find_path(env, "SSL_CERT_FILE"),
            ca_dir=find_path(env, "SSL_CERT_DIR"),
            other_keys=tuple(
                name for name in OLDER_NAMES if env.get(name, "").strip() not in ("", api_key)
            ),
        )

    @property
    def host(self) -> str:
        """The host (and port) of the API, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show, see `secrets_of`."""
        return secrets_of(self.api_key)

    def refused_key_hint(self, said: str) -> str:
        """What to look at when the API refused the key, with what it said."""
        hint = "is GCORE_API_KEY right, and still valid?"
        if re.fullmatch(_JWT, self.api_key):
            hint = (
                "GCORE_API_KEY holds the Bearer token of a login; "
                "gtask needs an API key (a permanent token, like 1234$abcdef)"
            )
        elif self.key_source != "GCORE_API_KEY":
            hint = f"is the key right, and still valid? It is from {self.key_source}"
        elif self.api_key[0] == self.api_key[-1] in "'\"":
            hint = "GCORE_API_KEY holds quotes around the key: leave them out"
        elif "$" not in self.api_key:
            hint = (
                f"was the '$' of the key eaten by the shell? Set it in single quotes: {_EXPORT_KEY}"
            )
        elif "permanent token" in said.lower():
            hint += f" Was a '$' in it eaten by the shell? Set it in single quotes: {_EXPORT_KEY}"
        if self.other_keys:
            hint += f"; {' and '.join(self.other_keys)}, which gtask does not read, holds another"
        return hint

    @property
    def uses_tls(self) -> bool:
        """Whether the API is reached over https."""
        return self.base_url.startswith("https:")


def find_base_url(configuration: Configuration) -> tuple[str, str]:
    """The API's URL, and where it is from.

    Raises:
        UsageError: as `check_base_url`.
    """
    url, source = configuration.find("api-url") or (DEFAULT_BASE_URL, DEFAULT_SOURCE)
    return check_base_url(url, source), source


def check_base_url(url: str, name: str) -> str:
    """The base URL without a trailing slash, fit to send the key to; `name` is where it is from.

    Raises:
        UsageError: if it is no http(s) URL, holds a password, or is plain http to elsewhere.
    """
    if not url.isprintable() or " " in url or "\\" in url:
        raise UsageError(f"{name} holds a space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        host_matches = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"{name} is no URL", hint=f"its default is {DEFAULT_BASE_URL}") from None
    if "@" in parts.netloc:
        raise UsageError(f"{name} must hold no user name or password")
    if parts.scheme not in ("http", "https") or not host_matches or not _has_host(parts):
        raise UsageError(
            f"{name} is no http or https URL: {url[:200]!r}",
            hint=f"write it like {DEFAULT_BASE_URL}",
        )
    if "?" in url or "#" in url:
        raise UsageError(f"{name} must hold no query and no fragment")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise UsageError(
            f"{name} is plain http to {parts.hostname}: the key would be readable on the way",
            hint="use https; plain http is only for this machine (localhost, 127.0.0.1, [::1])",
        )
    return url.rstrip("/")


def _has_host(parts: SplitResult) -> bool:
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    host = host.removesuffix(":")
    if re.fullmatch(_HOST, host) is None:
        return False
    try:
        host.encode("idna")  # no empty label, none of more than 63 characters
    except UnicodeError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or re.fullmatch(_LOOPBACK_IPV4, host) is not None


def find_path(env: Mapping[str, str], name: str) -> str | None:
    """The path in a variable such as `SSL_CERT_FILE`; None if it is not set.

    Raises:
        UsageError: if there is no such file or folder.
    """
    exists, kind = (Path.is_dir, "folder") if name == "SSL_CERT_DIR" else (Path.is_file, "file")
    path = env.get(name, "").strip()
    if not path:
        return None
    try:
        found = exists(Path(path))
    except (OSError, ValueError):
        found = False
    if not found:
        raise UsageError(f"{name} names no {kind}: {path!r}")
    return path
