"""`gtask watch`: waits until every task has ended."""

import math
import os
from functools import partial
from typing import Annotated

from gcore_tasks_cli import options
from gcore_tasks_cli.options import option


def run(
    task_ids: options.OptionalTaskIds = None,
    *,
    form: options.Form,
    events: Annotated[
        bool, option("--events", "Print a JSON line at each change and at each end.")
    ] = False,
    waiting: options.Waiting,
    active: Annotated[
        bool,
        option(
            "-a, --active",
            "Without IDs: every task that is active now. In scripts, give this or a filter.",
        ),
    ] = False,
    follow: Annotated[
        bool,
        option(
            "-f, --follow",
            "Without IDs: go on with tasks that are started later, until Ctrl-C or --timeout, "
            "which then has no default.",
        ),
    ] = False,
    appear: Annotated[
        float | None,
        options.duration(
            "--appear DURATION",
            "Without IDs: wait up to this long for something to start, then for all that matches; "
            "tasks already running are included.",
        ),
    ] = None,
    filters: options.Filters,
) -> int:
    """Wait until every task is FINISHED or ERROR, showing progress.

    Without task IDs: every task that is active now; --type, --project, --region, --user,
    --resource, --since, --until and --acknowledged choose among them, and --follow goes on with
    what is started later.

    \b
    Exit status:
      0 all FINISHED  1 a task failed   2 wrong usage  3 key refused  4 no task
      5 API unusable  70 gtask's fault  124 timeout    130 Ctrl-C     143 SIGTERM

    \b
    Examples:
      curl -X POST … | gtask watch - --timeout 10m
      gtask watch ID1 ID2 --fail-fast --json | jq -r .state
      gtask watch --type create_ --region 76 --appear 60s
    """
    from gcore_tasks_cli.errors import UsageError, most_important
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.operations.wait import wait
    from gcore_tasks_cli.output.outcome import Resume
    from gcore_tasks_cli.output.printers import EventPrinter
    from gcore_tasks_cli.output.text import QuietPrinter, SummaryPrinter
    from gcore_tasks_cli.polling.goal import Search
    from gcore_tasks_cli.tasks.document import ACTIVE_STATES

    text = QuietPrinter if waiting.quiet else partial(SummaryPrinter, follows=follow)
    make_printer = form.printer(text, events=EventPrinter if events else None)
    query = filters.query(ACTIVE_STATES)
    search = (*options.given(active=active, follow=follow, appear=appear), *filters.words())
    _check_search(bool(task_ids), search)
    flags = (*waiting.words(), *options.given(**vars(form), events=events))
    wait_options = waiting.options(Resume("watch", flags, search))
    timeout = waiting.timeout
    if timeout is None:
        timeout = math.inf if follow else options.DEFAULT_TIMEOUT_SECONDS
    invocation = Invocation.begin(
        os.environ,
        verbose=waiting.verbose,
        quiet=waiting.quiet or wait_options.progress == "none",
        timeout_seconds=timeout,
    )
    streams = invocation.streams
    if not task_ids and not search and not streams.is_interactive:
        # An empty variable in a script must never become "everything".
        raise UsageError(
            "no task ID is given",
            hint="is a variable empty? gtask watch --active watches all that is active",
        )
    limit = None if appear is None else min(appear, timeout)
    source = invocation.task_ids(task_ids) if task_ids else Search(query, limit, follow)
    shows_documents = bool(form.json or form.fields) and streams.out.isatty()
    if events and streams.out.isatty() and streams.err.isatty():
        wait_options = wait_options._replace(progress="none")  # its lines would tear a live view
    if follow:
        # Without an end, it is no step of a job that could be reported; and documents that are held
        # back until a view is over would be held back for ever.
        quiet = wait_options.quiet or shows_documents
        wait_options = wait_options._replace(no_ci=True, quiet=quiet)
    printer = make_printer(streams, invocation.env)
    return most_important(wait(invocation, source, wait_options, printer))


def _check_search(has_task_ids: bool, search: tuple[str, ...]) -> None:
    """Raises a UsageError for options that choose tasks, as given, if they exclude each other."""
    from gcore_tasks_cli.errors import UsageError

    if has_task_ids and search:
        raise UsageError(
            "give task IDs or what chooses among the active tasks (--active, --type, --project, "
            "--region, --user, --resource, --since, --until, --acknowledged, --follow, "
            "--appear), not both"
        )
    if "--follow" in search and "--appear" in search:
        raise UsageError("--follow and --appear exclude each other")
