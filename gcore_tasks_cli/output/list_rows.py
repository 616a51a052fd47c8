"""What a list says of a task: short words, harmless to print. Standard library only.

A list to a pipe needs neither rich nor the model: both would cost more than the request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gcore_tasks_cli.output.advice import advice
from gcore_tasks_cli.polling.pace.expectations import duration_seconds
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.times import format_duration, parse_time

_NOTHING = "-"
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; `error` is the first line of what went wrong, or empty."""

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
    error = document.text_field("error") or ""
    return Row(
        state=one_line(document.state),
        task_type=_shown(document, "task_type"),
        age=_age(document, now) or _NOTHING,
        took=_NOTHING if took is None else format_duration(took).replace(" ", ""),
        region=_shown(document, "region_id"),
        project=_shown(document, "project_id"),
        task_id=one_line(document.id),
        error=one_line(error.strip().partition("\n")[0].rstrip()),
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed task with the error first; `details` are lines of their own."""

    error: str
    what: str
    advice: str
    details: tuple[str, ...]

    def plain(self) -> str:
        """All of it as lines, nothing cut off."""
        below = [self.what, *([self.advice] if self.advice else []), *self.details]
        return "\n".join([self.error, *(f"  {line}" for line in below)]) + "\n"


def failure(document: Document, now: datetime) -> Failure:
    """The document as a failure that explains itself."""
    error = document.text_field("error")
    helps = advice(error)
    return Failure(
        error=lines(error.strip()) if error else "the API gives no reason",
        what=", ".join(_circumstances(document, now)),
        advice=str(helps) if helps else "",
        details=tuple(_for_support(document)),
    )


def age_words(seconds: float) -> str:
    """A span by its largest unit, rounded down: `45s`, `3m`, `5h`, `2d`."""
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{int(seconds // unit)}{name}"
    return "0s"


def _circumstances(document: Document, now: datetime) -> Iterator[str]:
    yield _shown(document, "task_type")
    if age := _age(document, now):
        yield f"{age} ago"
    if (took := duration_seconds(document)) is not None:
        yield f"took {format_duration(took)}"
    for name in ("region", "project"):
        if (number := _shown(document, f"{name}_id")) != _NOTHING:
            yield f"{name} {number}"


def _for_support(document: Document) -> Iterator[str]:
    yield f"task {one_line(document.id)}"
    if request_id := document.text_field("request_id"):
        yield f"request ID for support: {one_line(request_id)}"


def _age(document: Document, now: datetime) -> str:
    created = parse_time(document.fields.get("created_on"))
    return "" if created is None else age_words((now - created).total_seconds())


def _shown(document: Document, name: str) -> str:
    value = document.fields.get(name)
    if not isinstance(value, (str, int, float)) or value == "":
        return _NOTHING
    return one_line(str(value))
