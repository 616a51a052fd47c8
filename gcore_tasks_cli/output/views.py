"""What is shown of tasks: lines of pieces with a style, which `plain` and `terminal` print.

Standard library only: a list to a pipe needs neither rich nor the model of a task.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from gcore_tasks_cli.output import words
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, TaskFields, duration_seconds
from gcore_tasks_cli.times import format_duration

# The columns of a list. The error stands below them at a terminal, behind them elsewhere.
LIST_HEADS = ("state", "type", "age", "took", "region", "project", "ID")
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
_UNKNOWN_STATE = ("magenta", "? ")
_RARE = ("job_id", "schedule_id", "lifecycle_policy_id", "user_client_id")
_NOTHING: tuple[object, ...] = (None, "", {}, [])
# Wider cells are not aligned: one odd cell would push all the others off the screen.
_WIDEST_ALIGNED = 100


class Span(NamedTuple):
    """A text and its style in rich's words; `symbol` stands before it at terminals only."""

    text: str
    style: str = ""
    symbol: str = ""


# A text, or a piece of a line.
Cell = TypeVar("Cell")
# Cells that may be aligned with those of other lines.
Line = tuple[Span, ...]


class Entry(NamedTuple):
    """A task among others: a line for it, what came of it, and `more` where there is room."""

    head: Line
    result: Sequence[Line] = ()
    more: Sequence[Line] = ()


class Card(NamedTuple):
    """One task with all that is known of it, as labels and values of perhaps several lines.

    `title` is the title where there is one, and further lines elsewhere.
    """

    failure: list[tuple[str, Span]]
    title: list[tuple[str, Span]]
    content: list[tuple[str, Span]]


def state_span(task: TaskFields, text: str) -> Span:
    """A text in the colour of the task's state and with its symbol."""
    return Span(text, *_STATES.get("ERROR" if task.has_failed else task.state, _UNKNOWN_STATE))


def rank(task: TaskFields) -> int:
    """Sorts what went well before what is under way, and failures last, where the eye is."""
    return 2 if task.has_failed else int(task.state != "FINISHED")


def failure_lines(task: TaskFields, *, what: str = "", named: bool = False) -> list[Span]:
    """A failed task: the reason first, then what helps and what support asks for.

    `what` says which task it was, and it is `named` by its ID; empty if it did not fail.
    """
    error, advice, request_id = words.failure(task)
    spans = (
        Span(error, "bold red"),
        Span(what),
        Span(advice, "yellow"),
        Span(f"task {one_line(task.id)}" if named else "", "dim"),
        Span(f"request ID for support: {request_id}" if request_id else "", "dim"),
    )
    return [span for span in spans if span.text]


def card(task: TaskFields, now: datetime) -> Card:
    """`get`: a failed task begins with its failure."""
    error, advice, request_id = words.failure(task)
    reasons = (
        ("error", Span(error, "bold red")),
        ("advice", Span(advice, "yellow")),
        ("for support", Span(request_id and f"request ID {request_id}")),
    )
    return Card(
        [(label, span) for label, span in reasons if span.text],
        [
            ("state", state_span(task, words.state_words(task))),
            ("type", Span(words.type_words(task))),
        ],
        list(_content(task, now)),
    )


def _content(task: TaskFields, now: datetime) -> Iterator[tuple[str, Span]]:
    yield "task", Span(one_line(task.id), "bold")
    for label, text in _times(task, now):
        yield label, Span(text)
    if owners := ", ".join(_owners(task, ("project", "region", "client", "user"))):
        yield "where", Span(owners)
    names = _RARE if task.has_failed else ("request_id", *_RARE)
    for name in names:
        if value := words.shown(task, name):
            yield "request ID" if name == "request_id" else name, Span(value)
    if created := columns(words.created_words(task)):
        yield "created", Span("\n".join(created), "green")
    for name, value in (("data", task.value("data")), *task.unknown_fields().items()):
        if value not in _NOTHING:
            yield one_line(name), Span("\n".join(words.tree(value)))


def _owners(task: TaskFields, kinds: Iterable[str]) -> list[str]:
    """`project 1234`, `region 76`, … where they are known."""
    known = [(kind, words.shown(task, f"{kind}_id")) for kind in kinds]
    return [f"{kind} {owner}" for kind, owner in known if owner]


