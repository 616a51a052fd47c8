"""Which tasks are wanted: what users write, what the API filters, and what is filtered here.

The API filters by state, project, region, creation time, acknowledgement and one task type. Several
types, prefixes, patterns, users and resources are filtered here, over all pages.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import NamedTuple

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.document import ACTIVE_STATES, Document
from gcore_tasks_cli.times import API_CLOCK, api_time, parse_duration, parse_time

STATES = ("NEW", "RUNNING", "FINISHED", "ERROR")
EVERYWHERE = "all"
# Query parameters: the name, and what has the text of the value when it is sent.
Parameters = tuple[tuple[str, object], ...]
# What other tools call the states. By spelling alone, FAILED would be nearest to FINISHED.
_STATES_ELSEWHERE = {
    **dict.fromkeys(("FAILED", "FAIL", "FAILURE", "BROKEN", "ABORTED"), "ERROR"),
    **dict.fromkeys(("DONE", "SUCCESS", "SUCCEEDED", "COMPLETED", "COMPLETE", "OK"), "FINISHED"),
    **dict.fromkeys(("PENDING", "QUEUED", "WAITING", "CREATED"), "NEW"),
    **dict.fromkeys(("ACTIVE", "IN_PROGRESS", "PROCESSING", "STARTED"), "RUNNING"),
}
_NUMBER = r"[0-9]{1,18}"
_TYPE = r"(?a)[\w*?\[\]!.-]{1,200}"
_WILDCARDS = set("*?[")
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_EARLIEST = datetime.min.replace(tzinfo=UTC)
# Clocks may be wrong, and a local time is easily given where UTC is meant.
_FUTURE_TOLERANCE = timedelta(days=1)


class Moment(NamedTuple):
    """A time as the user wrote it for this option. The API's clock decides what `2h` ago is."""

    text: str
    option: str

    def __str__(self) -> str:
        """The time in the format of the API's parameters."""
        return api_time(self.time())

    def time(self) -> datetime:
        """The time that it is as far as the API's clock is known."""
        return parse_moment(self.text, API_CLOCK.start(), self.option)


class TaskQuery(NamedTuple):
    """Which tasks are wanted; an empty tuple or None means any. Times are in UTC."""

    states: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    projects: tuple[int, ...] = ()
    regions: tuple[int, ...] = ()
    users: tuple[int, ...] = ()
    resources: tuple[str, ...] = ()
    since: datetime | Moment | None = None
    until: datetime | Moment | None = None
    acknowledged: bool | None = None
    newest_first: bool = True
    overdue: bool = False  # of the active ones: `operations.lists` knows what is usual

    def parameters(self) -> Parameters:
        """The part that the API filters and orders by, as query parameters."""
        chosen: list[tuple[str, object]] = [("state", state) for state in self.states]
        if (task_type := self._type_of_api()) is not None:
            chosen.append(("task_type", task_type))
        chosen += [("project_id", str(number)) for number in self.projects]
        chosen += [("region_id", str(number)) for number in self.regions]
        if self.since is not None:
            chosen.append(("from_timestamp", _as_parameter(self.since)))
        if self.until is not None:
            chosen.append(("to_timestamp", _as_parameter(self.until)))
        if self.acknowledged is not None:
            chosen.append(("is_acknowledged", str(self.acknowledged).lower()))
        return (*chosen, ("order_by", "desc" if self.newest_first else "asc"))

    @property
    def filters_here(self) -> bool:
        """Whether the API's list may hold tasks that are not wanted."""
        types_here = bool(self.types) and self._type_of_api() is None
        return types_here or self.overdue or bool(self.users) or bool(self.resources)

    def keeps(self, document: Document) -> bool:
        """Whether this task of the API's list is wanted."""
        if self.users and document.fields.get("user_id") not in self.users:
            return False
        if self.resources and not any(map(document.mentions, self.resources)):
            return False
        if not self.types or self._type_of_api() is not None:
            return True
        return any(type_fits(text, document.task_type or "") for text in self.types)

    def _type_of_api(self) -> str | None:
        """The type, if it is one that the API can filter by."""
        return self.types[0] if len(self.types) == 1 and _is_exact(self.types[0]) else None


def chosen_states(texts: Sequence[str], *, active: bool, failed: bool) -> tuple[str, ...]:
    """The states of `--state`, `--active` and `--failed` together, in the order of a task's life.

    Raises:
        UsageError: for an unknown state.
    """
    chosen = {*(ACTIVE_STATES if active else ()), *(("ERROR",) if failed else ())}
    for text in texts:
        if text.upper() not in STATES:
            near = _nearest_state(text.upper())
            raise UsageError(
                f"unknown state {text[:50]!r}: it is one of {', '.join(STATES)}",
                hint=f"did you mean {near}?" if near else None,
            )
        chosen.add(text.upper())
    return tuple(state for state in STATES if state in chosen)


