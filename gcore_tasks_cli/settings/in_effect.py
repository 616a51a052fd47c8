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
    secrets = Secrets(secrets_at_hand(env))

    def row(name: str, find: Callable[[], str], *variables: str) -> tuple[str, str]:
        sources = " and ".join(each for each in variables if env.get(each, "").strip())
        try:
            text = find()
            if variables:
                text += f", from {sources}" if sources else ", the default"
        except UsageError as error:
            text = f"wrong: {error.message}"
        return name, one_line(secrets.hide(text))

    return [
        row("API key", lambda: _key(env), key_variable(env) or KEY),
        row("base URL", lambda: find_base_url(env), "GCORE_BASE_URL"),
        row("project", lambda: _scope(env, "project"), "GCORE_CLOUD_PROJECT_ID"),
        row("region", lambda: _scope(env, "region"), "GCORE_CLOUD_REGION_ID"),
        row("proxy", lambda: _proxy(env)),
        row("trusted certificates", lambda: _certificates(env), "SSL_CERT_FILE", "SSL_CERT_DIR"),
        row("custom headers", lambda: ", ".join(dict(custom_headers(env))) or "none"),
        row("progress", progress_mode, "GTASK_PROGRESS"),
    ]


def _key(env: Mapping[str, str]) -> str:
    if key_variable(env) not in (KEY, None):
        return "not read by this page"
    find_api_key(env)
    return "set"


def _scope(env: Mapping[str, str], what: str) -> str:
    chosen = scope((), what, variable(env, f"GCORE_CLOUD_{what.upper()}_ID"))
    return ", ".join(map(str, chosen)) or "all of them"


def _proxy(env: Mapping[str, str]) -> str:
    found = proxy_for(find_base_url(env), env)
    return "none" if found is None else found.name.removeprefix("the proxy ")


def _certificates(env: Mapping[str, str]) -> str:
    named = [variable(env, name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")]
    tls_context(*named)
    return "; ".join(filter(None, named)) or "those of the system"
