"""The API key: where it is read from, and what of it no output may show."""

import json
import os
import re
import shlex
import stat
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.tasks.document import decode_text

_OTHER_NAMES = ("GCORE_PERMANENT_TOKEN", "GCORE_APIKEY", "GCLOUD_API_TOKEN")
KEY = "GCORE_API_KEY"
KEY_FILE = "GCORE_API_KEY_FILE"
KEY_COMMAND = "GCORE_API_KEY_COMMAND"
# What gtask 0.2 read where no variable gave a key.
_WITHDRAWN_FILE = ".gcorecli/config.yaml"
_NO_SHELL = "it runs without a shell; for variables and pipes, name one: sh -c '…', or cmd /c …"
_SHELL_SYNTAX = set("$|<>&;`~")
_LONGEST_KEY = 8192
# Shorter strings are not hidden: they match ordinary words.
_SHORTEST_SECRET = 6
_SHORTEST_SECRET_PART = 8


def export(name: str, value: str) -> str:
    """The command by which the usual shell of this system sets a variable."""
    if os.name == "nt":
        return "$env:{} = '{}'".format(name, value.replace("'", "''"))
    return f"export {name}={shlex.quote(value)}"


def key_variable(env: Mapping[str, str]) -> str | None:
    """The variable that gives the key; None if none does."""
    return next((n for n in (KEY, KEY_FILE, KEY_COMMAND) if env.get(n, "").strip()), None)


def find_api_key(env: Mapping[str, str]) -> tuple[str, str]:
    """The key, and where it is from.

    Raises:
        UsageError: if there is none, or one that no header can carry.
    """
    source = key_variable(env)
    if source is None:
        raise _no_key(env)
    key = env[source].strip()
    if source == KEY_FILE:
        key, source = key_of_file(key), f"the file in {KEY_FILE}"
    elif source == KEY_COMMAND:
        key, source = _key_of_command(key), f"the output of {KEY_COMMAND}"
    is_plain = key.isascii() and key.isprintable()
    has_scheme = re.match("(apikey|bearer) ", key, re.IGNORECASE)
    has_quotes = key[:1] == key[-1:] and key[:1] in "'\""
    for problem, hint, is_it in (
        ("no key", None, not key),
        (f"more than {_LONGEST_KEY} characters: not an API key", None, len(key) > _LONGEST_KEY),
        (f"a line like {KEY}=…", "write the key alone", f"{KEY}=" in key),
        ("quotes around the key", "leave them out", has_quotes),
        ("a control or non-ASCII character", "copy the key again, on one line", not is_plain),
        ("a scheme before the key", "give the bare key; gtask writes the header", has_scheme),
    ):
        if is_it:
            raise UsageError(f"{source} holds {problem}", hint=hint)
    return key, source


class CurrentKey:
    """The key that requests carry; all threads share it.

    Keys rotate: one that can be read again (from a file, from a command) is, where the API refuses
    it after good answers; once a refusal, and again only after a good answer.
    """

    def __init__(self, key: str, secrets: Secrets, read: Callable[[], str] | None = None) -> None:
        self.value = key
        self.secrets = secrets
        self._read = read
        self.has_worked = False  # whether the API has taken it
        self._lock = threading.Lock()

    def is_renewed(self, refused: str) -> bool:
        """Whether there is another key by now than the one that was refused."""
        with self._lock:
            if self.value == refused and self.has_worked and self._read is not None:
                self.has_worked = False
                with suppress(UsageError):  # then the API's own answer says what is wrong
                    self.value = self._read()
                    self.secrets.add(secrets_of(self.value))
            return self.value != refused


