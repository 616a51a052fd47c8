"""gtask's cache folder: small files that one process at a time replaces as a whole.

Nothing that is kept there may fail a command.
"""

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_LONGEST_FILE_BYTES = 1024 * 1024
# How long to wait for other processes; fifty that write at the same moment need some of it.
_LONGEST_WAIT_SECONDS = 1.0
# It takes milliseconds. An older draft was left behind.
_LONGEST_WRITE_SECONDS = 10.0
_PAUSE_SECONDS = 0.005


def cache_file(env: Mapping[str, str], name: str) -> Path | None:
    """The path of this file; None if GTASK_NO_HISTORY is set, or if there is no home folder."""
    if env.get("GTASK_NO_HISTORY"):
        return None
    folder, home = Path(env.get("XDG_CACHE_HOME", "")), Path(env.get("HOME", ""))
    if not folder.is_absolute():
        folder = Path(env.get("LOCALAPPDATA", "")) if os.name == "nt" else home / ".cache"
    # A relative path would be another file in every working directory.
    return folder / "gtask" / name if folder.is_absolute() else None


def read_text(path: Path | None) -> str:
    """The text of the file; nothing if it cannot be read."""
    with contextlib.suppress(OSError):
        if path is not None and path.is_file():  # a FIFO would block
            with path.open("rb") as file:
                return file.read(_LONGEST_FILE_BYTES).decode("ascii", "replace")
    return ""


def rewrite(path: Path | None, change: Callable[[str], str]) -> bool:
    """Replaces the file's text by what `change` makes of it; False if that failed.

    Another process that does not end its writing delays it by a second: do not call it again then.
    """
    try:
        if path is not None:
            _rewrite(path, change)
    except Exception:  # noqa: BLE001  (nothing that is optional may fail a command)
        return False
    return True


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    # Not their parents: a home folder that does not exist must not be created.
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    descriptor = _exclusive(draft)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write(change(read_text(path)))
        draft.replace(path)
    except (OSError, ValueError):
        draft.unlink()  # else the next command would wait for it
        raise


def _exclusive(draft: Path) -> int:
    """Creates the draft, which no other process has then, and opens it.

    Raises:
        OSError: if another process has it for longer than a command may be delayed.
    """
    until = time.monotonic() + _LONGEST_WAIT_SECONDS
    while True:
        try:
            return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if time.monotonic() > until:
                raise
            with contextlib.suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > _LONGEST_WRITE_SECONDS:
                    draft.unlink()  # its process was killed
        time.sleep(_PAUSE_SECONDS)
