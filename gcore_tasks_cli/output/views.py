"""What is shown of tasks: lines of cells, each a text with a style, which two renderers print.

`text` has the plain renderer, `terminal` that for terminals. Standard library only: a list to a
pipe needs neither rich nor the model of a task.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.streams import error_parts
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import TaskFields, as_text, duration_seconds
from gcore_tasks_cli.times import format_duration, parse_time

# The columns of a list. The error stands below them at a terminal, behind them elsewhere.
_COLUMNS = ("state", "type", "age", "took", "region", "project", "ID")
# What is shown of a task that was asked for and not seen yet.
NOT_SEEN = "asking"
# Colours of states, and a symbol so that colour is never the only sign.
_STATES = {
    NOT_SEEN: ("dim", "· "),
    "NEW": ("cyan", "· "),
    "RUNNING": ("yellow", "▸ "),
    "FINISHED": ("green", "✔ "),
    "ERROR": ("bold red", "✘ "),
}
# For what should be looked at: as visible on a light background as on a dark one.
ATTENTION = "magenta"
_ERROR_STYLES = {"error": "bold red", "hint": ATTENTION}
_RARE = ("job_id", "schedule_id", "lifecycle_policy_id", "user_client_id")
_NOTHING: tuple[object, ...] = (None, "", {}, [])
# Wider cells are not aligned: one odd cell would push all the others off the screen.
_WIDEST_ALIGNED = 100


class Cell(NamedTuple):
    """A text and its style in rich's words; `symbol` stands before it at terminals only."""

    text: str
    style: str = ""
    symbol: str = ""


# Cells that may be aligned with those of other lines.
Line = tuple[Cell, ...]
# A cell or its text.
_C = TypeVar("_C")


class Entry(NamedTuple):
    """A task among others: a line for it, and lines below with what came of it."""

    head: Line
    below: Sequence[Line] = ()


LIST_HEAD = Entry(tuple(Cell(name, "dim") for name in _COLUMNS))


def state_cell(task: TaskFields, text: str) -> Cell:
    """A text in the colour of the task's state and with its symbol."""
    return Cell(text, *_STATES.get("ERROR" if task.has_failed else task.state, (ATTENTION, "? ")))


def rank(task: TaskFields) -> int:
    """Sorts what went well before what is under way, and failures last, where the eye is."""
    return 2 if task.has_failed else int(task.state != "FINISHED")


def card(task: TaskFields, now: datetime, *, is_local: bool = False) -> list[tuple[str, Cell]]:
    """`get`: labels and values of perhaps several lines; the first two are a title, if any."""
    failure, late = words.failure(task), words.overdue(task, now)
    parts = error_parts(failure) if failure else []
    rows = [
        ("state", state_cell(task, words.state_words(task))),
        ("type", Cell(words.type_words(task))),
        *(
            (label.removesuffix(" for support"), Cell(text, _ERROR_STYLES.get(label, "")))
            for label, text in parts
        ),
        ("task", Cell(one_line(task.id), "bold")),
        *((label, Cell(text)) for label, text in _times(task, now, is_local=is_local)),
        ("overdue", Cell(late.message if late else "", ATTENTION)),
        ("where", Cell(_owners(task, "project", "region", "client", "user"))),
        ("request ID", Cell("" if task.has_failed else words.shown(task, "request_id"))),
        *((name, Cell(words.shown(task, name))) for name in _RARE),
        ("created", Cell("\n".join(columns(_created(task))), "green")),
    ]
    for name, value in (("data", task.value("data")), *task.unknown_fields().items()):
        if value not in _NOTHING:
            rows.append((one_line(name), Cell("\n".join(words.paths(value)))))
    return [(label, cell) for label, cell in rows if cell.text]


def _times(task: TaskFields, now: datetime, *, is_local: bool) -> Iterable[tuple[str, str]]:
    names = ("created_on", "finished_on", "updated_on", "acknowledged_at")
    created, finished, updated, acknowledged = (
        words.moment(task.value(n), now, is_local=is_local) for n in names
    )
    took, by = words.took_words(task, now), words.shown(task, "acknowledged_by")
    return (
        ("started", words.joined(created, "" if task.is_final else took)),
        ("finished", words.joined(finished, took) if finished else ""),
        ("updated", "" if finished else updated),
        ("acknowledged", words.joined(acknowledged, by and f"by user {by}")),
    )


def _owners(task: TaskFields, *kinds: str) -> str:
    """`project 1234, region 76`, … where they are known."""
    known = [(kind, words.shown(task, f"{kind}_id")) for kind in kinds]
    return words.joined(*(f"{kind} {owner}" for kind, owner in known if owner))


def _created(task: TaskFields) -> list[tuple[str, str]]:
    created = task.created().items()
    return [(one_line(kind), one_line(as_text(each))) for kind, ids in created for each in ids]


