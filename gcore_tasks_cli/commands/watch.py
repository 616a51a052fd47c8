"""`gtask watch`: waits until every task has ended."""

import os
from dataclasses import replace
from functools import partial

from gcore_tasks_cli.parsing.filters import (
    Acknowledged,
    Projects,
    Regions,
    Resources,
    Since,
    Types,
    Until,
    Users,
    task_query,
)
from gcore_tasks_cli.parsing.options import (
    DEFAULT_HEARTBEAT,
    DEFAULT_TIMEOUT,
    AnyOne,
    Events,
    FailFast,
    Follow,
    Heartbeat,
    Interval,
    Json,
    NoCi,
    OptionalTaskIds,
    Quiet,
    Timeout,
    Verbose,
    duration_seconds,
    interval_seconds,
    progress_environment,
    tell_requests,
)


def watch(
    task_ids: OptionalTaskIds = None,
    as_json: Json = False,
    timeout: Timeout = None,
    interval: Interval = None,
    fail_fast: FailFast = False,
    any_one: AnyOne = False,
    quiet: Quiet = False,
    heartbeat: Heartbeat = DEFAULT_HEARTBEAT,
    events: Events = False,
    follow: Follow = False,
    types: Types = None,
    projects: Projects = None,
    regions: Regions = None,
    users: Users = None,
    resources: Resources = None,
    since: Since = None,
    until: Until = None,
    acknowledged: Acknowledged = None,
    verbose: Verbose = False,
    no_ci: NoCi = False,
) -> int:
    """Wait until every task is FINISHED or ERROR, showing progress.

    Without task IDs: every task that is active now; --type, --project, --region, --user,
    --resource, --since, --until and --acknowledged choose among them, and --follow goes on with
    what is started later.

    \b
    Exit status: 0 every task FINISHED, 1 a task ended in ERROR, 3 key refused,
    4 no such task, 5 no usable answer, 124 timeout, 130 interrupted.

    \b
    Examples:
      curl -X POST … | gtask watch - --timeout 10m
      gtask watch ID1 ID2 --fail-fast --json | jq -r .state
      gtask watch --type create_ --region 76
    """
    from gcore_tasks_cli.api.settings import Settings
    from gcore_tasks_cli.errors import ExitCode, UsageError, most_important
    from gcore_tasks_cli.operations.active_tasks import active_ids
    from gcore_tasks_cli.operations.fetch import Asking, ErrorReport
    from gcore_tasks_cli.operations.wait import Printer, Resume, Waiting
    from gcore_tasks_cli.output.github_actions import with_actions_report
    from gcore_tasks_cli.output.list_notes import scope_words
    from gcore_tasks_cli.output.printers import EventPrinter, JsonPrinter, SummaryPrinter
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.polling.goal import Following, Goal
    from gcore_tasks_cli.polling.pace.schedule import Schedule
    from gcore_tasks_cli.tasks.ids import collect_ids
    from gcore_tasks_cli.tasks.page_request import MOST_A_PAGE, PageRequest
    from gcore_tasks_cli.tasks.query import ACTIVE_STATES
    from gcore_tasks_cli.tasks.recent import recent_ids

    if events and as_json:
        raise UsageError("--events and --json both write to standard output: choose one")
    if follow and timeout is None:
        timeout_seconds = float("inf")
    else:
        timeout_seconds = duration_seconds(
            DEFAULT_TIMEOUT if timeout is None else timeout, "--timeout"
        )
    goal = Goal(timeout_seconds=timeout_seconds, fail_fast=fail_fast, any_one=any_one)
    schedule = Schedule(interval_seconds(interval))
    heartbeat_seconds = duration_seconds(heartbeat, "--heartbeat")
    streams = Streams.standard()
    settings = Settings.from_env(os.environ)
    settings, streams = tell_requests(settings, streams, wanted=verbose)
    if task_ids:
        chooses = (types, projects, regions, users, resources, since, until, follow)
        if any(chooses) or acknowledged is not None:
            raise UsageError(
                "give task IDs or what chooses among the active tasks (--type, --project, "
                "--region, --user, --resource, --since, --until, --acknowledged, --follow), "
                "not both"
            )
        chosen = collect_ids(
            task_ids, streams.stdin, partial(recent_ids, os.environ, settings.host)
        )
    else:
        query = task_query(
            os.environ,
            states=ACTIVE_STATES,
            types=types,
            projects=projects,
            regions=regions,
            users=users,
            resources=resources,
            since=since,
            until=until,
            acknowledged=acknowledged,
        )
        chosen, seconds_left = active_ids(
            query,
            settings,
            streams,
            timeout_seconds,
            quiet=quiet,
            heartbeat_seconds=0.0 if streams.err.isatty() else heartbeat_seconds,
        )
        if follow:
            page = PageRequest(query.parameters(), MOST_A_PAGE, 0)
            goal = replace(goal, following=Following(page, query.keeps))
        elif not chosen:
            if not quiet:
                streams.note(f"gtask: no task is active{scope_words(query)}")
            return ExitCode.OK
        goal = replace(goal, timeout_seconds=seconds_left)
    asking = Asking(chosen, settings)
    report = ErrorReport(streams)
    printer: Printer
    follower = None
    if events:
        printer = EventPrinter(streams)
        follower = printer.follow
    elif as_json:
        printer = JsonPrinter(streams, os.environ)
    else:
        printer = SummaryPrinter(streams, os.environ, quiet=quiet, follows=follow)
    waiting = Waiting(asking, streams, report, progress_environment(os.environ, verbose=verbose))
    # What follows without end is no step of a job, and could report only at its end.
    reports = not no_ci and not follow
    waiting.run(
        goal,
        schedule,
        with_actions_report(printer, streams, os.environ, asking.task_ids, wanted=reports),
        # Documents that are held back until the view is over would be held back for ever.
        quiet=quiet or (follow and as_json and streams.out.isatty()),
        heartbeat_seconds=heartbeat_seconds,
        resume=None
        if follow
        else Resume(
            "watch",
            tuple(
                option
                for option, is_given in (
                    ("--fail-fast", fail_fast),
                    ("--any", any_one),
                    ("--json", as_json),
                    ("--events", events),
                )
                if is_given
            ),
        ),
        follow=follower,
    )
    return most_important(report.codes)
