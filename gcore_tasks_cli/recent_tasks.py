"""The IDs of tasks seen lately, kept for completion in one small file that nothing depends on.

A line a task, the latest first: ID, type, state and the API's host, with tabs between. Only what
cannot mean anything to a shell gets in. Writing neither fails nor holds up a command: errors are
dropped, and a file system that hangs is left alone.
"""

import contextlib
import os
import re
import stat
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gcore_tasks_cli.documents import Document

MOST_OF_ONE_API = 50
MOST_OF_ALL = 100
_LONGEST_FILE_BYTES = 64 * 1024
_PATIENCE_SECONDS = 0.2
# A draft this old was left behind by a process that died while it wrote.
_STALE_SECONDS = 60.0
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
_UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class RecentTask:
    """A task as completion offers it, at the API of this host."""

    id: str
    task_type: str
    state: str
    host: str

    @property
    def line(self) -> str:
        """Its line in the file."""
        return "\t".join((self.id, self.task_type, self.state, self.host)) + "\n"


def recent_task(task_id: str, task_type: str | None, state: str, host: str) -> RecentTask | None:
    """The entry of a task; None where its ID or host could mean something to a shell."""
    if not _ID.fullmatch(task_id) or not _HOST.fullmatch(host):
        return None
    known_type = task_type if task_type and _WORD.fullmatch(task_type) else _UNKNOWN
    return RecentTask(task_id, known_type, state if _WORD.fullmatch(state) else _UNKNOWN, host)


def entries_in(text: str) -> list[RecentTask]:
    """What a file holds; lines that gtask did not write are passed over."""
    fields = (line.split("\t") for line in text.splitlines())
    entries = (recent_task(*four) for four in fields if len(four) == 4)
    return [entry for entry in entries if entry is not None]


def merged(new: Iterable[RecentTask], old: Iterable[RecentTask]) -> list[RecentTask]:
    """New before old, each task once, at most so many of one API and of all."""
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


def recent_tasks_file(env: Mapping[str, str], *, is_windows: bool = os.name == "nt") -> Path | None:
    """Where the list is kept; None if it is not wanted, or there is no place for it."""
    if env.get("GTASK_NO_HISTORY"):
        return None
    xdg, home = env.get("XDG_CACHE_HOME", ""), env.get("HOME", "")
    if Path(xdg).is_absolute():
        folder = Path(xdg)
    elif is_windows:
        folder = Path(env.get("LOCALAPPDATA", ""))
    else:
        folder = Path(home, ".cache")
    # A relative one would mean another file in every folder.
    return folder / "gtask" / "recent-tasks" if folder.is_absolute() else None


class RecentTasks:
    """What one command adds to the list."""

    def __init__(self, env: Mapping[str, str], host: str) -> None:
        self._path = recent_tasks_file(env)
        self._host = host
        self._seen: dict[str, RecentTask] = {}
        self._is_saved = True

    def add(self, document: Document) -> None:
        """Takes note of the task, in its latest state."""
        entry = recent_task(document.id, document.task_type, document.state, self._host)
        if self._path is None or entry is None:
            return
        if entry.id in self._seen or len(self._seen) < MOST_OF_ONE_API:
            self._seen[entry.id] = entry
            self._is_saved = False

    def save(self) -> None:
        """Writes what is new, if anything; whatever comes of it, the command goes on."""
        if self._is_saved or self._path is None:
            return
        self._is_saved = True
        writer = threading.Thread(
            target=_write, args=(self._path, list(self._seen.values())), daemon=True
        )
        with contextlib.suppress(RuntimeError):  # no thread to be had
            writer.start()
            writer.join(_PATIENCE_SECONDS)


def _write(path: Path, new: list[RecentTask]) -> None:
    with contextlib.suppress(Exception):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.draft")
        if _is_stale(draft):
            draft.unlink()
        # The draft is the lock too: whoever comes second leaves the file to the first.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
                file.writelines(entry.line for entry in merged(new, entries_in(_read(path))))
            draft.replace(path)
        except BaseException:
            draft.unlink()
            raise


def _read(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return ""
        with path.open("rb") as file:
            return file.read(_LONGEST_FILE_BYTES).decode("ascii", "replace")
    except OSError:
        return ""


def _is_stale(draft: Path) -> bool:
    try:
        return time.time() - draft.lstat().st_mtime > _STALE_SECONDS
    except OSError:
        return False
