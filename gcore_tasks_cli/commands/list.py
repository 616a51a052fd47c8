"""`gtask list`: finds tasks."""

from collections import deque
from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import ExitCode, UsageError
from gcore_tasks_cli.options import CHOICE, OUTPUT, Filters, Form, option

if TYPE_CHECKING:
    from gcore_tasks_cli.tasks.document import Document

_DEFAULT_LIMIT = 20
ORDERS = ("desc", "asc")


class List(Form, Filters, heading=CHOICE):
    """The tasks that all filters keep."""

    state: list[str] = option(
        "-s, --state STATE", "In this state: NEW, RUNNING, FINISHED, ERROR; repeatable."
    )
    active: bool = option("-a, --active", "Only active tasks: NEW and RUNNING.")
    overdue: bool = option(
        "--overdue", "Only what is active for longer than is usual for its type."
    )
    failed: bool = option("-f, --failed", "Only failed tasks (ERROR), each with its reason.")
    order: str | None = option(
        "--order ORDER", "desc: newest first; asc: oldest first. [default: desc]", choices=ORDERS
    )
    limit: str | None = option(
        "-n, --limit N", f"Show at most N tasks. [default: {_DEFAULT_LIMIT}]"
    )
    all: bool = option("--all", "Show all tasks, however many.")
    json: bool = option(
        "-j, --json", "Print a stream of JSON documents, one a task; with | jq -s a list.", OUTPUT
    )
    ids: bool = option("--ids", "Print bare IDs, one a line.", OUTPUT)
    quiet: bool = option("-q, --quiet", "Tasks and errors only.", OUTPUT)

    def run(self) -> int:
        """Prints page after page, then how many more there are."""
        from gcore_tasks_cli.operations.lists import read_pages
        from gcore_tasks_cli.output.outcome import ListNotes
        from gcore_tasks_cli.output.printers import IdPrinter
        from gcore_tasks_cli.output.text import FailedPrinter, TablePrinter
        from gcore_tasks_cli.tasks.meant import doubts
        from gcore_tasks_cli.tasks.query import chosen_states
        from gcore_tasks_cli.tasks.recent import MOST_OF_ONE_API, remember

        if self.overdue and (self.state or self.failed):
            raise UsageError("--overdue is about active tasks: it excludes --state and --failed")
        is_active = self.active or self.overdue
        states = chosen_states(self.state, active=is_active, failed=self.failed)
        query = self.query()._replace(
            states=states, newest_first=self.order != "asc", overdue=self.overdue
        )
        most = self._most()
        invocation = self.begin(quiet=self.quiet)
        notes = ListNotes(query, most)
        text = FailedPrinter if states == ("ERROR",) else TablePrinter
        printer = self.printer(invocation, IdPrinter if self.ids else text)
        shown: deque[Document] = deque(maxlen=MOST_OF_ONE_API)  # the last stay on the screen
        pages = read_pages(query, invocation, most=most)
        printer.prepare()
        for page in pages:
            kept = [document for document in page.documents if query.keeps(document)]
            wanted = kept if most is None else kept[: most - notes.shown]
            notes.count(page, shown=len(wanted), matching=len(kept))
            printer.page(wanted)
            shown += wanted
            if notes.is_full:
                break
        if (note := notes.note()) is not None and not self.quiet:
            invocation.streams.note(f"gtask: {note}")
        for what, hint in () if notes.shown else doubts(query):
            invocation.streams.note(f"gtask: {what}; {hint}")
        remember(shown, invocation.env, invocation.settings.host)
        return ExitCode.OK

    def _most(self) -> int | None:
        """How many tasks are wanted; None for all."""
        if self.limit is None:
            return None if self.all else _DEFAULT_LIMIT
        if not self.limit.isdecimal() or int(self.limit) < 1:
            message = f"--limit is a number from 1 on, not {self.limit[:50]!r}"
            raise UsageError(message, hint="--all shows all tasks")
        return int(self.limit)
