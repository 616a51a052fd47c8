"""The settings in effect and where each comes from, for `gtask help environment`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.sanitize import Secrets, one_line
from gcore_tasks_cli.settings.key import (
    KEY_COMMAND,
    KEY_FILE,
    find_api_key,
    key_variable,
    secrets_at_hand,
)
from gcore_tasks_cli.settings.proxy import proxy_for
from gcore_tasks_cli.settings.settings import Settings, find_base_url, find_path, variable
from gcore_tasks_cli.tasks.query import scope


def settings_in_effect(
    env: Mapping[str, str],
    load_certificates: Callable[[Settings], object],
    progress_mode: Callable[[], str],
) -> list[tuple[str, str]]:
    """What each setting is, in words; what is wrong with it where it cannot be used.

    The key is never in them, and no command is run for it. What the other arguments give, or raise
    as a UsageError, are settings that belong to other folders.
    """
    rows: dict[str, Callable[[], str]] = {
        "API key": lambda: _key(env),
        "base URL": lambda: _with_source(env, "GCORE_BASE_URL", find_base_url(env)),
        "project": lambda: _number(env, "project"),
        "region": lambda: _number(env, "region"),
        "proxy": lambda: _proxy(env),
        "trusted certificates": lambda: _certificates(env, load_certificates),
        "progress": lambda: _with_source(env, "GTASK_PROGRESS", progress_mode()),
    }
    secrets = secrets_at_hand(env)
    return [
        (name, one_line(Secrets(secrets).hide(_in_words(setting))))
        for name, setting in rows.items()
    ]


def _in_words(setting: Callable[[], str]) -> str:
    try:
        return setting()
    except UsageError as error:
        return f"wrong: {error.message}"


def _with_source(env: Mapping[str, str], name: str, text: str) -> str:
    return f"{text}, {f'from {name}' if env.get(name, '').strip() else 'the default'}"


def _key(env: Mapping[str, str]) -> str:
    source = key_variable(env)
    if source == KEY_COMMAND:
        return f"what {KEY_COMMAND} prints; it was not run for this page"
    if source == KEY_FILE and _is_pipe(env[KEY_FILE].strip()):
        return f"what the pipe in {KEY_FILE} holds; it was not read for this page"
    return f"set, from {find_api_key(env)[1]}"


def _is_pipe(path: str) -> bool:
    try:
        return Path(path).is_fifo()
    except (OSError, ValueError):
        return False  # reading it says what is wrong


def _number(env: Mapping[str, str], what: str) -> str:
    name = f"GCORE_CLOUD_{what.upper()}_ID"
    chosen = scope((), what, variable(env, name))
    return f"{chosen[0]}, from {name}" if chosen else "not set: all of them"


def _proxy(env: Mapping[str, str]) -> str:
    found = proxy_for(find_base_url(env), env)
    return "none" if found is None else found.name.removeprefix("the proxy ")


def _certificates(env: Mapping[str, str], load: Callable[[Settings], object]) -> str:
    paths = {name: find_path(env, name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")}
    load(Settings("", ca_file=paths["SSL_CERT_FILE"], ca_dir=paths["SSL_CERT_DIR"]))
    named = [f"{path}, from {name}" for name, path in paths.items() if path]
    return "; ".join(named) or "those that come with gtask"