def results(tasks: Iterable[TaskFields], now: datetime, *, brief: bool = False) -> list[Entry]:
    """`watch`: what became of each task; if `brief`, those that went well are only counted."""
    ordered = sorted(tasks, key=rank)
    finished = [task for task in ordered if brief and task.state == "FINISHED"]
    entries = []
    if finished:
        types = Counter(map(words.type_words, finished)).most_common()
        each = ", ".join(f"{count} {kind}" for kind, count in types)
        created = [parse_time(task.value("created_on")) for task in finished]
        since = f" --since {min(filter(None, created)):%Y-%m-%dT%H:%M:%S}" if all(created) else ""
        listed = f"gtask list --all --state FINISHED{since}"
        head = state_cell(finished[0], f"FINISHED  {each}; to see each: {listed}")
        entries.append(Entry((head,)))
    reasons: dict[str | int, list[TaskFields]] = {}
    for n, task in enumerate(ordered[len(finished) :]):
        failure = words.failure(task) if task.has_failed else None
        reasons.setdefault(failure.message if failure else n, []).append(task)
    for same in reasons.values():
        entries += [result(same[0], now)] if len(same) == 1 else _shared(same, now)
    if len(ordered) > 1:
        total = words.count_words([task.state for task in ordered])
        entries.append(Entry((), [(Cell(total, "bold"),)]))
    return entries


def _shared(tasks: Sequence[TaskFields], now: datetime) -> list[Entry]:
    """Tasks that failed for one reason: the reason, what helps and one request ID, then each."""
    reason, *more = _trouble(tasks[0], now)
    first, *others = reason.text.split("\n")
    head = state_cell(tasks[0], f"{words.tasks(len(tasks))}: {first}")
    below = [(cell,) for cell in (*(Cell(line, reason.style) for line in others), *more)]
    each = [Entry(_head(task, now), _created_lines(task)) for task in tasks]
    return [Entry((head,), below), *each]


def result(task: TaskFields, now: datetime) -> Entry:
    """State, type, ID and time of a task; below, its detailed state, its error, what it created."""
    said = (Cell(words.detail_words(task)), *_trouble(task, now))
    return Entry(
        _head(task, now), [*((cell,) for cell in said if cell.text), *_created_lines(task)]
    )


def _trouble(task: TaskFields, now: datetime) -> list[Cell]:
    """Why a task failed, or how late it is, and what support asks for."""
    failure = words.failure(task)
    error = failure or words.overdue(task, now)
    styles = _ERROR_STYLES if failure else {"error": ATTENTION}
    return [
        Cell(text if label == "error" else f"{label}: {text}", styles.get(label, "dim"))
        for label, text in (error_parts(error) if error else ())
    ]


def _head(task: TaskFields, now: datetime) -> Line:
    return (
        state_cell(task, one_line(task.state)),
        Cell(words.type_words(task)),
        Cell(one_line(task.id)),
        Cell(words.took_words(task, now), "dim"),
    )


def resources(tasks: Sequence[TaskFields], *, in_groups: bool) -> list[Entry]:
    """`resources`: what was created, below its task if there are several; or each with its task."""
    named = [(Cell(words.type_words(t), "bold"), Cell(one_line(t.id), "bold")) for t in tasks]
    created = [_created_lines(task) for task in tasks]
    if not in_groups:
        ids = [task_id for _, task_id in named]
        return [Entry((*new, i)) for i, each in zip(ids, created, strict=True) for new in each]
    heads = named if len(tasks) > 1 else [()] * len(tasks)
    nothing: list[Line] = [(Cell("(nothing)", "dim"),)]
    return [Entry(h, each or nothing) for h, each in zip(heads, created, strict=True)]


def _created_lines(task: TaskFields) -> list[Line]:
    return [(Cell(kind, "green"), Cell(new_id)) for kind, new_id in _created(task)]


def row(document: TaskFields, now: datetime) -> Entry:
    """`list`: the cells of `LIST_HEAD` and the first line of the error; `now` is the API's."""
    took, trouble = duration_seconds(document), _trouble(document, now)
    head = (
        state_cell(document, one_line(document.state))._replace(symbol=""),
        Cell(words.type_words(document)),
        Cell(words.age_words(document, now) or "-"),
        Cell("-" if took is None else format_duration(took)),
        Cell(words.shown(document, "region_id") or "-"),
        Cell(words.shown(document, "project_id") or "-"),
        Cell(one_line(document.id)),
    )
    return Entry(head, [(Cell(t.text.partition("\n")[0].rstrip(), t.style),) for t in trouble[:1]])


def failed(document: TaskFields, now: datetime) -> Entry:
    """`list --failed`: what became of a task, as `watch` says it, and when and where that was."""
    entry, age = result(document, now), words.age_words(document, now)
    where = words.joined(age and f"{age} ago", _owners(document, "region", "project"))
    return Entry(entry.head, [*entry.below, (Cell(where, "dim"),)] if where else entry.below)


def columns(rows: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> list[str]:
    """The rows as lines, with their cells two spaces apart in columns and nothing cut off."""
    widths = widths or column_widths(rows, len)
    return ["  ".join((*map(str.ljust, row[:-1], widths), row[-1])).rstrip() for row in rows]


def column_widths(rows: Iterable[Sequence[_C]], measure: Callable[[_C], int]) -> list[int]:
    """How wide each column has to be; the last cell of a row needs no room behind it."""
    cells = zip_longest(*([measure(cell) for cell in row[:-1]] for row in rows), fillvalue=0)
    return [max(size for size in (1, *column) if size <= _WIDEST_ALIGNED) for column in cells]
