"""`gtask get` for people: one task with all that is known of it, as a card or as plain lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.box import ROUNDED
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gcore_tasks_cli.output.advice import advice
from gcore_tasks_cli.output.terminal.console import STATE_STYLES, UNKNOWN_STATE_STYLE
from gcore_tasks_cli.output.text import (
    created_words,
    moment,
    state_symbol,
    state_words,
    took_words,
    tree,
)
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.model import Task

_CARD_WIDTH = 100
_MOST_ROWS = 1000
_MOST_CHARACTERS = 100_000
# Fields that gtask does not know may have names of any length.
_LONGEST_LABEL = 24
_OWNERS = ("project", "region", "client", "user")
_RARE = ("job_id", "schedule_id", "lifecycle_policy_id", "user_client_id")


@dataclass(frozen=True, slots=True)
class _Line:
    """A label and its value, perhaps of several lines."""

    label: str
    value: str
    style: str = ""


def card(task: Task, *, now: datetime) -> Panel:
    """The task as a panel in the colour of its state."""
    style = STATE_STYLES.get(task.state, UNKNOWN_STATE_STYLE)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for line in (*_failure(task), *_content(task, now)):
        grid.add_row(Text(line.label), Text(_scrollable(line.value), line.style, overflow="fold"))
    kind = one_line(task.task_type or "task")
    title = Text(f" {state_symbol(task.state)} {state_words(task)}  {kind} ", style)
    return Panel(
        grid, box=ROUNDED, title=title, title_align="left", border_style=style, width=_CARD_WIDTH
    )


def _scrollable(value: str) -> str:
    """As much of a value as anybody scrolls through; to lay out megabytes takes minutes."""
    rows = value[:_MOST_CHARACTERS].split("\n", _MOST_ROWS)
    shown = "\n".join(rows[:_MOST_ROWS])
    if len(shown) == len(value):
        return value
    return f"{shown}\n… and {len(value) - len(shown)} more characters, which --json has"


def plain_card(task: Task, *, now: datetime) -> str:
    """The task as lines of label and value, nothing cut off."""
    head = [_Line("state", state_words(task)), _Line("type", one_line(task.task_type or "-"))]
    content = [*_failure(task), *head, *_content(task, now)]
    width = min(max(len(line.label) for line in content), _LONGEST_LABEL) + 2
    rows = []
    for line in content:
        first, *rest = line.value.split("\n")
        rows.append(f"{line.label:<{width - 2}}  {first}".rstrip())
        rows += [f"{'':<{width}}{more}".rstrip() for more in rest]
    return "\n".join(rows) + "\n"


def _failure(task: Task) -> Iterator[_Line]:
    """What a failed task is looked at for: why, what helps, and what support asks for."""
    if task.error:
        yield _Line("error", lines(task.error), "bold red")
        if helps := advice(task.error):
            yield _Line("advice", str(helps), "yellow")
    elif task.state == "ERROR":
        yield _Line("error", "the API gives no reason", "bold red")
    if task.state == "ERROR" and task.request_id:
        yield _Line("for support", f"request ID {one_line(task.request_id)}")


def _content(task: Task, now: datetime) -> Iterator[_Line]:
    yield _Line("task", one_line(task.id), "bold")
    yield from _times(task, now)
    owners = [(name, getattr(task, f"{name}_id")) for name in _OWNERS]
    if told := [f"{name} {one_line(str(owner))}" for name, owner in owners if owner is not None]:
        yield _Line("where", ", ".join(told))
    if task.request_id and task.state != "ERROR":
        yield _Line("request ID", one_line(task.request_id))
    for name in _RARE:
        if (value := getattr(task, name)) not in (None, ""):
            yield _Line(name, one_line(str(value)))
    label = "created"
    for kind, resource_id in created_words(task):
        yield _Line(label, f"{kind}  {resource_id}", "green")
        label = ""
    if task.data not in (None, "", {}, []):
        yield _Line("data", "\n".join(tree(task.data)))
    for name, value in task.unknown_fields().items():
        if value not in (None, "", {}, []):
            yield _Line(one_line(name), "\n".join(tree(value)))


def _times(task: Task, now: datetime) -> Iterator[_Line]:
    if task.created_on:
        running = took_words(task, now) if not task.is_final else ""
        yield _Line("started", moment(task.created_on, now) + (running and f", {running}"))
    if task.finished_on:
        took = took_words(task, now)
        yield _Line("finished", moment(task.finished_on, now) + (took and f", {took}"))
    elif task.updated_on:
        yield _Line("updated", moment(task.updated_on, now))
    if task.acknowledged_at:
        by = f", by user {one_line(str(task.acknowledged_by))}" if task.acknowledged_by else ""
        yield _Line("acknowledged", moment(task.acknowledged_at, now) + by)
    elif task.acknowledged_by:
        yield _Line("acknowledged", f"by user {one_line(str(task.acknowledged_by))}")
