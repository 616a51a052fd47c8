"""What is said of tasks, lists and the API, in words. Standard library only.

What is returned about a task is sanitized.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gcore_tasks_cli.errors import ApiError, ExitCode, GtaskError
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import TaskFields, as_text, duration_seconds
from gcore_tasks_cli.times import format_duration, parse_time

if TYPE_CHECKING:
    from gcore_tasks_cli.polling.events import Found, Outage
    from gcore_tasks_cli.polling.finder import Search
    from gcore_tasks_cli.tasks.expectations import Expectations
    from gcore_tasks_cli.tasks.query import TaskQuery

_DEEPEST_SHOWN = 12
# More IDs than this are counted, not named.
_MOST_NAMED = 5
# A shorter wait is not worth a word: the backoff may be as long.
_LONG_RETRY_AFTER_SECONDS = 10.0
# After so long without a single answer since the start a setting is the likeliest reason.
_NEVER_REACHED_SECONDS = 120.0
_ADVICE = (
    (
        r"\bquotas?\b",
        "the quota is exceeded: delete what is no longer needed, or ask Gcore for a higher quota",
    ),
    (
        r"\bcapacity\b|\bno valid host\b|\bout of stock\b|\bsold out\b"
        r"|\binsufficient resources\b|\bnot enough (?:\w+ )?(?:hosts?|nodes?|servers?|resources?)\b"
        r"|\bno (?:\w+ )?(?:hosts?|nodes?|servers?) (?:is |are )?available\b"
        r"|\breached the limit of flavor\b",
        "the region has no capacity for this now: try another flavor or region, or the same again "
        "later",
    ),
    (
        r"\bvolumes?\b.*\berror\b|\berror[- ]volumes?\b",
        "the volume is in error state: delete it and create another, or ask Gcore's support",
    ),
)


def shown(task: TaskFields, name: str) -> str:
    """The field on one line; empty if it is null, empty or absent."""
    return one_line(as_text(task.value(name)))


def detail_words(task: TaskFields) -> str:
    """The detailed state, where it says more than the state."""
    detail = shown(task, "detailed_state")
    return "" if detail == one_line(task.state) else detail


def state_words(task: TaskFields) -> str:
    """The state, with the detailed state where that says more."""
    state, detail = one_line(task.state), detail_words(task)
    return f"{state} ({detail})" if detail else state


def type_words(task: TaskFields, unknown: str = "-") -> str:
    """The task type, or `unknown`."""
    return shown(task, "task_type") or unknown


def took_words(task: TaskFields, now: datetime) -> str:
    """`took 19 s` of a task that is over, `for 3 s` of one that is not; empty if not known."""
    if (took := duration_seconds(task)) is not None:
        return f"took {format_duration(took)}"
    age = _age(task, now)
    return "" if task.is_final or age is None else f"for {format_duration(age)}"


def age_words(task: TaskFields, now: datetime) -> str:
    """How long ago it was created, in its largest unit: `45 s`, `3 m`, `5 h`, `2 d`."""
    age = _age(task, now)
    return "" if age is None else " ".join(format_duration(age).split()[:2])


def _age(task: TaskFields, now: datetime) -> float | None:
    """Seconds since the task was created; None if that is not known."""
    created = parse_time(task.value("created_on"))
    return None if created is None else max(0.0, (now - created).total_seconds())


def moment(value: object, now: datetime, *, is_local: bool = False) -> str:
    """`2026-05-23 05:07:31 UTC (2 m 05 s ago)`; what cannot be read as a time stays as it is.

    If `is_local`, with the time of this machine's zone: `(07:07 CEST, 2 m 05 s ago)`.
    """
    time = parse_time(value)
    if time is None:
        return one_line(as_text(value))
    age, here = (now - time).total_seconds(), time.astimezone()
    relation = f"{format_duration(age)} ago" if age >= 0 else f"in {format_duration(-age)}"
    if is_local and here.utcoffset():
        date = "" if here.date() == time.astimezone(UTC).date() else f"{here:%Y-%m-%d} "
        relation = f"{date}{here:%H:%M %Z}, {relation}"
    return f"{time:%Y-%m-%d %H:%M:%S} UTC ({relation})"


def tasks(count: int, kind: str = "task") -> str:
    """`1 task`, `5 tasks`, or of another kind."""
    return f"{count:,} {kind}{'' if count == 1 else 's'}"


def joined(*parts: str) -> str:
    """Those that are not empty, with commas between them."""
    return ", ".join(filter(None, parts))


def first_of(items: Sequence[str], most: int) -> list[str]:
    """The first `most` of the items, and how many more there are."""
    more = len(items) - most
    return [*items[:most], f"and {more} more"] if more > 0 else list(items)


def each_state(states: Iterable[str], form: Callable[[str], str] = one_line) -> str:
    """`1 ERROR, 4 FINISHED`."""
    return ", ".join(f"{count} {form(state)}" for state, count in sorted(Counter(states).items()))


def count_words(states: Collection[str]) -> str:
    """`5 tasks: 1 ERROR, 4 FINISHED`."""
    return f"{tasks(len(states))}: {each_state(states)}"


def failure(task: TaskFields) -> ApiError | None:
    """Why a task failed, what helps, and what support asks for; None if it has no error.

    Its message may have several lines. The API may give an error before the task has ended.
    """
    error, failed = lines(as_text(task.value("error"))).strip(), task.has_failed
    if not error and not failed:
        return None
    found = (hint for pattern, hint in _ADVICE if re.search(pattern, error, re.IGNORECASE))
    request_id = shown(task, "request_id") if failed else None
    message = error or "the API gives no reason"
    return ApiError(message, hint=next(found, None), request_id=request_id)


class Reasons:
    """Why tasks failed: each reason, and what helps, once; then the task that it was given for."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def failure(self, task: TaskFields) -> ApiError:
        """As `failure` of a task that failed, unless another failed for the same reason."""
        error, task_id = failure(task) or ApiError(""), one_line(task.id)
        first = self._first.setdefault(error.message, task_id)
        return error if first == task_id else ApiError(f"the same error as {first}")

    def task_error(self, task: TaskFields) -> ApiError:
        """A failed task as an error of a command."""
        error = self.failure(task)
        error.exit_code = ExitCode.TASK_ERROR
        error.message = f"{named(task)} ended in {one_line(task.state)}: {error.message}"
        return error


