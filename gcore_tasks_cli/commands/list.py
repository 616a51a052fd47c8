"""`gtask list`: finds tasks."""

import os
from typing import TYPE_CHECKING, Annotated

from gcore_tasks_cli import options
from gcore_tasks_cli.options import option

if TYPE_CHECKING:
    from gcore_tasks_cli.tasks.document import Document

DEFAULT_LIMIT = 20


def run(
    *,
    states: Annotated[
        options.Many,
        option(
            "-s, --state STATE",
            "Only tasks in this state: NEW, RUNNING, FINISHED, ERROR. May be repeated.",
        ),
    ] = None,
    active: Annotated[
        bool, option("-a, --active", "Only what is not over: NEW and RUNNING.")
    ] = False,
    failed: Annotated[
        bool, option("-f, --failed", "Only what ended in ERROR, each with its reason.")
    ] = False,
    filters: options.Filters,
    order: Annotated[
        str, option("--order ORDER", "desc: newest first; asc: oldest first.")
    ] = "desc",
    limit: Annotated[
        int | None, option("-n, --limit N", f"At most so many tasks. Default: {DEFAULT_LIMIT}.")
    ] = None,
    everything: Annotated[bool, option("--all", "All of them, however many.")] = False,
    form: options.Form,
    ids: Annotated[bool, option("--ids", "Print bare IDs, one a line.")] = False,
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
    from gcore_tasks_cli.output.outcome import ListNotes
    from gcore_tasks_cli.output.printers import IdPrinter
    from gcore_tasks_cli.output.text import FailedPrinter, TablePrinter
    from gcore_tasks_cli.tasks.query import chosen_states
    from gcore_tasks_cli.tasks.recent import remember

    if order.lower() not in ("asc", "desc"):
        raise UsageError(f"--order is asc or desc, not {order[:50]!r}")
    chosen = chosen_states(states or (), active=active, failed=failed)
    query = filters.query(chosen, newest_first=order.lower() == "desc")
    text = FailedPrinter if chosen == ("ERROR",) else TablePrinter
    make_printer = form.printer(text, ids=IdPrinter if ids else None)
    most = _most(limit, everything)
    invocation = Invocation.begin(os.environ, verbose=verbose)
    notes = ListNotes(query, most)
    streams, env = invocation.streams, invocation.env
    printer = make_printer(streams, env)
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