def _times(task: TaskFields, now: datetime) -> Iterator[tuple[str, str]]:
    took = words.took_words(task, now)
    if created := task.value("created_on"):
        running = "" if task.is_final or not took else f", {took}"
        yield "started", words.moment(created, now) + running
    if finished := task.value("finished_on"):
        yield "finished", words.moment(finished, now) + (took and f", {took}")
    elif updated := task.value("updated_on"):
        yield "updated", words.moment(updated, now)
    by = words.shown(task, "acknowledged_by")
    if acknowledged := task.value("acknowledged_at"):
        yield "acknowledged", words.moment(acknowledged, now) + (by and f", by user {by}")
    elif by:
        yield "acknowledged", f"by user {by}"


def results(tasks: Iterable[TaskFields], now: datetime, *, brief: bool = False) -> list[Entry]:
    """`watch`: what became of each task; if `brief`, those that went well are only counted."""
    ordered = sorted(tasks, key=rank)
    finished = [task for task in ordered if brief and task.state == "FINISHED"]
    entries = [result(task, now) for task in ordered[len(finished) :]]
    if finished:
        types = Counter(map(words.type_words, finished)).most_common()
        each = ", ".join(f"{count} {kind}" for kind, count in types)
        head = state_span(finished[0], f"FINISHED  {each}; gtask list shows each")
        entries.insert(0, Entry((head,)))
    if len(ordered) > 1:
        total = Span(words.count_words([task.state for task in ordered]), "bold")
        entries.append(Entry((), more=[(total,)]))
    return entries


def result(task: TaskFields, now: datetime) -> Entry:
    """What became of a task: state, type, ID and time, and below them why it failed."""
    head = (
        state_span(task, words.state_words(task)),
        Span(words.type_words(task)),
        Span(one_line(task.id)),
        Span(words.took_words(task, now), "dim"),
    )
    failed: list[Line] = [(span,) for span in failure_lines(task)]
    new = _created_lines(task)
    return Entry(head, failed[:1], failed[1:] + new) if failed else Entry(head, new)


def created(task: TaskFields) -> Entry:
    """`resources`: what the task created."""
    head = (Span(words.type_words(task), "bold"), Span(one_line(task.id), "bold"))
    new = _created_lines(task)
    return Entry(head, new, () if new else [(Span("(nothing)", "dim"),)])


def _created_lines(task: TaskFields) -> list[Line]:
    return [(Span(kind, "green"), Span(new_id)) for kind, new_id in words.created_words(task)]


def row(document: Document, now: datetime) -> Entry:
    """`list`: the cells of `LIST_HEADS` and the first line of the error; `now` is the API's."""
    took = duration_seconds(document)
    head = (
        state_span(document, one_line(document.state))._replace(symbol=""),
        Span(words.type_words(document)),
        Span(words.age_words(document, now) or "-"),
        Span("-" if took is None else format_duration(took).replace(" ", "")),
        Span(words.shown(document, "region_id") or "-"),
        Span(words.shown(document, "project_id") or "-"),
        Span(one_line(document.id)),
    )
    error = words.failure(document).error.partition("\n")[0].rstrip()
    return Entry(head, [(Span(error, "red"),)] if error else [])


def failed_entry(document: Document, now: datetime) -> Entry:
    """`list --failed`: the reason first, then what failed, when and where, and what helps."""
    age, took = words.age_words(document, now), duration_seconds(document)
    what = (
        words.type_words(document),
        f"{age} ago" if age else "",
        "" if took is None else f"took {format_duration(took)}",
        *_owners(document, ("region", "project")),
    )
    reason, *below = failure_lines(document, what=", ".join(filter(None, what)), named=True)
    return Entry((state_span(document, reason.text),), [(span,) for span in below])


def columns(rows: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> list[str]:
    """The rows as lines, with their cells two spaces apart in columns and nothing cut off."""
    widths = widths or column_widths(rows, len)
    return ["  ".join((*map(str.ljust, row[:-1], widths), row[-1])).rstrip() for row in rows]


def column_widths(rows: Iterable[Sequence[Cell]], measure: Callable[[Cell], int]) -> list[int]:
    """How wide each column has to be; the last cell of a row needs no room behind it."""
    cells = zip_longest(*([measure(cell) for cell in row[:-1]] for row in rows), fillvalue=0)
    return [max(size for size in (1, *column) if size <= _WIDEST_ALIGNED) for column in cells]