def parse_types(texts: Sequence[str]) -> tuple[str, ...]:
    """Task types, prefixes (`create_`, or a first word: `create`) and globs (`*_volume`).

    Raises:
        UsageError: for text that cannot be a task type.
    """
    for text in texts:
        if re.fullmatch(_TYPE, text) is None:
            raise UsageError(
                f"{text[:50]!r} is not a task type",
                hint="write a type (create_vm), a prefix (create_) or a pattern ('*_volume')",
            )
    return tuple(texts)


def parse_numbers(texts: Sequence[str], what: str) -> tuple[int, ...]:
    """IDs of projects, regions or users, which are numbers; each once.

    Raises:
        UsageError: for text that is not a number.
    """
    for text in texts:
        if re.fullmatch(_NUMBER, text) is None:
            raise UsageError(f"a {what} ID is a number, not {text[:50]!r}")
    return tuple(dict.fromkeys(map(int, texts)))


def parse_resources(texts: Sequence[str]) -> tuple[str, ...]:
    """IDs of resources, each once.

    Raises:
        UsageError: for an empty one.
    """
    if "" in texts:
        raise UsageError("a resource ID is empty", hint="is the variable that should hold it set?")
    return tuple(texts)


def scope(texts: Sequence[str], what: str, default: str) -> tuple[int, ...]:
    """The projects or regions of the option, else the default one; empty for all of them.

    `what` is `project` or `region`; `default` is what its variable holds. The word `all` in the
    option overrides that.

    Raises:
        UsageError: for text that is not a number.
    """
    if EVERYWHERE in map(str.lower, texts):
        if len(texts) > 1:
            raise UsageError(f"--{what} {EVERYWHERE} and another --{what} exclude each other")
        return ()
    if not texts and default and re.fullmatch(_NUMBER, default) is None:
        raise UsageError(f"GCORE_CLOUD_{what.upper()}_ID is not a number: {default[:50]!r}")
    return parse_numbers(texts or ([default] if default else ()), what)


def parse_moment(text: str, now: datetime, option: str) -> datetime:
    """A time as people type it, in UTC unless it has a zone.

    `2h`, `1w`, `1 day ago`: so long before `now`. `today`, `yesterday`, `2026-11-01`: the beginning
    of that day, or its end as `--until`. `2026-11-01 10:00`: a time.

    Raises:
        UsageError: if it is none of these, or a time that does not exist.
    """
    words = text.lower().strip().removesuffix("ago").strip()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    if words in days:
        return _of_day(days[words], option)
    if not words[-1:].isdigit():  # a bare number has no unit
        with suppress(ValueError, OverflowError):
            return now - timedelta(seconds=parse_duration(words))
    time = parse_time(words.upper()) if re.match(_DATE, words) else None
    if time is None:
        raise UsageError(
            f"{option}: {text[:50]!r} is not a time; "
            "write 2h, 1w, yesterday, 2026-11-01 or '2026-11-01 10:00'"
        )
    if re.fullmatch(_DATE, words):
        return _of_day(time, option)
    return time


def _of_day(midnight: datetime, option: str) -> datetime:
    return midnight + timedelta(days=1, seconds=-1) if option == "--until" else midnight


def parse_span(since: str | None, until: str | None) -> tuple[Moment | None, Moment | None]:
    """The earliest and the latest creation time.

    Raises:
        UsageError: for an invalid time, or a span that ends before it begins.
    """
    begin = None if since is None else Moment(since, "--since")
    end = None if until is None else Moment(until, "--until")
    if begin is not None and begin.time() > API_CLOCK.start() + _FUTURE_TOLERANCE:
        raise UsageError(f"--since {since} is in the future: no task is that new")
    if end is not None and end.time() < (begin.time() if begin is not None else _EARLIEST):
        raise UsageError(f"--until {until} is before --since {since}")
    return begin, end


def _as_parameter(time: datetime | Moment) -> object:
    return api_time(time) if isinstance(time, datetime) else time


def _nearest_state(typed: str) -> str | None:
    if (meant := _STATES_ELSEWHERE.get(typed)) is not None:
        return meant
    from difflib import get_close_matches

    return next(iter(get_close_matches(typed, STATES, n=1, cutoff=0.5)), None)


def type_fits(text: str, task_type: str) -> bool:
    """Whether the type is the one, begins with the words, or fits the pattern in `text`."""
    is_whole = _is_exact(text) or set(text) & _WILDCARDS
    return fnmatchcase(task_type, text if is_whole else f"{text.rstrip('_')}_*")


def _is_exact(text: str) -> bool:
    # Every type of the API has at least two words: a single word can only be a prefix.
    return not set(text) & _WILDCARDS and "_" in text.rstrip("_") and not text.endswith("_")
