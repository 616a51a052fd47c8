"""What people read in a pipe or a file: no colour, no boxes, nothing cut off. Standard library."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from gcore_tasks_cli.output.card_lines import CardLine, content, failure_lines
from gcore_tasks_cli.output.words import (
    created_words,
    error_words,
    state_words,
    took_words,
    type_words,
)
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import TaskFields

# Wider cells are not aligned: one odd cell would push all the others off the screen.
WIDEST_ALIGNED = 100
# Fields that gtask does not know may have names of any length.
_LONGEST_LABEL = 24


def plain_card(task: TaskFields, *, now: datetime) -> str:
    """The task as lines of label and value."""
    head = [CardLine("state", state_words(task)), CardLine("type", type_words(task, "-"))]
    lines = [*failure_lines(task), *head, *content(task, now)]
    width = min(max(len(line.label) for line in lines), _LONGEST_LABEL) + 2
    rows = []
    for line in lines:
        first, *rest = line.value.split("\n")
        rows.append(f"{line.label:<{width - 2}}  {first}".rstrip())
        rows += [f"{'':<{width}}{more}".rstrip() for more in rest]
    return "\n".join(rows) + "\n"


def plain_summary(tasks: Sequence[TaskFields], *, now: datetime) -> str:
    """One line a task: state, type, ID, duration, and the error or what was created."""
    rows = []
    for task in tasks:
        created = ", ".join(f"{kind} {new_id}" for kind, new_id in created_words(task))
        error = error_words(task)
        result = one_line(error) if error else created
        head = (state_words(task), type_words(task, "-"), one_line(task.id))
        rows.append((*head, took_words(task, now), result))
    return columns(rows)


def plain_resources(tasks: Sequence[TaskFields]) -> str:
    """One line for each thing created: its type, its ID, the task's ID."""
    return columns(
        [(*created, one_line(task.id)) for task in tasks for created in created_words(task)]
    )


def count_words(states: Iterable[str]) -> str:
    """`5 tasks: 1 ERROR, 4 FINISHED`."""
    counts = Counter(states)
    total = sum(counts.values())
    each = ", ".join(f"{count} {one_line(state)}" for state, count in sorted(counts.items()))
    return f"{total} task{'' if total == 1 else 's'}: {each}"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """The rows with their columns aligned, two spaces apart, and nothing cut off."""
    if not rows:
        return ""
    widths = [
        max((len(cell) for cell in column if len(cell) <= WIDEST_ALIGNED), default=0)
        for column in zip(*rows, strict=True)
    ]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )
