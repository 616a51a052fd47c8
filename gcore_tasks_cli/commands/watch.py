"""`gtask watch`: waits until every task has ended."""

import math
import os

from gcore_tasks_cli.errors import ExitCode, UsageError, most_important
from gcore_tasks_cli.options import (
    CHOICE,
    MAYBE_TASK_IDS,
    Filters,
    Form,
    Waiting,
    option,
    seconds,
)


class Search(Filters, heading=CHOICE):
    """The options that choose tasks where no IDs are given."""

    active: bool = option(
        "-a, --active",
        "All that is active now. In scripts, give this or a filter.",
    )
    follow: bool = option(
        "-f, --follow",
        "Go on with tasks that start later, until Ctrl-C or --timeout, which then has no default.",
    )
    appear: str | None = option(
        "--appear DURATION",
        "Wait up to this long for something to start; tasks already running are included.",
    )


class Watch(Form, Waiting, Search):
    """Tasks by their IDs, or those that a search finds."""

    task_ids: list[str] = MAYBE_TASK_IDS
    events: bool = option("--events", "Print a JSON line at each change and at each end.")

    def run(self) -> int:
        """Waits for them."""
        from gcore_tasks_cli.invocation import Invocation
        from gcore_tasks_cli.operations.wait import wait
        from gcore_tasks_cli.output.text import QuietPrinter, SummaryPrinter
        from gcore_tasks_cli.polling import goal
        from gcore_tasks_cli.settings.settings import default_timeout
        from gcore_tasks_cli.tasks.document import ACTIVE_STATES

        query = self.query()._replace(states=ACTIVE_STATES)
        options = self.wait_options(Search)
        search = options.resume.search
        timeout = seconds(
            "--timeout", self.timeout, math.inf if self.follow else default_timeout(os.environ)
        )
        appear = seconds("--appear", self.appear, math.inf)
        limit = None if self.appear is None else min(appear, timeout)
        self._check_search(search)
        invocation = Invocation.begin(
            os.environ,
            verbose=self.verbose,
            quiet=self.quiet or options.progress == "none",
            timeout_seconds=timeout,
            heartbeat_seconds=options.heartbeat_seconds,
        )
        streams = invocation.streams
        if not self.task_ids and not search and not streams.is_interactive:
            # An empty variable in a script must never become "everything".
            raise UsageError(
                "no task ID is given",
                hint="is a variable empty? gtask watch --active watches all that is active",
            )
        source = (
            invocation.task_ids(self.task_ids)
            if self.task_ids
            else goal.Search(query, limit, self.follow)
        )
        if not source:  # an answer that started no task
            return ExitCode.OK
        shows_documents = bool(self.json or self.fields) and streams.out.isatty()
        if self.events and streams.out.isatty() and streams.err.isatty():
            options = options._replace(progress="none")  # its lines would tear a live view
        if self.follow:
            # Without an end, it is no step of a job that could be reported; and documents that are
            # held back until a view is over would be held back for ever.
            options = options._replace(no_ci=True, quiet=options.quiet or shows_documents)
        if self.quiet:
            printer = self.printer(invocation, QuietPrinter)
        else:
            printer = self.printer(invocation, SummaryPrinter, at_once=self.follow)
        return most_important(wait(invocation, source, options, printer))

    def _check_search(self, search: tuple[str, ...]) -> None:
        from gcore_tasks_cli.tasks.meant import doubts

        if self.task_ids and search:
            raise UsageError(f"{search[0]} chooses among the active tasks: give no IDs with it")
        for what, hint in doubts(self.type, self.resource):
            raise UsageError(what, hint=hint)