def named(task: TaskFields) -> str:
    """The task's type and ID."""
    return f"{type_words(task, 'task')} {one_line(task.id)}"


def shared_errors(errors: Iterable[tuple[GtaskError, str]], *, asked: int = 1) -> list[GtaskError]:
    """The errors, each with the ID or name of its task; one of several tasks once, with all names.

    If several tasks were `asked` for, each error says which it is about. An empty name stands for
    the list of tasks.
    """
    groups: dict[str, tuple[GtaskError, list[str]]] = {}
    for error, name in errors:
        message = error.message.replace(name, "…") if name else error.message
        _, each = groups.setdefault(message, (copy(error), []))
        each += [name] if name else []
    for message, (error, each) in groups.items():
        names_it = bool(each) and each[0] in error.message
        if len(each) > 1 or (each and asked > 1 and not names_it):
            names = ", ".join(first_of(each, _MOST_NAMED))
            error.message = message.replace("…", names, 1) if names_it else f"{message} ({names})"
    return [error for error, _ in groups.values()]


def shared_failures(tasks: Iterable[TaskFields]) -> list[GtaskError]:
    """The failed tasks as errors, one for each reason."""
    failed = [task for task in tasks if task.has_failed]
    return shared_errors([(Reasons().task_error(task), named(task)) for task in failed])


