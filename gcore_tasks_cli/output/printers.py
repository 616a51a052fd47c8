"""How each command puts documents on standard output; what one form needs is imported there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import ApiError, GtaskError
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, encode_json

if TYPE_CHECKING:
    from gcore_tasks_cli.polling.events import Event
    from gcore_tasks_cli.tasks.model import Task


# Failures come last, where the eye is.
_ORDER = {"FINISHED": 0, "ERROR": 2}


class Printer:
    """Puts documents on standard output. What all forms share: where that is, and who reads it."""

    # The modules that it needs at a terminal, and elsewhere.
    _for_terminals: tuple[str, ...] = ()
    _for_pipes: tuple[str, ...] = ()

    def __init__(self, streams: Streams, env: Mapping[str, str]) -> None:
        self._streams = streams
        self._env = env
        self._terminal = streams.out.isatty()
        # FORCE_COLOR asks for what people get at a terminal, for `less -R` and CI logs that show
        # colour; JSON in a pipe is for programs, whatever is set.
        self._rich = self._terminal or bool(env.get("FORCE_COLOR"))

    def prepare(self) -> None:
        """Imports what printing needs, while the API's answer is awaited.

        Later it may be gone: gtask may be upgraded or removed in the middle of a wait.
        """
        for name in self._for_terminals if self._terminal else self._for_pipes:
            import_module(f"gcore_tasks_cli.{name}")

    def follow(self, event: "Event") -> None:
        """Takes in an event of a wait, for a form that needs more than the documents."""

    def take(self, document: Document) -> None:
        """Prints the document, or keeps it for the end."""

    def page(self, documents: Sequence[Document], now: datetime, *, complete: bool) -> None:
        """Prints a page of a list; `now` is the API's time, `complete` says that these are all."""
        del now, complete
        for document in documents:
            self.take(document)

    def finish(self) -> None:
        """Prints what could only be printed at the end."""

    def _show(self, renderable: object, *, wraps: bool = True) -> None:
        from gcore_tasks_cli.output.terminal.console import console

        output = console(self._streams.out, self._env)
        with output.capture() as captured:
            # What is to be copied (JSON) is left for the terminal to wrap.
            output.print(renderable, soft_wrap=not wraps)
        self._streams.data(captured.get())

    def _tasks(self, documents: Sequence[Document]) -> "list[Task]":
        from gcore_tasks_cli.tasks.model import Task

        return [Task.from_fields(document.fields) for document in documents]

    def _json(self, compact: str) -> None:
        if self._terminal:
            from gcore_tasks_cli.output import json as json_view

            if len(compact) > json_view.MOST_COLOURED:
                self._streams.data(json_view.json_indented(compact) + "\n")
            else:
                self._show(json_view.json_pretty(compact), wraps=False)
        else:
            self._streams.data(compact + "\n", whole=True)


class JsonPrinter(Printer):
    """The API's documents: one a line to a pipe, indented and coloured at a terminal."""

    _for_terminals = ("output.json",)

    def take(self, document: Document) -> None:
        """Prints the document, whole, at once."""
        self._json(document.text)

    def page(self, documents: Sequence[Document], now: datetime, *, complete: bool) -> None:
        """Prints the documents, whole; to a pipe in one write."""
        if self._terminal:
            super().page(documents, now, complete=complete)
        elif documents:
            text = "".join(f"{document.text}\n" for document in documents)
            self._streams.data(text, whole=True)


class CardPrinter(Printer):
    """`get`: a card for each task."""

    _for_terminals = ("output.terminal.cards", "tasks.model")
    _is_first = True

    def take(self, document: Document) -> None:
        """Prints the task's card at once."""
        now = datetime.now(UTC)
        if self._rich:
            from gcore_tasks_cli.output.terminal.cards import card

            (task,) = self._tasks([document])
            self._show(card(task, now=now))
        else:
            from gcore_tasks_cli.output.plain import plain_card

            gap = "" if self._is_first else "\n"
            self._streams.data(gap + plain_card(document, now=now))
        self._is_first = False


class SummaryPrinter(Printer):
    """`watch`: what became of each task, once the wait is over.

    One that `follows` has no end to wait for: it prints each at once.
    """

    _for_pipes = ("output.plain", "output.failure")
    _for_terminals = ("output.terminal.summaries", "tasks.model")

    def __init__(
        self, streams: Streams, env: Mapping[str, str], *, quiet: bool, follows: bool = False
    ) -> None:
        super().__init__(streams, env)
        self._quiet = quiet
        self._at_once = follows
        self._documents: list[Document] = []

    def take(self, document: Document) -> None:
        """Keeps the document for the summary; with `--quiet` reports only a failure."""
        if not self._quiet:
            self._documents.append(document)
            if self._at_once:
                self.finish()
                self._documents.clear()
        elif document.state == "ERROR":
            self._streams.error(task_error(document))

    def finish(self) -> None:
        """Prints the summary."""
        if not self._documents:
            return
        now = datetime.now(UTC)
        ordered = sorted(self._documents, key=lambda document: _ORDER.get(document.state, 1))
        if self._rich:
            from gcore_tasks_cli.output.terminal.console import console
            from gcore_tasks_cli.output.terminal.summaries import result_summary

            size = console(self._streams.out, self._env).size
            height = size.height if self._terminal else None
            tasks = self._tasks(ordered)
            self._show(result_summary(tasks, now=now, width=size.width, height=height))
        else:
            from gcore_tasks_cli.output.plain import plain_summary

            self._streams.data(plain_summary(ordered, now=now))


class ResourcesPrinter(Printer):
    """`resources`: a table, bare IDs of chosen types, or JSON; keeps the `documents`."""

    _for_pipes = ("output.plain", "output.failure")
    _for_terminals = ("output.terminal.summaries", "tasks.model")

    def __init__(
        self, streams: Streams, env: Mapping[str, str], types: tuple[str, ...], *, as_json: bool
    ) -> None:
        super().__init__(streams, env)
        self._types = types
        self._as_json = as_json
        self.documents: list[Document] = []

    def take(self, document: Document) -> None:
        """Prints what the task created at once, or keeps it for the table."""
        self.documents.append(document)
        if self._as_json:
            entry = {
                "task_id": document.id,
                "state": document.state,
                "created_resources": document.created_resources(self._types),
            }
            self._json(encode_json(entry))
        elif self._types:
            ids = document.resource_ids(self._types)
            self._streams.data("".join(f"{one_line(i)}\n" for i in ids))

    def finish(self) -> None:
        """Prints the table."""
        if self._as_json or self._types or not self.documents:
            return
        if self._rich:
            from gcore_tasks_cli.output.terminal.summaries import resources_table

            self._show(resources_table(self._tasks(self.documents)))
        else:
            from gcore_tasks_cli.output.plain import plain_resources

            if text := plain_resources(self.documents):
                self._streams.data(text)


def task_error(document: Document) -> GtaskError:
    """A failed task as an error of a command."""
    from gcore_tasks_cli.output.failure import failure

    failed = failure(document)
    message = f"{failed.task_type} {failed.task_id} ended in ERROR: {failed.error}"
    return ApiError(message, hint=failed.advice, request_id=failed.request_id)
