"""The settings in effect and where each comes from, for `gtask help environment`."""

from collections.abc import Callable, Mapping

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.sanitize import Secrets, one_line
from gcore_tasks_cli.settings.key import KEY, find_api_key, key_variable
from gcore_tasks_cli.settings.network import proxy_for, tls_context
from gcore_tasks_cli.settings.settings import (
    custom_headers,
    find_base_url,
    secrets_at_hand,
    variable,
)
from gcore_tasks_cli.tasks.query import scope


def settings_in_effect(
    env: Mapping[str, str], progress_mode: Callable[[], str]
) -> list[tuple[str, str]]:
    """What each setting is, in words; what is wrong with it where it cannot be used.

    The key is never in them, and no file or command is read for it. `progress_mode` is the setting
    of another folder, or raises a UsageError.
    """
    rows: dict[str, Callable[[], str]] = {
        "API key": lambda: _key(env),
        "base URL": lambda: _with_source(env, "GCORE_BASE_URL", find_base_url(env)),
        "project": lambda: _number(env, "project"),
        "region": lambda: _number(env, "region"),
        "proxy": lambda: _proxy(env),
        "trusted certificates": lambda: _certificates(env),
        "custom headers": lambda: ", ".join(dict(custom_headers(env))) or "none",
        "progress": lambda: _with_source(env, "GTASK_PROGRESS", progress_mode()),
    }
    secrets = Secrets(secrets_at_hand(env))
    return [(name, one_line(secrets.hide(_in_words(setting)))) for name, setting in rows.items()]


def _in_words(setting: Callable[[], str]) -> str:
    try:
        return setting()
    except UsageError as error:
        return f"wrong: {error.message}"


def _with_source(env: Mapping[str, str], name: str, text: str) -> str:
    return f"{text}, {f'from {name}' if env.get(name, '').strip() else 'the default'}"


def _key(env: Mapping[str, str]) -> str:
    source = key_variable(env)
    if source not in (KEY, None):
        return f"from {source}, which this page does not read"
    return f"set, from {find_api_key(env)[1]}"


def _number(env: Mapping[str, str], what: str) -> str:
    name = f"GCORE_CLOUD_{what.upper()}_ID"
    chosen = scope((), what, variable(env, name))
    return f"{chosen[0]}, from {name}" if chosen else "not set: all of them"


def _proxy(env: Mapping[str, str]) -> str:
    found = proxy_for(find_base_url(env), env)
    return "none" if found is None else found.name.removeprefix("the proxy ")


def _certificates(env: Mapping[str, str]) -> str:
    named = {name: variable(env, name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")}
    tls_context(*named.values())
    texts = [f"{path}, from {name}" for name, path in named.items() if path]
    return "; ".join(texts) or "those of the system"
