"""Puts documents on standard output: what all forms share, and the forms for programs.

A printer takes the events of a wait, or the documents of a command that does not wait. Standard
library only.
"""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    TaskEvent,
    Unfinished,
)
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import KNOWN_FIELDS, Document, duration_seconds, encode_json

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Printer:
    """Prints documents: each `at_once`, or all in the end."""

    at_once = True
    _is_whole = False  # the API's own documents

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._is_terminal = streams.out.isatty()
        self._kept: deque[Document] = deque()

    def prepare(self) -> None:
        """Imports what printing needs, while the API's answer is awaited.

        Later it may be gone: gtask may be upgraded or removed in the middle of a wait.
        """

    def on(self, event: Event) -> None:
        """Takes an event of a wait; those that end a task bring its last document."""
        if isinstance(event, (Settled, Failed, Unfinished)) and event.document is not None:
            self.show(event.document)

    def hold(self, most: int | None) -> None:
        """Prints nothing before the end; of more than `most` documents, only the newest.

        Printing during a live view would corrupt it.
        """
        self.at_once, self._kept = False, deque(maxlen=most)

    def show(self, document: Document) -> None:
        """Prints the document, or keeps it for the end."""
        self._kept.append(document)
        if self.at_once:
            self.close()

    def close(self) -> None:
        """Prints what was kept."""
        kept = list(self._kept)
        self._kept.clear()
        self.page(kept)

    def page(self, documents: Sequence[Document]) -> None:
        """Prints these together."""
        if documents:
            self._streams.data(self._page_text(documents), whole=self._is_whole)

    def _page_text(self, documents: Sequence[Document]) -> str:
        return "".join(map(self.text, documents))

    def text(self, document: Document) -> str:
        """The document in this form."""
        raise NotImplementedError


class JsonPrinter(Printer):
    """`--json`: the API's documents as they were sent, one a line; at a terminal indented."""

    _is_whole = True

    def prepare(self) -> None:
        """Imports what colours JSON: at a terminal only, whatever FORCE_COLOR says."""
        if self._is_terminal:
            import_module("gcore_tasks_cli.output.terminal")

    def text(self, document: Document) -> str:
        """The document, whole."""
        if not self._is_terminal:
            return f"{document.text}\n"
        from gcore_tasks_cli.output.terminal import TerminalRenderer

        return TerminalRenderer(self._streams.out, self._streams.env).json(document.text)


class IdPrinter(Printer):
    """Bare IDs, one a line, for command lines that go on with them."""

    def text(self, document: Document) -> str:
        """The ID."""
        return f"{one_line(document.id)}\n"


class AcknowledgedPrinter(Printer):
    """`ack`: a line for each task."""

    def text(self, document: Document) -> str:
        """Says that the task is acknowledged."""
        kind = one_line(document.task_type or "task")
        return f"acknowledged  {one_line(document.state):<8}  {one_line(document.id)}  {kind}\n"


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
    """`--fields`: chosen fields of each document, tab-separated, for machines without jq."""

    def __init__(self, streams: Streams, paths: Sequence[Sequence[str]]) -> None:
        super().__init__(streams)
        self._paths = paths
        self._unchecked = [path[0] for path in paths if path[0] not in KNOWN_FIELDS]

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
        return "\t".join(_field(document.fields, path) for path in self._paths) + "\n"

    def _check(self, document: Document) -> None:
        names, self._unchecked = self._unchecked, []
        for name in names:
            if name not in document.fields:
                raise UsageError(
                    f"a task has no field {name[:50]!r}",
                    hint=f"{_meant(name, document)}its fields: {', '.join(KNOWN_FIELDS)}",
                )


def _meant(name: str, document: Document) -> str:
    if name in document.created():
        return f"did you mean created_resources.{name}? "
    # As tables head their columns.
    near = [known for known in KNOWN_FIELDS if name.lower() in (known, known.split("_")[-1])]
    return f"did you mean {near[0]}? " if near else ""


def _field(value: Any, path: Sequence[str]) -> str:
    """The value at the path as jq's `@tsv` writes it; empty if there is none."""
    for name in path:
        if isinstance(value, list):
            value = {str(number): item for number, item in enumerate(value)}
        value = value.get(name) if isinstance(value, dict) else None
    text = _field_text(value).translate(_ESCAPES)
    return text.encode("utf-8", "backslashreplace").decode()


def _field_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_field_text, value))
    if value is None or isinstance(value, str):
        return value or ""
    return encode_json(value)


class EventPrinter(Printer):
    """`watch --events`: a JSON line for each change and each end of a task or outage, at once."""

    def on(self, event: Event) -> None:
        """Prints the event, if it is one for programs."""
        if isinstance(event, (TaskEvent, OutageBegan, OutageEnded)):
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._streams.data(encode_json({"time": now, **event_fields(event)}) + "\n")


def event_fields(event: TaskEvent | OutageBegan | OutageEnded) -> dict[str, Any]:
    """The fields of this event in `watch --events`, save for its time.

    A stable schema: keys are only ever added.
    """
    if isinstance(event, OutageBegan):
        error = event.outage.error
        return {"event": "outage_began", "message": error.message, "status": error.status}
    if isinstance(event, OutageEnded):
        return {"event": "outage_ended", "duration_seconds": round(event.seconds, 1)}
    document, name, more = event.document, "unfinished", {}
    state = {"state": document.state if document else None}
    if isinstance(event, Changed):
        name = "changed"
        state = {
            "from": event.previous.state if event.previous else None,
            "to": event.document.state,
            "detailed_state": event.document.detailed_state,
        }
    elif isinstance(event, Settled):
        name = "ended"
        more = {
            "error": event.document.error,
            "created_resources": event.document.created(),
            "duration_seconds": duration_seconds(event.document),
            "request_id": event.document.value("request_id"),
        }
    elif isinstance(event, Failed):
        name = "failed"
        more = {
            "message": event.error.message,
            "exit_status": int(event.error.exit_code),
            "request_id": event.error.request_id,
        }
    task = {"task_id": event.task_id, "task_type": document.task_type if document else None}
    return {"event": name, **task, **state, **more}
