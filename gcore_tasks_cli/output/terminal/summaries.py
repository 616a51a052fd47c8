"""`watch` and `resources` at a terminal: what became of tasks, and what they created."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gcore_tasks_cli.output.failure import failure
from gcore_tasks_cli.output.plain import WIDEST_ALIGNED, count_words
from gcore_tasks_cli.output.terminal.console import STATE_STYLES, UNKNOWN_STATE_STYLE
from gcore_tasks_cli.output.words import (
    created_words,
    state_symbol,
    state_words,
    took_words,
    type_words,
)
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.model import Task


def result_summary(
    tasks: Sequence[Task], *, now: datetime, width: int, height: int | None = None
) -> RenderableType:
    """What became of each task: state, type, ID, duration, and below it the error or resources.

    What is wider than `width` goes on in an indented line. Where all is more than `height` lines,
    the tasks that went well are only counted.
    """
    parts = [part for task in tasks for part in _result(task, now, width)]
    if height is not None and len(parts) + 1 >= height:
        finished = Counter(type_words(each, "task") for each in tasks if each.state == "FINISHED")
        parts = [
            part for each in tasks if each.state != "FINISHED" for part in _result(each, now, width)
        ]
        if finished:
            types = ", ".join(f"{count} {kind}" for kind, count in finished.most_common())
            words = f"{state_symbol('FINISHED')} FINISHED"
            parts.insert(
                0,
                Text.assemble(
                    (words, STATE_STYLES["FINISHED"]),
                    f"  {types}",
                    ("; gtask list shows each", "dim"),
                ),
            )
    if len(tasks) > 1:
        parts.append(Text(count_words(task.state for task in tasks), "bold"))
    return Group(*parts)


def _result(task: Task, now: datetime, width: int) -> list[RenderableType]:
    """The lines of one task."""
    style = STATE_STYLES.get(task.state, UNKNOWN_STATE_STYLE)
    what = Text.assemble(
        (f"{state_symbol(task.state)} {state_words(task)}", style), f"  {type_words(task, 'task')}"
    )
    which = Text.assemble(f"  {one_line(task.id)}", (f"  {took_words(task, now)}", "dim"))
    is_wide = what.cell_len + which.cell_len > width
    heads = (what, which) if is_wide else (what.append_text(which),)
    failed = failure(task)
    below = [(failed.error, "red"), (failed.advice, "yellow"), (failed.support, "dim")]
    below += [(f"{kind}  {new_id}", "") for kind, new_id in created_words(task)]
    return [*heads, *(_indented(text, style) for text, style in below if text)]


def resources_table(tasks: Sequence[Task]) -> RenderableType:
    """Type and ID of what each task created, below a line for the task where there are several."""
    parts: list[RenderableType] = []
    for task in tasks:
        if len(tasks) > 1:
            parts.append(Text(f"{type_words(task, 'task')}  {one_line(task.id)}", "bold"))
        rows = created_words(task)
        width = min(max((len(kind) for kind, _ in rows), default=0), WIDEST_ALIGNED)
        for kind, new_id in rows:
            line = Text.assemble((f"{kind:<{width}}", "green"), f"  {new_id}", overflow="fold")
            parts.append(Padding(line, (0, 0, 0, 2 if len(tasks) > 1 else 0)))
        if not rows:
            parts.append(_indented("(nothing)", "dim"))
    return Group(*parts)


def _indented(text: str, style: str) -> Padding:
    return Padding(Text(text, style, overflow="fold"), (0, 0, 0, 2))
