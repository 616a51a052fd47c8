"""What gtask needs to know to call the API, checked before anything is sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.settings.key import (
    KEY,
    KEY_FILE,
    export,
    find_api_key,
    key_of_file,
    secrets_of,
)
from gcore_tasks_cli.settings.network import Proxy, proxy_for

DEFAULT_BASE_URL = "https://api.gcore.com"
# Variable → what gtask 0.2 read if it was not set. To ignore that could send the key elsewhere, or
# let `ack --all` reach further.
_WITHDRAWN = {
    "GCORE_BASE_URL": "GCORE_API_URL",
    "GCORE_CLOUD_PROJECT_ID": "GCORE_CLOUD_PROJECT",
    "GCORE_CLOUD_REGION_ID": "GCORE_CLOUD_REGION",
}
_HEADERS = "GCORE_CUSTOM_HEADERS"
_OWN_HEADERS = ("authorization", "host", "content-length", "accept-encoding")
# A JSON Web Token: three parts of base64url, the first a JSON object.
_JWT = r"eyJ[\w-]+\.[\w-]+\.[\w-]*"
# What a shell leaves of 1234$abcdef or 1234$5abcdef between double quotes.
_EATEN = r"[0-9]+([a-f][0-9a-f]*)?"
# Scheme, host, port, path; no user name, password, query, fragment, backslash, control character.
_URL = (
    r"(?P<scheme>https?)://(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\])"
    r"(:(?P<port>[0-9]{0,5}))?(/[^\s\\@?#]*)?"
)
_THIS_MACHINE = r"localhost|\[::1\]|127(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}"


class Settings(NamedTuple):
    """What gtask needs to know to call the API. The key never shows in a repr.

    `headers` are those of the user, which every request carries. `log` gets a line for each request
    that is over.
    """

    api_key: str
    base_url: str = DEFAULT_BASE_URL
    ca_file: str = ""
    ca_dir: str = ""
    proxy: Proxy | None = None
    key_source: str = KEY  # as messages name it
    headers: tuple[tuple[str, str], ...] = ()
    log: Callable[[str], None] | None = None

    def __repr__(self) -> str:
        return f"Settings({self.base_url!r})"

    @classmethod
    def of(cls, env: Mapping[str, str], arguments: Sequence[str] = ()) -> "Settings":
        """The settings in these environment variables, for a run with these arguments.

        Raises:
            UsageError: for a setting that is missing or wrong, or where the key is out of place.
        """
        parts_of_urls = " ".join((*arguments, *(variable(env, name) for name in _WITHDRAWN)))
        api_key, key_source = find_api_key(env)
        if Secrets(secrets_of(api_key)).hide(parts_of_urls) != parts_of_urls:
            raise UsageError(
                "an argument or the base URL holds the API key; nothing was sent",
                hint="was the variable with the key used as an ID, a filter or the base URL?",
            )
        base_url = find_base_url(env)
        return cls(
            api_key=api_key,
            base_url=base_url,
            proxy=proxy_for(base_url, env),
            key_source=key_source,
            ca_file=variable(env, "SSL_CERT_FILE"),
            ca_dir=variable(env, "SSL_CERT_DIR"),
            headers=custom_headers(env),
        )

    @property
    def host(self) -> str:
        """The host (and port) of the API, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show, see `secrets_of`."""
        values = (self.api_key, *(value for _, value in self.headers))
        return tuple(secret for value in values for secret in secrets_of(value))

    def hint(self, status: int | None) -> str | None:
        """What to check in these settings where the API answers with this status."""
        if status == 404 and self.base_url.endswith("/cloud"):
            return "GCORE_BASE_URL ends in /cloud, which gtask adds itself: leave it out"
        if status != 401:
            return None
        if re.fullmatch(_JWT, self.api_key):
            return (
                f"{self.key_source} holds the Bearer token of a login; "
                "gtask needs an API key (a permanent token, like 1234_abcdef)"
            )
        if re.fullmatch(_EATEN, self.api_key):
            again = export(KEY, "1234$abcdef")
            return f"was the '$' of the key eaten by the shell? Set it in single quotes: {again}"
        return f"is the key right, and still valid? It is from {self.key_source}"


def variable(env: Mapping[str, str], name: str) -> str:
    """The value of this variable without white space around it; empty if it is not set.

    Raises:
        UsageError: if only the variable is set that gtask 0.2 read in its place.
    """
    value, withdrawn = env.get(name, "").strip(), _WITHDRAWN.get(name, "")
    if not value and env.get(withdrawn, "").strip():
        raise UsageError(
            f"{withdrawn} is set, which gtask no longer reads, and {name} is not",
            hint=f"set {name}, or unset {withdrawn}",
        )
    return value


def secrets_at_hand(env: Mapping[str, str]) -> tuple[str, ...]:
    """What no message may show before it is known which settings are used.

    Includes every key that can be read without running a command or reading a pipe.
    """
    values = [env.get(KEY, "").strip()]
    with suppress(OSError, ValueError, UsageError):
        if Path(path := env.get(KEY_FILE, "").strip()).is_file():
            values.append(key_of_file(path))
    values += [line.partition(":")[2].strip() for line in env.get(_HEADERS, "").split("\n")]
    return tuple(secret for value in values for secret in secrets_of(value))


def custom_headers(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers in `GCORE_CUSTOM_HEADERS`: lines of `Name: value`, as the official SDK reads it.

    Raises:
        UsageError: for one that cannot be sent, or that gtask sends itself.
    """
    headers = []
    for line in env.get(_HEADERS, "").split("\n"):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            continue
        can_be_sent = re.fullmatch(r"[!#$%&'*+.^`|~\w-]+", name, re.ASCII) and value.isascii()
        if not can_be_sent or not value.isprintable() or name.lower() in _OWN_HEADERS:
            raise UsageError(
                f"{_HEADERS} holds a header that cannot be set: {name[:50]!r}",
                hint="Authorization, Host, Content-Length and Accept-Encoding are set by gtask; "
                "a value holds no control or non-ASCII character",
            )
        headers.append((name, value))
    return tuple(headers)


def find_base_url(env: Mapping[str, str]) -> str:
    """The API's URL without a trailing slash, fit to send the key to.

    Raises:
        UsageError: if it is not an http or https URL, holds a password, or is plain http to another
            machine.
    """
    url = variable(env, "GCORE_BASE_URL") or DEFAULT_BASE_URL
    parts = re.fullmatch(_URL, url)
    if parts is None or not url.isprintable() or not 0 < int(parts["port"] or 443) < 2**16:
        raise UsageError(  # the URL is not shown: it may hold a password
            "GCORE_BASE_URL is not an http or https URL, or holds a user name, password or query",
            hint=f"write it like {DEFAULT_BASE_URL}",
        )
    if parts["scheme"] == "http" and not re.fullmatch(_THIS_MACHINE, parts["host"].lower()):
        raise UsageError(
            f"GCORE_BASE_URL is plain http to {parts['host']}: the key could be read on the way",
            hint="use https; plain http is only for this machine (localhost, 127.0.0.1, [::1])",
        )
    return url.rstrip("/")
