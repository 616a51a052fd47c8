"""`gtask watch`: waits until every task has ended."""

import math
from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import ExitCode, UsageError, most_important
from gcore_tasks_cli.options import CHOICE, MAYBE_TASK_IDS, Filters, Form, Waiting, option, seconds

if TYPE_CHECKING:
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.polling.finder import Search as TaskSearch


class Search(Filters, heading=CHOICE):
    """The options that choose tasks where no IDs are given."""

    active: bool = option(
        "-a, --active", "All that is active now. In scripts, give this or a filter."
    )
    follow: bool = option(
        "-f, --follow",
        "Also watch tasks that start later, until Ctrl-C or --timeout (no default).",
    )
    appear: str | None = option(
        "--appear DURATION",
        "Wait up to this long for something to start; tasks already running are included.",
    )


class Watch(Form, Waiting, Search):
    """Tasks by their IDs, or those that a search finds."""

    task_ids: list[str] = MAYBE_TASK_IDS
    events: bool = option("--events", "Print a JSON line at each change, each end and each outage.")

    def run(self) -> int:
        """Waits for them."""
        from gcore_tasks_cli.operations.wait import wait
        from gcore_tasks_cli.output.printers import EventPrinter
        from gcore_tasks_cli.output.text import QuietPrinter, SummaryPrinter

        options = self.wait_options(Search)
        chosen = options.resume.search
        if self.task_ids and chosen:
            raise UsageError(f"{chosen[0]} cannot be combined with task IDs")
        timeout = self.timeout_seconds(math.inf if self.follow else None)
        if self.follow and timeout == 0:
            raise UsageError("--follow and --timeout 0 exclude each other: choose one")
        invocation = self.begin_wait(options, timeout)
        streams = invocation.streams
        if not self.task_ids and not chosen and not streams.is_interactive:
            # An empty variable in a script must never become "everything".
            hint = "is a variable empty? gtask watch --active watches all that is active"
            raise self.not_given("task ID", hint)
        source = invocation.task_ids(self.task_ids) if self.task_ids else self._search(invocation)
        if not source:  # an answer that started no task
            return ExitCode.OK
        prints_at_once = self.events or (self.follow and (self.json or self.fields is not None))
        if prints_at_once and streams.out.isatty() and streams.err.isatty():
            options = options._replace(progress="none")  # a live view would hold its lines back
        if self.follow:
            options = options._replace(no_ci=True)  # without an end, it is no step of a job
        text = QuietPrinter if self.quiet else SummaryPrinter
        printer = self.printer(invocation, EventPrinter if self.events else text)
        printer.at_once |= self.follow
        return most_important(wait(invocation, source, options, printer))

    def _search(self, invocation: "Invocation") -> "TaskSearch":
        from gcore_tasks_cli.polling.finder import Search as TaskSearch
        from gcore_tasks_cli.tasks.document import ACTIVE_STATES
        from gcore_tasks_cli.tasks.meant import doubts

        query = self.query()._replace(states=ACTIVE_STATES)
        if (self.appear or self.follow) and not self.quiet:
            for what, hint in doubts(query):
                invocation.streams.note(f"gtask: {what}; {hint}")
        limit = invocation.deadline.timeout_seconds
        appear = min(seconds("--appear", self.appear, limit), limit)
        return TaskSearch(query, None if self.appear is None else appear, self.follow)
