"""What is said of a task in words: state, times, duration, error, what it created.

Everything returned is sanitized. Standard library only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from os.path import commonprefix
from typing import Any

from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import FINAL_STATES, TaskFields, as_text, duration_seconds
from gcore_tasks_cli.times import format_duration, parse_time

_DEEPEST_SHOWN = 12
_SHORT_ID = 8
_STATE_SYMBOLS = {"NEW": "·", "RUNNING": "▸", "FINISHED": "✔", "ERROR": "✘"}


def state_symbol(state: str) -> str:
    """One character for the state, so that colour is never the only sign."""
    return _STATE_SYMBOLS.get(state, "?")


def shown(task: TaskFields, name: str) -> str:
    """The field on one line; empty if it is null, empty or absent."""
    return one_line(as_text(task.value(name)))


def state_words(task: TaskFields) -> str:
    """The state, with the detailed state where that says more."""
    state, detail = one_line(task.state), shown(task, "detailed_state")
    return state if not detail or detail == state else f"{state} ({detail})"


def type_words(task: TaskFields, unknown: str) -> str:
    """The task type, or `unknown`."""
    return shown(task, "task_type") or unknown


def error_words(task: TaskFields) -> str:
    """The error, perhaps of several lines; empty if there is none."""
    return lines(as_text(task.value("error"))).strip()


def took_words(task: TaskFields, now: datetime) -> str:
    """`took 19 s` of a task that is over, `for 3 s` of one that is not; empty if not known."""
    if (took := duration_seconds(task)) is not None:
        return f"took {format_duration(took)}"
    created = parse_time(task.value("created_on"))
    if task.state in FINAL_STATES or created is None:
        return ""
    return f"for {format_duration(max(0.0, (now - created).total_seconds()))}"


def moment(value: object, now: datetime) -> str:
    """`2026-05-23 05:07:31 UTC (2 m 05 s ago)`; what cannot be read as a time stays as it is."""
    time = parse_time(value)
    if time is None:
        return one_line(as_text(value))
    age = (now - time).total_seconds()
    relation = f"{format_duration(age)} ago" if age >= 0 else f"in {format_duration(-age)}"
    return f"{time:%Y-%m-%d %H:%M:%S} UTC ({relation})"


def unique_length(ids: Sequence[str]) -> int:
    """To how many characters these IDs can be cut and still differ; never fewer than eight."""
    ordered = sorted(set(ids))
    shared = (len(commonprefix(pair)) for pair in pairwise(ordered))  # noqa: RUF071 (of texts)
    return max((_SHORT_ID, *(length + 1 for length in shared)))


def created_words(task: TaskFields) -> list[tuple[str, str]]:
    """Type and ID of each created resource."""
    return [
        (one_line(kind), one_line(resource_id))
        for kind, ids in task.created().items()
        for resource_id in ids
    ]


def tree(value: Any, depth: int = 0) -> Iterator[str]:
    """A JSON value as indented lines without JSON's punctuation; never deeper than it can show."""
    indent = "  " * depth
    if depth >= _DEEPEST_SHOWN or not isinstance(value, (Mapping, list)) or not value:
        yield indent + _scalar(value)
        return
    items: Sequence[tuple[str, Any]] = (
        [(f"{one_line(str(key))}:", item) for key, item in value.items()]
        if isinstance(value, Mapping)
        else [("-", item) for item in value]
    )
    for label, item in items:
        if isinstance(item, (Mapping, list)) and item and depth + 1 < _DEEPEST_SHOWN:
            nested = tree(item, depth + 1)
            if label == "-":
                # The first line of the item stands beside its dash.
                yield f"{indent}- {next(nested).lstrip()}"
            else:
                yield f"{indent}{label}"
            yield from nested
        else:
            yield f"{indent}{label} {_scalar(item)}"


def _scalar(value: Any) -> str:
    return "null" if value is None else one_line(as_text(value))
