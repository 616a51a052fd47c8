"""`gtask watch`: waits until every task has ended."""

import os

from gcore_tasks_cli import filters, options


def watch(
    task_ids: options.OptionalTaskIds = None,
    as_json: options.Json = False,
    fields: options.Fields = None,
    timeout: options.Timeout = None,
    interval: options.Interval = None,
    fail_fast: options.FailFast = False,
    any_one: options.AnyOne = False,
    quiet: options.Quiet = False,
    progress: options.Progress = None,
    heartbeat: options.Heartbeat = options.DEFAULT_HEARTBEAT_SECONDS,
    events: options.Events = False,
    active: options.Active = False,
    follow: options.Follow = False,
    appear: options.Appear = None,
    types: filters.Types = None,
    projects: filters.Projects = None,
    regions: filters.Regions = None,
    users: filters.Users = None,
    resources: filters.Resources = None,
    since: filters.Since = None,
    until: filters.Until = None,
    acknowledged: filters.Acknowledged = None,
    verbose: options.Verbose = False,
    no_ci: options.NoCi = False,
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
    from gcore_tasks_cli.operations.wait import WaitOptions, wait
    from gcore_tasks_cli.output.events import EventPrinter
    from gcore_tasks_cli.output.fields import FieldsPrinter, parse_fields
    from gcore_tasks_cli.output.outcome import Resume
    from gcore_tasks_cli.output.printers import JsonPrinter, Printer
    from gcore_tasks_cli.output.text import QuietPrinter, SummaryPrinter
    from gcore_tasks_cli.polling.goal import Goal, Search
    from gcore_tasks_cli.tasks.document import ACTIVE_STATES

    if (events, as_json, fields is not None).count(True) > 1:
        raise UsageError("--events, --json and --fields exclude each other: choose one")
    paths = parse_fields(fields) if fields is not None else None
    query = filters.task_query(
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
    chooses = (active, types, projects, regions, users, resources, since, until, follow)
    is_chosen = any(chooses) or appear is not None or acknowledged is not None
    if task_ids and is_chosen:
        raise UsageError(
            "give task IDs or what chooses among the active tasks (--active, --type, --project, "
            "--region, --user, --resource, --since, --until, --acknowledged, --follow, "
            "--appear), not both"
        )
    if follow and appear is not None:
        raise UsageError("--follow and --appear exclude each other")
    search = options.given(
        active=active,
        follow=follow,
        appear=appear,
        type=types,
        project=projects,
        region=regions,
        user=users,
        resource=resources,
        since=since,
        until=until,
        acknowledged=acknowledged is True,
        unacknowledged=acknowledged is False,
    )
    flags = options.given(
        timeout=timeout or None,
        interval=interval,
        fail_fast=fail_fast,
        any=any_one,
        json=as_json,
        fields=fields,
        events=events,
        quiet=quiet,
        progress=progress,
        heartbeat=None if heartbeat == options.DEFAULT_HEARTBEAT_SECONDS else heartbeat,
        verbose=verbose,
        no_ci=no_ci,
    )
    shown = options.progress_mode(progress, os.environ)
    wait_options = WaitOptions(
        Goal(fail_fast, any_one),
        Resume("watch", flags, search),
        interval=interval,
        heartbeat_seconds=heartbeat,
        quiet=quiet,
        progress=shown,
        no_ci=no_ci or follow,  # without an end, it is no step of a job that could be reported
    )
    if timeout is None:
        timeout = float("inf") if follow else options.DEFAULT_TIMEOUT_SECONDS
    invocation = Invocation.begin(
        os.environ,
        verbose=verbose,
        quiet=quiet or wait_options.progress == "none",
        timeout_seconds=timeout,
    )
    streams, env = invocation.streams, invocation.env
    if not task_ids and not is_chosen and not streams.is_interactive:
        # An empty variable in a script must never become "everything".
        raise UsageError(
            "no task ID is given",
            hint="is a variable empty? gtask watch --active watches all that is active",
        )
    limit = None if appear is None else min(appear, timeout)
    source: list[str] | Search = Search(query, limit, follow)
    if task_ids:
        source = invocation.task_ids(task_ids)
    printer: Printer
    if events:
        printer = EventPrinter(streams, env)
        if streams.out.isatty() and streams.err.isatty():
            # A live view would be torn by the lines.
            wait_options = wait_options._replace(progress="none")
    elif as_json:
        printer = JsonPrinter(streams, env)
    elif paths is not None:
        printer = FieldsPrinter(streams, env, paths)
    elif quiet:
        printer = QuietPrinter(streams, env)
    else:
        printer = SummaryPrinter(streams, env, follows=follow)
    if follow and (as_json or paths) and streams.out.isatty():
        # Documents that are held back until the view is over would be held back for ever.
        wait_options = wait_options._replace(quiet=True)
    return most_important(wait(invocation, source, wait_options, printer))
