"""What is said of tasks and of the API, in words.

What is returned about a task is sanitized. Standard library only.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import TaskFields, as_text, duration_seconds
from gcore_tasks_cli.times import format_duration, parse_time

if TYPE_CHECKING:
    from gcore_tasks_cli.polling.events import Outage
    from gcore_tasks_cli.tasks.durations import Durations
    from gcore_tasks_cli.tasks.expectations import Expectations

_DEEPEST_SHOWN = 12
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"))
# A shorter wait needs no word: the backoff may be as long.
_LONG_RETRY_AFTER_SECONDS = 10.0
_ADVICE = (
    (
        r"\bquotas?\b",
        "the quota is exceeded: delete what is no longer needed, or ask Gcore for a higher quota",
    ),
    (
        r"\bcapacity\b|\bno valid host\b|\bout of stock\b|\bsold out\b"
        r"|\binsufficient resources\b|\bnot enough (?:\w+ )?(?:hosts?|nodes?|servers?|resources?)\b"
        r"|\bno (?:\w+ )?(?:hosts?|nodes?|servers?) (?:is |are )?available\b",
        "the region has no capacity for this now: try another flavor or region, or the same again "
        "later",
    ),
)


def shown(task: TaskFields, name: str) -> str:
    """The field on one line; empty if it is null, empty or absent."""
    return one_line(as_text(task.value(name)))


def state_words(task: TaskFields) -> str:
    """The state, with the detailed state where that says more."""
    state, detail = one_line(task.state), shown(task, "detailed_state")
    return state if not detail or detail == state else f"{state} ({detail})"


def type_words(task: TaskFields, unknown: str = "-") -> str:
    """The task type, or `unknown`."""
    return shown(task, "task_type") or unknown


def took_words(task: TaskFields, now: datetime) -> str:
    """`took 19 s` of a task that is over, `for 3 s` of one that is not; empty if not known."""
    if (took := duration_seconds(task)) is not None:
        return f"took {format_duration(took)}"
    created = parse_time(task.value("created_on"))
    if task.is_final or created is None:
        return ""
    return f"for {format_duration(max(0.0, (now - created).total_seconds()))}"


def age_words(task: TaskFields, now: datetime) -> str:
    """How long ago it was created, by its largest unit, rounded down: `45s`, `3m`, `5h`, `2d`."""
    created = parse_time(task.value("created_on"))
    if created is None:
        return ""
    seconds = (now - created).total_seconds()
    known = (f"{int(seconds // unit)}{name}" for unit, name in _UNITS if seconds >= unit)
    return next(known, "0s")


def moment(value: object, now: datetime) -> str:
    """`2026-05-23 05:07:31 UTC (2 m 05 s ago)`; what cannot be read as a time stays as it is."""
    time = parse_time(value)
    if time is None:
        return one_line(as_text(value))
    age = (now - time).total_seconds()
    relation = f"{format_duration(age)} ago" if age >= 0 else f"in {format_duration(-age)}"
    return f"{time:%Y-%m-%d %H:%M:%S} UTC ({relation})"


def created_words(task: TaskFields) -> list[tuple[str, str]]:
    """Type and ID of each created resource."""
    return [
        (one_line(kind), one_line(resource_id))
        for kind, ids in task.created().items()
        for resource_id in ids
    ]


def tasks(count: int, kind: str = "task") -> str:
    """`1 task`, `5 tasks`, or of another kind."""
    return f"{count:,} {kind}{'' if count == 1 else 's'}"


def first_of(items: Sequence[str], most: int) -> list[str]:
    """The first `most` of the items, and how many more there are."""
    more = len(items) - most
    return [*items[:most], f"and {more} more"] if more > 0 else list(items)


def each_state(states: Iterable[str], form: Callable[[str], str] = one_line) -> str:
    """`1 ERROR, 4 FINISHED`."""
    counts = sorted(Counter(states).items())
    return ", ".join(f"{count} {form(state)}" for state, count in counts)


def count_words(states: Collection[str]) -> str:
    """`5 tasks: 1 ERROR, 4 FINISHED`."""
    return f"{tasks(len(states))}: {each_state(states)}"


class Failure(NamedTuple):
    """Why a task failed; every text is sanitized.

    `error` may have several lines, and is empty of a task that did not fail; so are `advice` and
    `request_id` where there is none.
    """

    error: str
    advice: str
    request_id: str


def failure(task: TaskFields) -> Failure:
    """The task's failure; the API may give an error before the task has ended."""
    error, failed = lines(as_text(task.value("error"))).strip(), task.has_failed
    return Failure(
        error or ("the API gives no reason" if failed else ""),
        advice(error) if error else "",
        shown(task, "request_id") if failed else "",
    )


