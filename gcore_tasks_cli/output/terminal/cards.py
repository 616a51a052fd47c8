"""`gtask get` at a terminal: one task with all that is known of it, as a card."""

from datetime import datetime

from rich.box import ROUNDED
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gcore_tasks_cli.output.card_lines import content, failure_lines
from gcore_tasks_cli.output.terminal.console import STATE_STYLES, UNKNOWN_STATE_STYLE
from gcore_tasks_cli.output.words import state_symbol, state_words, type_words
from gcore_tasks_cli.tasks.model import Task

_CARD_WIDTH = 100
_MOST_ROWS = 1000
_MOST_CHARACTERS = 100_000


def card(task: Task, *, now: datetime) -> Panel:
    """The task as a panel in the colour of its state."""
    style = STATE_STYLES.get(task.state, UNKNOWN_STATE_STYLE)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for line in (*failure_lines(task), *content(task, now)):
        grid.add_row(Text(line.label), Text(_scrollable(line.value), line.style, overflow="fold"))
    kind = type_words(task, "task")
    title = Text(f" {state_symbol(task.state)} {state_words(task)}  {kind} ", style)
    return Panel(
        grid, box=ROUNDED, title=title, title_align="left", border_style=style, width=_CARD_WIDTH
    )


def _scrollable(value: str) -> str:
    """The beginning of a long value: laying out megabytes takes minutes."""
    rows = value[:_MOST_CHARACTERS].split("\n", _MOST_ROWS)
    shown = "\n".join(rows[:_MOST_ROWS])
    if len(shown) == len(value):
        return value
    return f"{shown}\n… and {len(value) - len(shown)} more characters, which --json has"
