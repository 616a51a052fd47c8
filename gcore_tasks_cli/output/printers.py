"""Puts documents on standard output: what all forms share, and the simplest of them.

A printer takes the events of a wait, or the documents of a command that does not wait.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module

from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import Event, Failed, Settled, Unfinished
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document


class Printer:
    """Prints the text of each document as soon as there is one."""

    _is_whole = False  # the API's own documents

    def __init__(self, streams: Streams, env: Mapping[str, str]) -> None:
        self._streams = streams
        self._env = env
        self._is_terminal = streams.out.isatty()

    def prepare(self) -> None:
        """Imports what printing needs, while the API's answer is awaited.

        Later it may be gone: gtask may be upgraded or removed in the middle of a wait.
        """

    def on(self, event: Event) -> None:
        """Takes an event of a wait; those that end a task bring its last document."""
        if (document := last_document(event)) is not None:
            self.show(document)

    def show(self, document: Document) -> None:
        """Prints the document, or keeps it for the end."""
        self._streams.data(self.text(document), whole=self._is_whole)

    def page(self, documents: Sequence[Document], now: datetime, *, complete: bool) -> None:
        """Prints a page of a list; `now` is the API's time, `complete` says that these are all."""
        del now, complete
        if documents:
            self._streams.data("".join(map(self.text, documents)), whole=self._is_whole)

    def close(self) -> None:
        """Prints what could only be printed at the end."""

    def text(self, document: Document) -> str:
        """The document in this form."""
        raise NotImplementedError


class JsonPrinter(Printer):
    """`--json`: the API's documents as they were sent, one a line; at a terminal indented."""

    _is_whole = True

    def prepare(self) -> None:
        """Imports what colours it; in a pipe JSON is for programs, whatever FORCE_COLOR says."""
        if self._is_terminal:
            import_module("gcore_tasks_cli.output.terminal")

    def text(self, document: Document) -> str:
        """The document, whole."""
        return self.form(document.text)

    def form(self, compact: str) -> str:
        """Compact JSON as the reader wants it."""
        if not self._is_terminal:
            return f"{compact}\n"
        from gcore_tasks_cli.output.terminal import TerminalRenderer

        return TerminalRenderer(self._streams.out, self._env).json(compact)


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
        return f"acknowledged  {one_line(document.state)}  {kind}  {one_line(document.id)}\n"


class Held:
    """Keeps the last documents back: printing during a live view would corrupt it.

    Of more than `most` the newest.
    """

    def __init__(self, printer: Printer, most: float = math.inf) -> None:
        self._printer = printer
        self._events: deque[Event] = deque(maxlen=None if most == math.inf else int(most))

    def on(self, event: Event) -> None:
        """Takes an event of a wait."""
        if last_document(event) is None:
            self._printer.on(event)
        else:
            self._events.append(event)

    def close(self) -> None:
        """Prints what was kept, once the view is gone."""
        for event in self._events:
            self._printer.on(event)
        self._printer.close()


def last_document(event: Event) -> Document | None:
    """What is known of a task in the end, if the event is that end."""
    return event.document if isinstance(event, (Settled, Failed, Unfinished)) else None