def usual_words(expectations: "Expectations", task_type: str | None, age: float = 0.0) -> str:
    """`usually 15–30 s`: nine of ten tasks of this type take this long; empty if not known.

    If the task is older: `longer than usual (usually 15–30 s)`, or how many times longer.
    """
    durations, times = expectations.usual(task_type), expectations.overdue(task_type, age)
    if durations is None:
        return ""
    low, high = durations.usual
    if round(high) >= 120:
        low, high, unit = low / 60, high / 60, "m"
    else:
        unit = "s"
    usual = f"usually {low:.0f}–{max(high, low + 1):.0f} {unit}"
    if not times:
        return usual
    return f"{'' if times < 2 else f'{times:,.0f} times '}longer than usual ({usual})"


def overdue(task: TaskFields, now: datetime) -> ApiError | None:
    """What is said of an active task that takes longer than usual, and what support asks for."""
    from gcore_tasks_cli.tasks.expectations import KNOWN

    kind, age = shown(task, "task_type"), _age(task, now)
    if task.is_final or age is None or not KNOWN.overdue(kind, age):
        return None
    return ApiError(usual_words(KNOWN, kind, age), request_id=shown(task, "request_id"))


def trouble_words(outage: "Outage") -> str:
    """What is wrong, and that it is being tried again: at once, or when the API asks for it."""
    if (asked := outage.error.retry_after or 0.0) < _LONG_RETRY_AFTER_SECONDS:
        return f"{reason_words(outage)}; trying again"
    return f"{reason_words(outage)}; trying again after {format_duration(asked)}, as the API asks"


def silence_words(outage: "Outage", now: float) -> str:
    """`no answer for 36 s`; `now` is on the port's clock. A refusal is an answer of no use."""
    kind = "answer" if outage.error.status is None else "usable answer"
    return f"no {kind} for {format_duration(max(0.0, now - outage.answered))}"


def outage_words(outage: "Outage", now: float) -> str:
    """`connection refused; no answer for 36 s`; what to check where there was none at all yet."""
    lasting = f"for {format_duration(max(0.0, now - outage.since))}"
    if outage.is_total:
        lasting = silence_words(outage, now)
    if not outage.was_reached and now - outage.answered >= _NEVER_REACHED_SECONDS:
        lasting = f"{lasting}, since the start: the API was never reached"
    return f"{reason_words(outage)}; {lasting}"


def reason_words(outage: "Outage") -> str:
    """What is wrong, and what to check where the API was never reached."""
    error = outage.error
    return error.message + (f" ({error.hint})" if error.hint and not outage.was_reached else "")


def retry_words(outage: "Outage", now: float) -> str:
    """As `outage_words`, and when the next try is."""
    if outage.next_try is None or outage.next_try - now < 0.5:
        return f"{outage_words(outage, now)}, trying again"
    wait = format_duration(outage.next_try - now)
    return f"{outage_words(outage, now)}, next try in {wait}"


def scope_words(query: "TaskQuery") -> str:
    """` in project 1234`: where was looked, which perhaps comes from the environment."""
    chosen = [
        f"{name} {', '.join(map(str, numbers))}"
        for name, numbers in (("project", query.projects), ("region", query.regions))
        if numbers
    ]
    return f" in {' and '.join(chosen)}" if chosen else ""


def found_words(search: "Search", found: "Found") -> str:
    """How many tasks a search found and where, or what was searched if it found none."""
    query, where = search.query, scope_words(search.query)
    if found.tasks:
        kind = "recent" if found.is_recent else "active"
        return f"waiting for {tasks(found.tasks, f'{kind} task')}{where}"
    if not query.filters_here:
        return f"no task is active{where}"
    searched = tasks(found.searched, "active task")
    resources = ", ".join(query.resources)
    about = f"is about {resources}" if resources else "matches"
    elsewhere = "; gtask list --resource finds those that are over" if resources else ""
    return f"no active task {about}: searched {searched}{where}{elsewhere}"


def paths(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """`volumes.0.size: 10`: each value that a JSON value holds, named as `--fields` names it."""
    if not value or not isinstance(value, (dict, list)) or depth == _DEEPEST_SHOWN:
        text = "null" if value is None else one_line(as_text(value))
        yield f"{path}: {text}" if path else text
        return
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        label = one_line(str(name))
        yield from paths(item, f"{path}.{label}" if depth else label, depth + 1)
