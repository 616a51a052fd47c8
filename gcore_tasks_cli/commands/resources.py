"""`gtask resources`: the IDs of what tasks created."""

import os
from typing import Annotated

from gcore_tasks_cli import options
from gcore_tasks_cli.options import option


def run(
    task_ids: options.TaskIds,
    *,
    types: Annotated[
        options.Many,
        option(
            "-T, --type TYPE",
            "Print only the IDs of this type (instances, volumes, …), bare, one a line. "
            "May be repeated.",
        ),
    ] = None,
    wait: Annotated[bool, option("-w, --wait", "Wait first, until every task has ended.")] = False,
    as_json: Annotated[
        bool,
        option(
            "-j, --json",
            "Print JSON, one object a task: task_id, state, and created_resources with only "
            "what was created.",
        ),
    ] = False,
    waiting: options.Waiting,
) -> int:
    """Print the IDs of what tasks created.

    \b
    Examples:
      gtask resources ID
      VM=$(curl -X POST … | gtask resources - --wait --type instances)
      gtask resources ID --json | jq -r '.created_resources.volumes[]'
    """
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.invocation import ONE_SHOT_SECONDS, Invocation
    from gcore_tasks_cli.operations.fetch import print_each
    from gcore_tasks_cli.operations.wait import wait as wait_for
    from gcore_tasks_cli.output.outcome import Resume
    from gcore_tasks_cli.output.text import ResourcesPrinter
    from gcore_tasks_cli.polling.jobs import GetTask

    given = options.given
    flags = (*given(wait=True, type=types), *waiting.words(), *given(json=as_json))
    wait_options = waiting.options(Resume("resources", flags))
    timeout = options.DEFAULT_TIMEOUT_SECONDS if waiting.timeout is None else waiting.timeout
    waits = wait and timeout > 0
    invocation = Invocation.begin(
        os.environ,
        verbose=waiting.verbose,
        quiet=waiting.quiet,
        timeout_seconds=timeout if waits else ONE_SHOT_SECONDS,
    )
    streams, kinds = invocation.streams, tuple(types or ())
    chosen = invocation.task_ids(task_ids)
    printer = ResourcesPrinter(streams, invocation.env, kinds, as_json=as_json)
    if waits:
        codes = wait_for(invocation, chosen, wait_options, printer)
    else:
        codes = print_each(invocation, [GetTask(task_id) for task_id in chosen], printer)
    return most_important(codes | printer.report(waited=waits))
