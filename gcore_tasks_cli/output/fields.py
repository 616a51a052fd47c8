"""`--fields`: chosen fields of each document, tab-separated, for machines without jq.

Standard library only; one line a task, at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import Changed, Event
from gcore_tasks_cli.tasks.document import KNOWN_FIELDS, Document, encode_json

# The backslash first: those of the others are no part of the value.
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def parse_fields(text: str) -> tuple[tuple[str, ...], ...]:
    """`id,created_resources.instances` as paths into a document.

    Raises:
        UsageError: if a name is empty.
    """
    paths = tuple(tuple(name.strip().split(".")) for name in text.split(","))
    if not all(all(path) for path in paths):
        raise UsageError(
            f"--fields {text[:50]!r} holds an empty name", hint="write it like id,state,error"
        )
    return paths


class FieldsPrinter(Printer):
    """Prints the fields of each document as a line."""

    def __init__(
        self, streams: Streams, env: Mapping[str, str], paths: Sequence[Sequence[str]]
    ) -> None:
        super().__init__(streams, env)
        self._paths = paths
        self._is_checked = False

    def on(self, event: Event) -> None:
        """Checks the names against the first document that a wait sees, and not only its end.

        Raises:
            UsageError: as `text`.
        """
        if isinstance(event, Changed):
            self._check(event.document)
        super().on(event)

    def text(self, document: Document) -> str:
        """The line of this document.

        Raises:
            UsageError: if a field is neither described nor in the first document.
        """
        self._check(document)
        cells = (_cell(_value(document.fields, path)) for path in self._paths)
        return "\t".join(cells) + "\n"

    def _check(self, document: Document) -> None:
        if self._is_checked:
            return
        self._is_checked = True
        for name in (path[0] for path in self._paths):
            if name not in KNOWN_FIELDS and name not in document.fields:
                raise UsageError(
                    f"a task has no field {name[:50]!r}",
                    hint=f"{_meant(name, document)}its fields: {', '.join(KNOWN_FIELDS)}",
                )


def _meant(name: str, document: Document) -> str:
    if name in document.created_resources():
        return f"did you mean created_resources.{name}? "
    # As tables head their columns.
    near = [known for known in KNOWN_FIELDS if name.lower() in (known, known.split("_")[-1])]
    return f"did you mean {near[0]}? " if near else ""


def _value(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        if isinstance(value, list):
            value = {str(number): item for number, item in enumerate(value)}
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _cell(value: Any) -> str:
    """The value as jq's `@tsv` writes it, so that the line can be read back."""
    text = _text(value)
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text.encode("utf-8", "backslashreplace").decode()


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    if value is None or isinstance(value, str):
        return value or ""
    return encode_json(value)
