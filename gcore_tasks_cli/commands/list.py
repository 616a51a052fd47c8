"""`gtask list`: finds tasks."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gcore_tasks_cli import filters, options

if TYPE_CHECKING:
    from gcore_tasks_cli.tasks.document import Document

DEFAULT_LIMIT = 20


def list_tasks(
    states: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            "-s",
            metavar="STATE",
            help="Only tasks in this state: NEW, RUNNING, FINISHED, ERROR. May be repeated.",
        ),
    ] = None,
    active: Annotated[
        bool, typer.Option("--active", "-a", help="Only what is not over: NEW and RUNNING.")
    ] = False,
    failed: Annotated[
        bool, typer.Option("--failed", "-f", help="Only what ended in ERROR, each with its reason.")
    ] = False,
    types: filters.Types = None,
    projects: filters.Projects = None,
    regions: filters.Regions = None,
    since: filters.Since = None,
    until: filters.Until = None,
    acknowledged: filters.Acknowledged = None,
    users: filters.Users = None,
    resources: filters.Resources = None,
    order: Annotated[
        str, typer.Option("--order", metavar="ORDER", help="desc: newest first; asc: oldest first.")
    ] = "desc",
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            metavar="N",
            help=f"At most so many tasks. Default: {DEFAULT_LIMIT}.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them, however many.")] = False,
    as_json: options.Json = False,
    fields: options.Fields = None,
    ids: Annotated[bool, typer.Option("--ids", help="Print bare IDs, one a line.")] = False,
    verbose: options.Verbose = False,
) -> int:
    """Find tasks, the newest first.

    Standard error says how many more there are. --json streams: one whole document a line.

    \b
    Examples:
      gtask list --failed --since 1d
      gtask list --type create_ --since 2026-11-01 --all --json | jq -r .id
      gtask list --failed --ids | xargs -r gtask get
    """
    from gcore_tasks_cli.errors import ExitCode, UsageError
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.operations.lists import read_pages
    from gcore_tasks_cli.output.fields import FieldsPrinter, parse_fields
    from gcore_tasks_cli.output.list_notes import ListNotes
    from gcore_tasks_cli.output.printers import IdPrinter, JsonPrinter, Printer
    from gcore_tasks_cli.output.text import FailedPrinter, TablePrinter
    from gcore_tasks_cli.tasks.query import chosen_states
    from gcore_tasks_cli.tasks.recent import remember

    if (as_json, ids, fields is not None).count(True) > 1:
        raise UsageError("--json, --ids and --fields exclude each other")
    paths = parse_fields(fields) if fields is not None else None
    if order.lower() not in ("asc", "desc"):
        raise UsageError(f"--order is asc or desc, not {order[:50]!r}")
    query = filters.task_query(
        os.environ,
        states=chosen_states(states or (), active=active, failed=failed),
        types=types,
        projects=projects,
        regions=regions,
        users=users,
        resources=resources,
        since=since,
        until=until,
        acknowledged=acknowledged,
        newest_first=order.lower() == "desc",
    )
    most = _most(limit, everything)
    invocation = Invocation.begin(os.environ, verbose=verbose)
    notes = ListNotes(query, most)
    streams, env = invocation.streams, invocation.env
    printer: Printer
    if paths is not None:
        printer = FieldsPrinter(streams, env, paths)
    elif as_json:
        printer = JsonPrinter(streams, env)
    elif ids:
        printer = IdPrinter(streams, env)
    else:
        printer = (FailedPrinter if query.states == ("ERROR",) else TablePrinter)(streams, env)
    shown: list[Document] = []
    pages = read_pages(query, invocation, most=most)
    printer.prepare()
    for page in pages:
        kept = [document for document in page.documents if query.keeps(document)]
        wanted = kept if most is None else kept[: most - notes.shown]
        notes.count(page, shown=len(wanted), matching=len(kept))
        printer.page(wanted, page.now(), complete=notes.is_complete)
        shown = shown or wanted
        if notes.is_full:
            break
    if (note := notes.note()) is not None:
        streams.note(f"gtask: {note}")
    remember(shown, env, invocation.settings.host)
    return ExitCode.OK


def _most(limit: int | None, everything: bool) -> int | None:
    """How many tasks are wanted; None for all."""
    from gcore_tasks_cli.errors import UsageError

    if limit is None:
        return None if everything else DEFAULT_LIMIT
    if everything:
        raise UsageError("--limit and --all exclude each other")
    if limit < 1:
        raise UsageError(f"--limit must be at least 1, not {limit}; --all has no limit")
    return limit
