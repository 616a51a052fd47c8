"""`gtask watch`: waits until every task has ended."""

import os

from gcore_tasks_cli.commands.options import (
    DEFAULT_HEARTBEAT,
    DEFAULT_TIMEOUT,
    AnyOne,
    FailFast,
    Heartbeat,
    Interval,
    Json,
    Quiet,
    TaskIds,
    Timeout,
    duration_seconds,
    interval_seconds,
)


def watch(
    task_ids: TaskIds,
    as_json: Json = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    interval: Interval = None,
    fail_fast: FailFast = False,
    any_one: AnyOne = False,
    quiet: Quiet = False,
    heartbeat: Heartbeat = DEFAULT_HEARTBEAT,
) -> int:
    """Wait until every task is FINISHED or ERROR, showing progress.

    \b
    Exit status: 0 every task FINISHED, 1 a task ended in ERROR, 3 key refused,
    4 no such task, 5 no usable answer, 124 timeout, 130 interrupted.

    \b
    Examples:
      gtask watch 26986bc0-748a-4448-b836-0a2aa465eb06
      curl -X POST … | gtask watch - --timeout 10m
      gtask watch ID1 ID2 --fail-fast --json | jq -r .state
    """
    from gcore_tasks_cli.commands.asking import Asking, ErrorReport
    from gcore_tasks_cli.commands.waiting import Waiting
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.output.printing import JsonPrinter, SummaryPrinter
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.polling.schedule import Schedule
    from gcore_tasks_cli.polling.watcher import Aim
    from gcore_tasks_cli.settings import Settings
    from gcore_tasks_cli.task_ids import collect_ids

    aim = Aim(timeout_seconds=duration_seconds(timeout), fail_fast=fail_fast, any_one=any_one)
    schedule = Schedule(interval_seconds(interval))
    heartbeat_seconds = duration_seconds(heartbeat)
    streams = Streams.standard()
    settings = Settings.from_env(os.environ)
    asking = Asking(collect_ids(task_ids, streams.stdin), settings)
    report = ErrorReport(streams)
    printer = (
        JsonPrinter(streams, os.environ)
        if as_json
        else SummaryPrinter(streams, os.environ, quiet=quiet)
    )
    waiting = Waiting(asking, streams, report, os.environ)
    waiting.run(
        aim,
        schedule,
        printer,
        quiet=quiet,
        heartbeat_seconds=heartbeat_seconds,
        resume="watch",
    )
    return most_important(report.codes)
