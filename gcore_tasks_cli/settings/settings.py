"""What gtask needs to know to call the API, checked before anything is sent."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.key import OLDER_NAMES, find_api_key, secrets_of
from gcore_tasks_cli.settings.network import Proxy, proxy_for

DEFAULT_BASE_URL = "https://api.gcore.com"
# Variable → what gtask 0.2 read if it was not set. To ignore that could send the key elsewhere, or
# let `ack --all` reach further.
_WITHDRAWN = {
    "GCORE_BASE_URL": "GCORE_API_URL",
    "GCORE_CLOUD_PROJECT_ID": "GCORE_CLOUD_PROJECT",
    "GCORE_CLOUD_REGION_ID": "GCORE_CLOUD_REGION",
}
_EXPORT_KEY = "export GCORE_API_KEY='1234$abcdef'"
# A JSON Web Token: three parts of base64url, the first a JSON object.
_JWT = r"eyJ[\w-]+\.[\w-]+\.[\w-]*"
# Scheme, host, port, path; no user name, password, query, fragment, backslash, control character.
_URL = r"(?P<scheme>https?)://(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]*)?(/[^\s\\@?#]*)?"
_THIS_MACHINE = r"localhost|\[::1\]|127(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}"


class Settings(NamedTuple):
    """What gtask needs to know to call the API. The key never shows in a repr.

    `other_keys` are older variables that hold another key than this one. `log` gets each
    request that is over, see `RequestLog.add`.
    """

    api_key: str
    base_url: str = DEFAULT_BASE_URL
    ca_file: str = ""
    ca_dir: str = ""
    other_keys: tuple[str, ...] = ()
    proxy: Proxy | None = None
    key_source: str = "GCORE_API_KEY"  # as messages name it
    log: Callable[..., None] | None = None

    def __repr__(self) -> str:
        return f"Settings({self.base_url!r})"

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Settings":
        """The settings in these environment variables.

        Raises:
            UsageError: for a setting that is missing or wrong.
        """
        for name in _WITHDRAWN:
            variable(env, name)
        api_key, key_source = find_api_key(env)
        base_url = find_base_url(env)
        return cls(
            api_key=api_key,
            base_url=base_url,
            proxy=proxy_for(base_url, env),
            key_source=key_source,
            ca_file=variable(env, "SSL_CERT_FILE"),
            ca_dir=variable(env, "SSL_CERT_DIR"),
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
        """What to check when the API refused the key, with what it said."""
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


def variable(env: Mapping[str, str], name: str) -> str:
    """The value of this variable without white space around it; empty if it is not set.

    Raises:
        UsageError: if only the variable is set that gtask 0.2 read in its place.
    """
    value, withdrawn = env.get(name, "").strip(), _WITHDRAWN.get(name, "")
    if not value and env.get(withdrawn, "").strip():
        raise UsageError(
            f"{withdrawn} is set, which gtask no longer reads, and {name} is not",
            hint=f'export {name}="${withdrawn}", or unset {withdrawn}',
        )
    return value


def find_base_url(env: Mapping[str, str]) -> str:
    """The API's URL without a trailing slash, fit to send the key to.

    Raises:
        UsageError: if it is not an http or https URL, holds a password, or is plain http to another
            machine.
    """
    name = "GCORE_BASE_URL"
    url = variable(env, name) or DEFAULT_BASE_URL
    parts = re.fullmatch(_URL, url)
    if parts is None or not url.isprintable() or not _has_port(url):
        raise UsageError(  # the URL is not shown: it may hold a password
            f"{name} is not an http or https URL, or holds a user name, password or query",
            hint=f"write it like {DEFAULT_BASE_URL}",
        )
    if parts["scheme"] == "http" and not re.fullmatch(_THIS_MACHINE, parts["host"].lower()):
        raise UsageError(
            f"{name} is plain http to {parts['host']}: the key would be readable on the way",
            hint="use https; plain http is only for this machine (localhost, 127.0.0.1, [::1])",
        )
    return url.rstrip("/")


def _has_port(url: str) -> bool:
    """Whether its port, if it names one, can be one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
