"""The IDs of tasks seen lately, kept for completion in one small file that nothing depends on.

A line a task, the latest first: ID, type, state and the API's host, with tabs between. Only what
cannot mean anything to a shell gets in. Writing neither fails nor holds up a command: errors are
dropped, and a file system that hangs is left alone.
"""

import contextlib
import os
import stat
import string
import threading
import time
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from gcore_tasks_cli.tasks.document import Document

MOST_OF_ONE_API = 50
MOST_OF_ALL = 100
_LONGEST_FILE_BYTES = 64 * 1024
_PATIENCE_SECONDS = 0.2
# A draft this old was left behind by a process that died while it wrote.
_STALE_SECONDS = 60.0
# Sets, because compiling three expressions would cost every command a millisecond.
_WORD = frozenset(f"{string.ascii_letters}{string.digits}_")
_ID = _WORD | frozenset(".-")
_HOST = _ID | frozenset(":[]")
_UNKNOWN = "-"


class RecentTask(NamedTuple):
    """A task as completion offers it, at the API of this host."""

    id: str
    task_type: str
    state: str
    host: str

    @property
    def line(self) -> str:
        """Its line in the file."""
        return "\t".join(self) + "\n"


def recent_task(task_id: str, task_type: str | None, state: str, host: str) -> RecentTask | None:
    """The entry of a task; None where its ID or host could mean something to a shell."""
    if not _consists_of(_ID, task_id, 128) or task_id[0] in "._-":
        return None
    if not _consists_of(_HOST, host, 255):
        return None
    known_type = task_type if task_type and _consists_of(_WORD, task_type, 64) else _UNKNOWN
    known_state = state if _consists_of(_WORD, state, 64) else _UNKNOWN
    return RecentTask(task_id, known_type, known_state, host)


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


def remember(documents: Iterable[Document], env: Mapping[str, str], host: str) -> None:
    """Puts these tasks at the head of the list; whatever comes of it, the command goes on."""
    path = recent_tasks_file(env)
    seen = (recent_task(d.id, d.task_type, d.state, host) for d in documents)
    new = list(islice((entry for entry in seen if entry is not None), MOST_OF_ONE_API))
    if path is None or not new:
        return
    writer = threading.Thread(target=_write, args=(path, new), daemon=True)
    with contextlib.suppress(RuntimeError):  # no thread to be had
        writer.start()
        writer.join(_PATIENCE_SECONDS)


def _consists_of(characters: frozenset[str], text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and characters.issuperset(text)


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
