"""What people read, through rich: consoles, summaries and tables. No markup is ever interpreted.

Each table has a plain twin for pipes: no colour, no boxes, nothing cut off.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gcore_tasks_cli.output.advice import advice
from gcore_tasks_cli.output.text import created_words, state_symbol, state_words, took_words
from gcore_tasks_cli.sanitize import json_text, lines, one_line
from gcore_tasks_cli.tasks.model import Task

STATE_STYLES = {"NEW": "cyan", "RUNNING": "yellow", "FINISHED": "green", "ERROR": "bold red"}
UNKNOWN_STATE_STYLE = "magenta"
# Beyond these, a summary at a terminal has one line a task, below that only what went wrong.
_MOST_TOLD_AT_LENGTH = 30
# Beyond these, one odd cell would push all the others off the screen.
_WIDEST_ALIGNED = 100
_NESTING = "  "
# Deeper brackets stay on one line: indentation alone would grow with the square of the depth.
_DEEPEST_INDENTED = 50
MOST_COLOURED = 500_000
_JSON_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^{}\[\],:"]++', re.DOTALL)


def console(stream: TextIO, env: Mapping[str, str]) -> Console:
    """A console on the stream; NO_COLOR, FORCE_COLOR, TERM and COLUMNS are those of `env`."""
    # rich takes any digits there for a number, and some are none; into no columns fits nothing.
    sizes = {name: env[name] for name in ("COLUMNS", "LINES") if name in env}
    odd = [n for n, size in sizes.items() if not (size.isascii() and size.strip("0").isdigit())]
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        _environ={name: value for name, value in env.items() if name not in odd},
    )


def result_summary(tasks: Sequence[Task], *, now: datetime) -> RenderableType:
    """What became of each task: state, type, ID, duration, and below it the error or resources."""
    is_crowd = len(tasks) > _MOST_TOLD_AT_LENGTH
    parts: list[RenderableType] = []
    for task in tasks:
        style = STATE_STYLES.get(task.state, UNKNOWN_STATE_STYLE)
        head = Text.assemble(
            (f"{state_symbol(task.state)} {state_words(task)}", style),
            f"  {one_line(task.task_type or 'task')}  {one_line(task.id)}",
            (f"  {took_words(task, now)}", "dim"),
        )
        parts.append(head)
        created = created_words(task)
        if is_crowd and created:
            head.append("  " + ", ".join(f"{kind} {new_id}" for kind, new_id in created))
            created = []
        if task.error:
            parts.append(_indented(lines(task.error), "red"))
        if helps := advice(task.error):
            parts.append(_indented(str(helps), "yellow"))
        if task.state == "ERROR" and task.request_id:
            parts.append(_indented(f"request ID {one_line(task.request_id)}", "dim"))
        parts += [_indented(f"{kind}  {new_id}", "") for kind, new_id in created]
    if len(tasks) > 1:
        parts.append(Text(count_words(task.state for task in tasks), "bold"))
    return Group(*parts)


def plain_result_summary(tasks: Sequence[Task], *, now: datetime) -> str:
    """One line a task: state, type, ID, duration, and the error or what was created."""
    rows = []
    for task in tasks:
        created = ", ".join(f"{kind} {new_id}" for kind, new_id in created_words(task))
        result = one_line(task.error) if task.error else created
        kind = one_line(task.task_type or "-")
        rows.append((state_words(task), kind, one_line(task.id), took_words(task, now), result))
    return columns(rows)


def resources_table(entries: Sequence[tuple[Task, Mapping[str, Sequence[str]]]]) -> RenderableType:
    """Type and ID of what each task created, below a line for the task where there are several."""
    parts: list[RenderableType] = []
    for task, created in entries:
        if len(entries) > 1:
            parts.append(Text(f"{one_line(task.task_type or 'task')}  {one_line(task.id)}", "bold"))
        rows = [(one_line(kind), one_line(i)) for kind, ids in created.items() for i in ids]
        width = min(max((len(kind) for kind, _ in rows), default=0), _WIDEST_ALIGNED)
        for kind, new_id in rows:
            line = Text.assemble((f"{kind:<{width}}", "green"), f"  {new_id}", overflow="fold")
            parts.append(Padding(line, (0, 0, 0, 2 if len(entries) > 1 else 0)))
        if not rows:
            parts.append(_indented("(nothing)", "dim"))
    return Group(*parts)


def plain_resources_table(entries: Sequence[tuple[Task, Mapping[str, Sequence[str]]]]) -> str:
    """One line for each thing created: its type, its ID, the task's ID."""
    return columns(
        [
            (one_line(kind), one_line(new_id), one_line(task.id))
            for task, created in entries
            for kind, ids in created.items()
            for new_id in ids
        ]
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
        max((len(cell) for cell in column if len(cell) <= _WIDEST_ALIGNED), default=0)
        for column in zip(*rows, strict=True)
    ]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def json_pretty(compact: str) -> Text:
    """Compact JSON, indented and coloured; the same document, however deep it is nested.

    Works on the text and not on its values, so that numbers and escapes stay as they were sent.
    """
    return Text.assemble(*_indented_json(compact))


def json_indented(compact: str) -> str:
    """As `json_pretty`, without colours: for more than `MOST_COLOURED` characters.

    Nobody reads that to its end, and to lay out its colours would take minutes.
    """
    return "".join(part for part, _ in _indented_json(compact))


def _indented_json(compact: str) -> Iterator[tuple[str, str]]:
    """The pieces of the indented text, each with its style."""
    depth = 0
    parts = [match[0] for match in _JSON_TOKEN.finditer(json_text(compact))]
    for n, part in enumerate(parts):
        before = parts[n - 1] if n else ""
        after = parts[n + 1] if n + 1 < len(parts) else ""
        if part in "]}":
            depth -= 1
            yield part if before in ("{", "[") else f"{_new_line(depth)}{part}", ""
        elif part in "{[":
            depth += 1
            yield part if after in ("}", "]") else f"{part}{_new_line(depth)}", ""
        elif part == ",":
            yield f",{_new_line(depth)}", ""
        elif part == ":":
            yield ": ", ""
        else:
            yield part, _json_style(part, is_key=after == ":")


def _new_line(depth: int) -> str:
    return f"\n{_NESTING * depth}" if depth <= _DEEPEST_INDENTED else ""


def _json_style(part: str, *, is_key: bool) -> str:
    if part.startswith('"'):
        return "bold blue" if is_key else "green"
    return {"null": "dim", "true": "cyan", "false": "cyan"}.get(part, "yellow")


def _indented(text: str, style: str) -> Padding:
    return Padding(Text(text, style, overflow="fold"), (0, 0, 0, 2))
