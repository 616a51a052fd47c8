"""`gtask resources`: the IDs of what tasks created."""

import os
from functools import partial
from typing import Annotated

import typer

from gcore_tasks_cli.parsing.options import (
    DEFAULT_HEARTBEAT,
    DEFAULT_TIMEOUT,
    AnyOne,
    FailFast,
    Heartbeat,
    Interval,
    NoCi,
    Quiet,
    TaskIds,
    Timeout,
    Verbose,
    duration_seconds,
    interval_seconds,
    progress_environment,
    tell_requests,
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
            show_default=False,
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
    heartbeat: Heartbeat = DEFAULT_HEARTBEAT,
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
    from gcore_tasks_cli.api.settings import Settings
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.operations.fetch import Asking, ErrorReport, one_answer_each
    from gcore_tasks_cli.operations.wait import Resume, Waiting
    from gcore_tasks_cli.output.github_actions import with_actions_report
    from gcore_tasks_cli.output.printers import ResourcesPrinter
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.polling.goal import Goal
    from gcore_tasks_cli.polling.pace.schedule import Schedule
    from gcore_tasks_cli.tasks.ids import collect_ids
    from gcore_tasks_cli.tasks.recent import recent_ids

    timeout_seconds = duration_seconds(DEFAULT_TIMEOUT if timeout is None else timeout, "--timeout")
    schedule = Schedule(interval_seconds(interval))
    heartbeat_seconds = duration_seconds(heartbeat, "--heartbeat")
    streams = Streams.standard()
    settings = Settings.from_env(os.environ)
    settings, streams = tell_requests(settings, streams, wanted=verbose)
    asking = Asking(
        collect_ids(task_ids, streams.stdin, partial(recent_ids, os.environ, settings.host)),
        settings,
    )
    report = ErrorReport(streams)
    chosen = tuple(types or ())
    printer = ResourcesPrinter(streams, os.environ, chosen, as_json=as_json)
    if wait and timeout_seconds > 0:
        env = progress_environment(os.environ, verbose=verbose)
        waiting = Waiting(asking, streams, report, env)
        waiting.run(
            Goal(timeout_seconds=timeout_seconds, fail_fast=fail_fast, any_one=any_one),
            schedule,
            with_actions_report(printer, streams, os.environ, asking.task_ids, wanted=not no_ci),
            quiet=quiet,
            heartbeat_seconds=heartbeat_seconds,
            resume=Resume(
                "resources",
                (
                    "--wait",
                    *(word for kind in chosen for word in ("--type", kind)),
                    *(["--fail-fast"] if fail_fast else []),
                    *(["--any"] if any_one else []),
                    *(["--json"] if as_json else []),
                ),
            ),
        )
    else:
        one_answer_each(asking, report, printer.take)
        printer.report_unfinished()
        printer.finish()
    return most_important([*report.codes, *printer.codes])
