"""`gtask resources`: the IDs of what tasks created."""

import os
from typing import Annotated

import typer

from gcore_tasks_cli import options


def resources(
    task_ids: options.TaskIds,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            "-T",
            metavar="TYPE",
            help="Print only the IDs of this type (instances, volumes, …), bare, one a line. "
            "May be repeated.",
        ),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Wait first, until every task has ended.")
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            "-j",
            help="Print JSON, one object a task: task_id, state, and created_resources with only "
            "what was created.",
        ),
    ] = False,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    fail_fast: options.FailFast = False,
    any_one: options.AnyOne = False,
    quiet: options.Quiet = False,
    progress: options.Progress = None,
    heartbeat: options.Heartbeat = options.DEFAULT_HEARTBEAT_SECONDS,
    verbose: options.Verbose = False,
    no_ci: options.NoCi = False,
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
    from gcore_tasks_cli.operations.wait import WaitOptions
    from gcore_tasks_cli.operations.wait import wait as wait_for
    from gcore_tasks_cli.output.outcome import Resume
    from gcore_tasks_cli.output.text import ResourcesPrinter
    from gcore_tasks_cli.polling.goal import Goal
    from gcore_tasks_cli.polling.jobs import GetTask

    timeout_seconds = options.DEFAULT_TIMEOUT_SECONDS if timeout is None else timeout
    kinds = tuple(types or ())
    flags = options.given(
        wait=True,
        type=types,
        timeout=timeout or None,
        interval=interval,
        fail_fast=fail_fast,
        any=any_one,
        json=as_json,
        quiet=quiet,
        progress=progress,
        heartbeat=None if heartbeat == options.DEFAULT_HEARTBEAT_SECONDS else heartbeat,
        verbose=verbose,
        no_ci=no_ci,
    )
    wait_options = WaitOptions(
        Goal(fail_fast, any_one),
        Resume("resources", flags),
        interval=interval,
        heartbeat_seconds=heartbeat,
        quiet=quiet,
        progress=options.progress_mode(progress, os.environ),
        no_ci=no_ci,
    )
    waits = wait and timeout_seconds > 0
    invocation = Invocation.begin(
        os.environ,
        verbose=verbose,
        quiet=quiet,
        timeout_seconds=timeout_seconds if waits else ONE_SHOT_SECONDS,
    )
    streams = invocation.streams
    chosen = invocation.task_ids(task_ids)
    printer = ResourcesPrinter(streams, invocation.env, kinds, as_json=as_json)
    if waits:
        codes = wait_for(invocation, chosen, wait_options, printer)
    else:
        codes = print_each(invocation, [GetTask(task_id) for task_id in chosen], printer)
    return most_important(codes | printer.report(waited=waits))