def task_error(task: TaskFields) -> ApiError:
    """A failed task as an error of a command."""
    error, hint, request_id = failure(task)
    message = (
        f"{type_words(task, 'task')} {one_line(task.id)} ended in {one_line(task.state)}: {error}"
    )
    return ApiError(message, hint=hint, request_id=request_id)


def advice(error: str) -> str:
    """What a user can do about an error of a task, as its text has it; empty where unknown."""
    found = (words for pattern, words in _ADVICE if re.search(pattern, error, re.IGNORECASE))
    return next(found, "")


def usual_words(durations: "Durations") -> str:
    """`usually 15–30 s`: nine of ten tasks of this type take so long, as far as is known."""
    low, high = durations.usual
    if round(high) >= 120:
        low, high, unit = low / 60, high / 60, "m"
    else:
        unit = "s"
    return f"usually {low:.0f}–{max(high, low + 1):.0f} {unit}"


def usual_duration_words(task_types: Iterable[str | None], expectations: "Expectations") -> str:
    """` (create_vm: usually 15–30 s)`, of the type that usually takes longest; empty if unknown."""
    known = [
        (found.usual[1], kind, found) for kind in task_types if (found := expectations.usual(kind))
    ]
    if not known:
        return ""
    _, longest, durations = max(known)
    return f" ({longest}: {usual_words(durations)})"


def trouble_words(error: ApiError) -> str:
    """What is wrong, and that it is being tried again: at once, or when the API asks for it."""
    if (asked := error.retry_after or 0.0) < _LONG_RETRY_AFTER_SECONDS:
        return f"{error.message}; trying again"
    return f"{error.message}; trying again after {format_duration(asked)}, as the API asks"


def outage_words(outage: "Outage", now: float) -> str:
    """`connection refused; no answer for 36 s, next try in 4 s`; `now` is on the port's clock."""
    silent = format_duration(max(0.0, now - outage.answered))
    words = f"{outage.error.message}; no answer for {silent}"
    if not outage.is_total:
        words = f"{outage.error.message}; for {format_duration(max(0.0, now - outage.since))}"
    if outage.next_try is None or outage.next_try - now < 0.5:
        return f"{words}, trying again"
    return f"{words}, next try in {format_duration(outage.next_try - now)}"


def tree(value: Any, depth: int = 0) -> list[str]:
    """A JSON value as indented lines without JSON's punctuation; never deeper than it can show."""
    if not _is_nested(value, depth):
        return ["null" if value is None else one_line(as_text(value))]
    is_list = isinstance(value, list)
    shown_lines = []
    for name, item in enumerate(value) if is_list else value.items():
        label = "-" if is_list else f"{one_line(str(name))}:"
        first, *below = tree(item, depth + 1)
        if is_list or not _is_nested(item, depth + 1):
            shown_lines.append(f"{label} {first}")
        else:
            shown_lines += [label, f"  {first}"]
        shown_lines += (f"  {line}" for line in below)
    return shown_lines


def _is_nested(value: Any, depth: int) -> bool:
    return bool(value) and isinstance(value, (Mapping, list)) and depth < _DEEPEST_SHOWN
