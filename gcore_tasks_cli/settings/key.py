"""The API key: where it is read from, and what of it no output may show."""

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.configuration import Configuration

OLDER_NAMES = ("GCORE_PERMANENT_TOKEN", "GCORE_APIKEY", "GCLOUD_API_TOKEN")
KEY_COMMAND = "GCORE_API_KEY_COMMAND"
KEY_FILE = "GCORE_API_KEY_FILE"
_NO_SHELL = "it runs without a shell; for variables and pipes: sh -c '…'"
_SHELL_SYNTAX = set("$|<>&;`~")
_LONGEST_KEY = 8192
# Shorter ones are no keys, and words that occur everywhere.
_SHORTEST_SECRET = 6
_SHORTEST_SECRET_PART = 8


def find_api_key(configuration: Configuration) -> tuple[str, str]:
    """The key, and where it is from.

    Raises:
        UsageError: if there is none, or one that no header can carry.
    """
    found = configuration.find("api-key")
    if found is None:
        raise _no_key(configuration.env, empty="GCORE_API_KEY" in configuration.env)
    key, source = found
    if source == KEY_FILE:
        key, source = _key_of_file(key), "the file in GCORE_API_KEY_FILE"
    elif source == KEY_COMMAND:
        key, source = _key_of_command(key), f"the output of {KEY_COMMAND}"
    if len(key) > _LONGEST_KEY:
        raise UsageError(f"{source} holds more than {_LONGEST_KEY} characters: that is no API key")
    if not key.isascii() or not key.isprintable():
        raise UsageError(
            f"{source} holds a control or non-ASCII character inside the key",
            hint="copy the key again, on one line",
        )
    scheme = key.partition(" ")[0].lower()
    if scheme in ("apikey", "bearer") and " " in key:
        raise UsageError(
            f"{source} begins with {scheme!r}",
            hint="give the bare key; gtask writes the Authorization header itself",
        )
    return key, source


def _key_of_file(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LONGEST_KEY + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        if "/" not in path and "\\" not in path:
            # It may be the key itself: nothing of it is shown.
            raise UsageError(
                f"cannot read the file that GCORE_API_KEY_FILE names: {reason}",
                hint="is it the key itself? That belongs into GCORE_API_KEY",
            ) from None
        raise UsageError(f"cannot read GCORE_API_KEY_FILE {path!r}: {reason}") from None
    try:
        key = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UsageError(f"GCORE_API_KEY_FILE {path!r} is no text file") from None
    if not key:
        raise UsageError(f"GCORE_API_KEY_FILE {path!r} is empty")
    return key


def _key_of_command(command: str) -> str:
    """The first line that the command prints; no shell is involved."""
    import subprocess
    import tempfile

    words = key_command_words(command)
    try:
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
            # Not until its end: what it leaves in the background may keep that open.
            line = process.stdout.readline(_LONGEST_KEY + 2) if process.stdout else b""
            threading.Thread(target=_read_on, args=(process.stdout,), daemon=True).start()
            status = process.wait()
            errors.seek(0)
            said = errors.read(2000).decode("utf-8", "replace").strip()[:500]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        # Without its arguments, which may be secrets.
        raise UsageError(
            f"cannot run {words[0][:200]!r} of GCORE_API_KEY_COMMAND: {reason}", hint=_NO_SHELL
        ) from None
    if status != 0:
        raise UsageError(
            f"GCORE_API_KEY_COMMAND failed with status {status}{said and f': {said}'}",
            hint=_NO_SHELL if _SHELL_SYNTAX & set(command) else None,
        )
    key = line.decode("utf-8", "replace").strip()
    if not key:
        raise UsageError("GCORE_API_KEY_COMMAND printed no key")
    return key


def _read_on(stream: IO[bytes]) -> None:
    """Lets a program write what it wants to; nothing of it is kept."""
    with stream:
        while stream.read(65536):
            pass


def key_command_words(command: str) -> list[str]:
    """The words of `GCORE_API_KEY_COMMAND`, split as a shell would.

    Raises:
        UsageError: if its quotes do not match, or it is rather a key.
    """
    import shlex

    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise UsageError(f"cannot run GCORE_API_KEY_COMMAND: {error}", hint=_NO_SHELL) from None
    if "$" in words[0]:
        # Nothing of it is shown.
        raise UsageError(
            "GCORE_API_KEY_COMMAND names no program",
            hint="is it the key itself? That belongs into GCORE_API_KEY",
        )
    return words


def _no_key(env: Mapping[str, str], *, empty: bool) -> UsageError:
    state = "is empty" if empty else "is not set"
    for name in OLDER_NAMES:
        if env.get(name, "").strip():
            return UsageError(
                f"GCORE_API_KEY {state}, but {name} is set",
                hint=f'gtask reads GCORE_API_KEY: export GCORE_API_KEY="${name}"',
            )
    return UsageError(
        f"GCORE_API_KEY {state}",
        hint="export GCORE_API_KEY='…' in single quotes, or try without an account: "
        "gtask sandbox -- gtask list",
    )


def secrets_of(key: str) -> tuple[str, ...]:
    """What no message may show: the key as an answer, a URL, JSON or `repr` could spell it.

    Of a permanent token (`1234$abcdef…`) what follows the `$` is the secret.
    """
    _, _, part = key.partition("$")
    quoted = [quote(key, safe, errors="surrogateescape") for safe in ("", "/")]
    forms = (key, *quoted, json.dumps(key)[1:-1])
    secrets = [form for form in forms if len(form) >= _SHORTEST_SECRET]
    if len(part) >= _SHORTEST_SECRET_PART:
        secrets.extend((part, json.dumps(part)[1:-1]))
    return tuple(dict.fromkeys(secrets))


def secrets_at_hand(env: Mapping[str, str]) -> tuple[str, ...]:
    """What no message may show before it is known which key is used.

    Of all keys that can be read at once: no command is run for one, and no pipe is read.
    """
    keys = [env.get("GCORE_API_KEY", "").strip()]
    with suppress(OSError, ValueError, UsageError):
        path = env.get(KEY_FILE, "").strip()
        if path and Path(path).is_file():
            keys.append(_key_of_file(path))
    with suppress(UsageError):
        keys += Configuration(env).api_keys
    return tuple(secret for key in keys if key for secret in secrets_of(key))
