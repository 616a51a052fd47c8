"""What a list says of a task: short words, harmless to print. Standard library only.

A list to a pipe needs neither rich nor the model: both would cost more than the request.
"""

from datetime import datetime
from typing import NamedTuple

from gcore_tasks_cli.output.failure import Failure
from gcore_tasks_cli.output.words import error_words, shown, type_words
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, duration_seconds
from gcore_tasks_cli.times import format_duration, parse_time

_NOTHING = "-"
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"))


class Row(NamedTuple):
    """One line of a list, in the order of its columns.

    `error` is the first line of what went wrong, or empty; the only cell that may hold spaces.
    """

    state: str
    task_type: str
    age: str
    took: str
    region: str
    project: str
    task_id: str
    error: str


def row(document: Document, now: datetime) -> Row:
    """The document as a row; `now` is the API's, where it is known."""
    took = duration_seconds(document)
    return Row(
        state=one_line(document.state),
        task_type=type_words(document, _NOTHING),
        age=_age(document, now) or _NOTHING,
        took=_NOTHING if took is None else format_duration(took).replace(" ", ""),
        region=shown(document, "region_id") or _NOTHING,
        project=shown(document, "project_id") or _NOTHING,
        task_id=one_line(document.id),
        error=error_words(document).partition("\n")[0].rstrip(),
    )


def circumstances(document: Document, now: datetime) -> str:
    """What a failed task was, when and where: `create_vm, 3h ago, took 5 s, region 76`."""
    age, took = _age(document, now), duration_seconds(document)
    places = [(name, shown(document, f"{name}_id")) for name in ("region", "project")]
    parts = (
        type_words(document, _NOTHING),
        f"{age} ago" if age else "",
        "" if took is None else f"took {format_duration(took)}",
        *(f"{name} {number}" for name, number in places if number),
    )
    return ", ".join(filter(None, parts))


def plain_failure(failed: Failure, what: str) -> str:
    """A failed task with the error first and what helps below it, nothing cut off."""
    below = (what, failed.advice, f"task {failed.task_id}", failed.support)
    return "\n  ".join((failed.error, *filter(None, below))) + "\n"


def age_words(seconds: float) -> str:
    """A span by its largest unit, rounded down: `45s`, `3m`, `5h`, `2d`."""
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{int(seconds // unit)}{name}"
    return "0s"


def _age(document: Document, now: datetime) -> str:
    created = parse_time(document.created_on)
    return "" if created is None else age_words((now - created).total_seconds())
