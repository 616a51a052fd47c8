"""`gtask resources`: the IDs of what tasks created."""

import os
from typing import Annotated

import typer

from gcore_tasks_cli.parsing.options import (
    DEFAULT_HEARTBEAT_SECONDS,
    DEFAULT_TIMEOUT_SECONDS,
    AnyOne,
    FailFast,
    Heartbeat,
    Interval,
    NoCi,
    Profile,
    Progress,
    Quiet,
    TaskIds,
    Timeout,
    Verbose,
    given,
    progress_mode,
)


def resources(
    task_ids: TaskIds,
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
    timeout: Timeout = None,
    interval: Interval = None,
    fail_fast: FailFast = False,
    any_one: AnyOne = False,
    quiet: Quiet = False,
    progress: Progress = None,
    heartbeat: Heartbeat = DEFAULT_HEARTBEAT_SECONDS,
    profile: Profile = None,
    verbose: Verbose = False,
    no_ci: NoCi = False,
) -> int:
    """Print the IDs of what tasks created.

    \b
    Examples:
      gtask resources ID
      VM=$(curl -X POST … | gtask resources - --wait --type instances)
      gtask resources ID --json | jq -r '.created_resources.volumes[]'
    """
    from gcore_tasks_cli.api.configuration import Configuration
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.invocation import ONE_SHOT_SECONDS, Invocation
    from gcore_tasks_cli.operations.fetch import print_each
    from gcore_tasks_cli.operations.resources import report_missing, report_unfinished
    from gcore_tasks_cli.operations.wait import WaitOptions
    from gcore_tasks_cli.operations.wait import wait as wait_for
    from gcore_tasks_cli.output.github_actions import ActionsReport, is_actions
    from gcore_tasks_cli.output.printers import ResourcesPrinter
    from gcore_tasks_cli.polling.goal import Goal

    timeout_seconds = DEFAULT_TIMEOUT_SECONDS if timeout is None else timeout
    kinds = tuple(types or ())
    flags = given(fail_fast=fail_fast, any=any_one, json=as_json)
    resume = ("resources", "--wait", *(word for t in kinds for word in ("--type", t)), *flags)
    resume += () if profile is None else ("--profile", profile)
    options = WaitOptions(
        Goal(fail_fast, any_one),
        interval=interval,
        heartbeat_seconds=heartbeat,
        quiet=quiet,
        progress=progress_mode(progress, os.environ),
        resume=resume,
    )
    waits = wait and timeout_seconds > 0
    invocation = Invocation.begin(
        Configuration(os.environ, profile),
        verbose=verbose,
        quiet=quiet,
        timeout_seconds=timeout_seconds if waits else ONE_SHOT_SECONDS,
    )
    streams, env = invocation.streams, invocation.env
    chosen = invocation.task_ids(task_ids)
    printer = ResourcesPrinter(streams, env, kinds, as_json=as_json)
    if waits:
        reports = is_actions(env) and not no_ci
        actions = ActionsReport(streams, env, chosen) if reports else None
        codes = wait_for(invocation, chosen, options, printer, actions=actions)
    else:
        codes = print_each(invocation, chosen, printer)
        codes |= report_unfinished(streams, printer.documents)
    return most_important(codes | report_missing(streams, printer.documents, kinds))
