"""The settings in effect and where each comes from, for `gtask help environment`."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from gcore_tasks_cli.api.configuration import Configuration
from gcore_tasks_cli.api.keys import (
    KEY_COMMAND,
    KEY_FILE,
    find_api_key,
    key_command_words,
    secrets_at_hand,
)
from gcore_tasks_cli.api.proxies import proxy_for
from gcore_tasks_cli.api.settings import DEFAULT_SOURCE, Settings, find_base_url, find_path
from gcore_tasks_cli.api.tls import tls_context
from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.parsing.options import progress_mode
from gcore_tasks_cli.sanitize import Secrets, one_line
from gcore_tasks_cli.tasks.query import scope

_OUR_OWN = "those that come with gtask"


def effective_settings(env: Mapping[str, str], profile: str | None) -> list[tuple[str, str]]:
    """What each setting is, in words; what is wrong with it where it cannot be used.

    The key is never in them, and no command is run for it.

    Raises:
        UsageError: if there is no such profile.
    """
    configuration = Configuration(env, profile)
    configuration.check_profile()

    def key() -> str:
        found = configuration.find("api-key")
        if found is not None and found[1] == KEY_COMMAND:
            program, *_ = key_command_words(found[0])
            if shutil.which(program) is None:
                raise UsageError(f"there is no program {program!r}, which {KEY_COMMAND} names")
            return f"what {KEY_COMMAND} prints; it was not run for this page"
        if found is not None and found[1] == KEY_FILE and _is_pipe(found[0]):
            return f"what the pipe in {KEY_FILE} holds; it was not read for this page"
        return f"set, from {find_api_key(configuration)[1]}"

    def base_url() -> str:
        url, source = find_base_url(configuration)
        return f"{url}, {source if source == DEFAULT_SOURCE else f'from {source}'}"

    def number(what: str) -> str:
        found = configuration.find(f"cloud-{what}")
        if found is None:
            return "not set: all of them"
        return f"{scope((), what, lambda: found)[0]}, from {found[1]}"

    def file() -> str:
        unread = configuration.unread_keys
        notes = [f"not read: {', '.join(unread)}"] if unread else []
        return "; ".join([configuration.description, *notes, *configuration.notes])

    def proxy() -> str:
        found = proxy_for(find_base_url(configuration)[0], env)
        return "none" if found is None else found.name.removeprefix("the proxy ")

    def certificates(*names: str, default: str) -> str:
        paths = {name: find_path(env, name) for name in names}
        settings = Settings(
            api_key="",
            ca_file=paths.get("SSL_CERT_FILE"),
            ca_dir=paths.get("SSL_CERT_DIR"),
            client_cert=paths.get("SSL_CLIENT_CERT"),
            client_key=paths.get("SSL_CLIENT_KEY"),
        )
        tls_context(settings)  # says what is wrong with their contents
        return "; ".join(f"{path}, from {name}" for name, path in paths.items() if path) or default

    def progress() -> str:
        is_set = env.get("GTASK_PROGRESS", "").strip()
        return f"{progress_mode(None, env)}, {'from GTASK_PROGRESS' if is_set else DEFAULT_SOURCE}"

    rows: tuple[tuple[str, Callable[[], str]], ...] = (
        ("API key", key),
        ("base URL", base_url),
        ("project", lambda: number("project")),
        ("region", lambda: number("region")),
        ("configuration file", file),
        ("proxy", proxy),
        (
            "trusted certificates",
            lambda: certificates("SSL_CERT_FILE", "SSL_CERT_DIR", default=_OUR_OWN),
        ),
        (
            "client certificate",
            lambda: certificates("SSL_CLIENT_CERT", "SSL_CLIENT_KEY", default="none"),
        ),
        ("progress", progress),
    )
    described: list[tuple[str, str]] = []
    secrets = Secrets(secrets_at_hand(env))
    for name, setting in rows:
        text = one_line(secrets.hide(_in_words(setting)))
        if text.startswith("wrong") and text in dict(described).values():
            text = "wrong, for the same reason"
        described.append((name, text))
    return described


def _is_pipe(path: str) -> bool:
    try:
        return Path(path).is_fifo()
    except (OSError, ValueError):
        return False  # what is wrong with it is said by who reads it


def _in_words(setting: Callable[[], str]) -> str:
    try:
        return setting()
    except UsageError as error:
        return f"wrong: {error.message}"
