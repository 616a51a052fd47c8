"""`gtask ack`: acknowledges tasks."""

import os
from typing import TYPE_CHECKING, Annotated

from gcore_tasks_cli import options
from gcore_tasks_cli.options import option

if TYPE_CHECKING:
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.tasks.query import TaskQuery


def run(
    task_ids: options.OptionalTaskIds = None,
    everything: Annotated[
        bool, option("--all", "Acknowledge all tasks instead of those named.")
    ] = False,
    projects: options.Projects = None,
    regions: options.Regions = None,
    yes: Annotated[
        bool, option("-y, --yes", "With --all: do not ask whether that is meant.")
    ] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Acknowledge tasks: mark them as seen.

    \b
    Examples:
      gtask ack 26986bc0-748a-4448-b836-0a2aa465eb06
      gtask list --failed --unacknowledged --all --ids | gtask ack -
      gtask ack --all --project 1234 --yes
    """
    from gcore_tasks_cli.errors import UsageError
    from gcore_tasks_cli.invocation import Invocation

    if everything and task_ids:
        raise UsageError("give task IDs or --all, not both")
    if everything and as_json:
        raise UsageError("--all answers no documents: --json is for task IDs")
    if not everything and not task_ids:
        raise UsageError("no task ID is given", hint="gtask ack ID…, or gtask ack --all")
    if not everything and (projects or regions):
        raise UsageError("--project and --region are for --all; task IDs say all by themselves")
    filters = options.Filters(project=projects, region=regions, acknowledged=False)
    query = filters.query() if everything else None
    invocation = Invocation.begin(os.environ, verbose=verbose)
    if query is not None:
        return _all(invocation, query, sure=yes)
    return _some(invocation, task_ids or [], as_json=as_json)


def _some(invocation: "Invocation", arguments: list[str], *, as_json: bool) -> int:
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.operations.fetch import print_each
    from gcore_tasks_cli.output.printers import AcknowledgedPrinter, JsonPrinter
    from gcore_tasks_cli.polling.jobs import Acknowledge

    printer = (JsonPrinter if as_json else AcknowledgedPrinter)(invocation.streams, invocation.env)
    jobs = [Acknowledge(task_id) for task_id in invocation.task_ids(arguments)]
    return most_important(print_each(invocation, jobs, printer))


def _all(invocation: "Invocation", query: "TaskQuery", *, sure: bool) -> int:
    from gcore_tasks_cli.errors import ExitCode, UsageError
    from gcore_tasks_cli.operations.lists import acknowledge_all, read_pages
    from gcore_tasks_cli.output import words
    from gcore_tasks_cli.tasks.document import FINAL_STATES

    streams = invocation.streams
    if not sure and not streams.is_interactive:
        raise UsageError(
            "ack --all needs --yes where there is no terminal to ask at", hint="nothing was changed"
        )
    page = next(read_pages(query, invocation, most=1))
    where = words.scope_words(query)
    if page.total == 0:
        streams.note(f"gtask: no unacknowledged task{where}")
        return ExitCode.OK
    tasks = words.tasks(page.total)
    if not sure:
        final = query._replace(states=tuple(FINAL_STATES))
        count = min(page.total, next(read_pages(final, invocation, most=1)).total)
        scope = where or " in all projects and regions"
        states = f"{count:,} final, {page.total - count:,} active"
        if not streams.confirms(f"Acknowledge {tasks}{scope} ({states})? [y/N] "):
            streams.note("gtask: nothing was acknowledged")
            return ExitCode.INTERRUPTED  # so that `ack --all && …` does not go on
    acknowledge_all(query, invocation)
    streams.note(f"gtask: acknowledged {tasks}{where}")
    return ExitCode.OK
