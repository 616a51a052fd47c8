"""How things are said to people: times with their age, states, nested parameters, IDs.

Everything here returns harmless text: what the API sent has gone through `printable`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.model import Task
from gcore_tasks_cli.times import format_duration, parse_time

_DEEPEST_SHOWN = 12
_STATE_SYMBOLS = {"NEW": "·", "RUNNING": "▸", "FINISHED": "✔", "ERROR": "✘"}


def state_symbol(state: str) -> str:
    """One character for the state, so that colour is never the only sign."""
    return _STATE_SYMBOLS.get(state, "?")


def state_words(task: Task) -> str:
    """The state, with the detailed state where that says more."""
    detail = task.detailed_state
    if not detail or detail == task.state:
        return one_line(task.state)
    return one_line(f"{task.state} ({detail})")


def took_words(task: Task, now: datetime) -> str:
    """`took 19 s` of a task that is over, `for 3 s` of one that is not; empty if not known."""
    if (took := task.duration_seconds) is not None:
        return f"took {format_duration(took)}"
    if task.is_final or task.created_at is None:
        return ""
    return f"for {format_duration(max(0.0, (now - task.created_at).total_seconds()))}"


def moment(text: str, now: datetime) -> str:
    """`2026-05-23 05:07:31 UTC (2 m 05 s ago)`; what cannot be read as a time stays as it is."""
    time = parse_time(text)
    if time is None:
        return one_line(text)
    age = (now - time).total_seconds()
    relation = f"{format_duration(age)} ago" if age >= 0 else f"in {format_duration(-age)}"
    return f"{time:%Y-%m-%d %H:%M:%S} UTC ({relation})"


def created_words(task: Task) -> list[tuple[str, str]]:
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
    if isinstance(value, str):
        return one_line(value)
    try:
        return one_line(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return "… (nested too deeply to show)"