def key_of_file(path: str) -> str:
    """What the file holds, up to the longest key.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return decode_text(file.read(2 * _LONGEST_KEY + 2), "replace").strip()
    except (OSError, ValueError) as error:
        hint = f"it names a file; the key itself belongs in {KEY}"
        if path.startswith("~"):
            hint = "no shell has replaced the ~ in it: leave out the quotes, or write $HOME"
        # The path is not shown: it may be the key itself.
        raise UsageError(
            f"cannot read the file in {KEY_FILE}: {getattr(error, 'strerror', None) or error}",
            hint=hint,
        ) from None


def key_file_note(env: Mapping[str, str]) -> str | None:
    """What to do about a key file that every user of this machine can read; None if all is well."""
    path = env.get(KEY_FILE, "").strip()
    is_file = key_variable(env) == KEY_FILE and os.name != "nt" and Path(path).is_file()
    if is_file and Path(path).stat().st_mode & stat.S_IROTH:
        return f"everybody can read the file in {KEY_FILE}: chmod 600 {shlex.quote(path)}"
    return None


def _key_of_command(command: str) -> str:
    """The first line that the command prints; no shell is involved."""
    import subprocess
    import tempfile

    try:
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                # Windows takes a command line as it is, with its own rules for quotes.
                command if os.name == "nt" else shlex.split(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            # Not to the end: a process that it left in the background may keep the pipe open.
            line = process.stdout.readline(_LONGEST_KEY + 2) if process.stdout else b""
            threading.Thread(target=_discard, args=(process.stdout,), daemon=True).start()
            status = process.wait()
            errors.seek(0)
            said = errors.read(2000).decode("utf-8", "replace").strip()[:500]
    except (OSError, ValueError) as error:
        # The command is not shown: it may be the key itself, or hold another secret.
        raise UsageError(
            f"cannot run {KEY_COMMAND}: {getattr(error, 'strerror', None) or error}",
            hint=f"it names a program; {_NO_SHELL}",
        ) from None
    if status != 0:
        program = command.split()[0]  # it was run: it is not the key
        raise UsageError(
            f"{program} (from {KEY_COMMAND}) failed with status {status}{said and f': {said}'}",
            hint=_NO_SHELL if _SHELL_SYNTAX & set(command) else None,
        )
    return line.decode("utf-8", "replace").strip()


def _discard(stream: IO[bytes]) -> None:
    """Reads to the end, so that the program can go on writing."""
    with stream:
        while stream.read(65536):
            pass


def _no_key(env: Mapping[str, str]) -> UsageError:
    state = "is empty" if KEY in env else "is not set"
    for name in _OTHER_NAMES:
        if env.get(name, "").strip():
            return UsageError(f"{KEY} {state}, but {name} is set", hint=f"set {KEY} to the same")
    with suppress(OSError, ValueError, RuntimeError):  # the last one: there is no home
        withdrawn = Path(env.get("GCORE_CONFIG") or Path.home() / _WITHDRAWN_FILE)
        if withdrawn.is_file():
            state += f", and {withdrawn} is no longer read"
    return UsageError(
        f"{KEY} {state}",
        hint="make a key at https://portal.gcore.com (Profile, API tokens), then: "
        f"{export(KEY, '…')}; or name a file in {KEY_FILE}, or a command in {KEY_COMMAND}. "
        "To try without an account: gtask sandbox -- gtask list",
    )


def secrets_of(key: str) -> tuple[str, ...]:
    """What no message may show: the key as an answer, a URL, JSON or `repr` could spell it.

    Of a permanent token (`1234_abcdef…`, `1234$abcdef…`) what follows the number is the secret.
    """
    part = re.sub(r"^([^$]*\$|[0-9]+_)", "", key)
    quoted = [quote(key, safe, errors="surrogateescape") for safe in ("", "/")]
    forms = (key, *quoted, json.dumps(key)[1:-1])
    secrets = [form for form in forms if len(form) >= _SHORTEST_SECRET]
    if len(part) >= _SHORTEST_SECRET_PART:
        secrets.extend((part, json.dumps(part)[1:-1]))
    return tuple(dict.fromkeys(secrets))
