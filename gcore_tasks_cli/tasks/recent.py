"""The IDs of recently seen tasks: one small file for completion and abbreviated IDs.

A line for each task, the latest of each API first: ID, type, state and the API's host, separated by
tabs. Only characters without a meaning to any shell are written.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from gcore_tasks_cli.tasks.cache import cache_file, read_text, rewrite
from gcore_tasks_cli.tasks.document import Document

MOST_OF_ONE_API = 1000
MOST_OF_ALL = 2000
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
    """New before old, by API, each task once, within the limits for one API and for all."""
    of_host: dict[str, dict[str, RecentTask]] = {}
    for entry in (*new, *old):
        of_host.setdefault(entry.host, {}).setdefault(entry.id, entry)
    kept = [each for ids in of_host.values() for each in list(ids.values())[:MOST_OF_ONE_API]]
    return kept[:MOST_OF_ALL]


def recent_tasks_file(env: Mapping[str, str]) -> Path | None:
    """The file's path; None where nothing is remembered."""
    return cache_file(env, "recent-tasks")


def recent_ids(env: Mapping[str, str], host: str) -> list[str]:
    """The IDs of the tasks recently seen at this host, the latest first."""
    entries = entries_in(read_text(recent_tasks_file(env)))
    return [entry.id for entry in entries if entry.host == host]


def remember(documents: Iterable[Document], env: Mapping[str, str], host: str) -> bool:
    """Puts these tasks at the head of the file, in this order; False if that failed."""
    seen = (recent_task(d.id, d.task_type, d.state, host) for d in documents)
    new = [entry for entry in seen if entry is not None]

    def change(text: str) -> str:
        return "".join(entry.line for entry in merged(new, entries_in(text)))

    return not new or rewrite(recent_tasks_file(env), change)
