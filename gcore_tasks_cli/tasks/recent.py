"""The IDs of recently seen tasks: one small file for completion and abbreviated IDs.

A line for each task, the latest first: ID, type, state and the API's host, separated by tabs. Only
characters without a meaning to any shell are written. Writing never fails a command.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from gcore_tasks_cli.tasks.document import Document

MOST_OF_ONE_API = 1000
MOST_OF_ALL = 2000
_LONGEST_FILE_BYTES = 1024 * 1024
# How long to wait for other processes; fifty that write at the same moment need some of it.
_LONGEST_WAIT_SECONDS = 1.0
# It takes milliseconds. An older draft was left behind.
_LONGEST_WRITE_SECONDS = 10.0
_PAUSE_SECONDS = 0.005
_UNKNOWN = "-"
_WORD = r"[A-Za-z0-9_]{1,64}"
_LINE = rf"([A-Za-z0-9][\w.-]{{0,127}})\t({_WORD}|-)\t({_WORD}|-)\t([\w.:\[\]-]{{1,255}})"


class RecentTask(NamedTuple):
    """A task that was seen at the API of this host."""

    id: str
    task_type: str
    state: str
    host: str

    @property
    def line(self) -> str:
        """Its line in the file."""
        return "\t".join(self) + "\n"


def recent_task(task_id: str, task_type: str | None, state: str, host: str) -> RecentTask | None:
    """The entry of a task; None if its ID or host holds a character that a shell interprets."""
    words = [text if re.fullmatch(_WORD, text) else _UNKNOWN for text in (task_type or "", state)]
    return _entry_of("\t".join((task_id, *words, host)))


def entries_in(text: str) -> list[RecentTask]:
    """The entries of the file's text; lines that gtask did not write are skipped."""
    entries = map(_entry_of, text.splitlines())
    return [entry for entry in entries if entry is not None]


def _entry_of(line: str) -> RecentTask | None:
    match = re.fullmatch(_LINE, line, re.ASCII)
    return RecentTask(*match.groups()) if match else None


def merged(new: Iterable[RecentTask], old: Iterable[RecentTask]) -> list[RecentTask]:
    """New before old, each task once, within the limits for one API and for all."""
    kept: dict[tuple[str, str], RecentTask] = {}
    of_host: dict[str, int] = {}
    for entry in (*new, *old):
        key = (entry.host, entry.id)
        if key in kept or of_host.get(entry.host, 0) >= MOST_OF_ONE_API:
            continue
        if len(kept) >= MOST_OF_ALL:
            break
        kept[key] = entry
        of_host[entry.host] = of_host.get(entry.host, 0) + 1
    return list(kept.values())


def recent_tasks_file(env: Mapping[str, str]) -> Path | None:
    """The file's path; None if GTASK_NO_HISTORY is set, or if there is no home folder."""
    if env.get("GTASK_NO_HISTORY"):
        return None
    folder, home = Path(env.get("XDG_CACHE_HOME", "")), Path(env.get("HOME", ""))
    if not folder.is_absolute():
        folder = Path(env.get("LOCALAPPDATA", "")) if os.name == "nt" else home / ".cache"
    # A relative path would be another file in every working directory.
    return folder / "gtask" / "recent-tasks" if folder.is_absolute() else None


def recent_ids(env: Mapping[str, str], host: str) -> list[str]:
    """The IDs of the tasks recently seen at this host, the latest first."""
    path = recent_tasks_file(env)
    entries = entries_in(_read(path)) if path is not None else []
    return [entry.id for entry in entries if entry.host == host]


def remember(documents: Iterable[Document], env: Mapping[str, str], host: str) -> bool:
    """Puts these tasks at the head of the file, in this order; False if that failed.

    Another process that does not end its writing delays it by a second: do not call it again then.
    """
    path = recent_tasks_file(env)
    seen = (recent_task(d.id, d.task_type, d.state, host) for d in documents)
    new = [entry for entry in seen if entry is not None]
    if path is not None and new:
        try:
            _write(path, new)
        except Exception:  # noqa: BLE001  (nothing that is optional may fail a command)
            return False
    return True


def _write(path: Path, new: list[RecentTask]) -> None:
    # Not their parents: a home folder that does not exist must not be created.
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    descriptor = _exclusive(draft)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.writelines(entry.line for entry in merged(new, entries_in(_read(path))))
        draft.replace(path)
    except OSError:
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


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        if path.is_file():  # a FIFO would block
            with path.open("rb") as file:
                return file.read(_LONGEST_FILE_BYTES).decode("ascii", "replace")
    return ""
