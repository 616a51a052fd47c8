"""One answer for each task: what `get`, `ack` and `resources` ask for and print."""

import random
from collections.abc import Sequence

from gcore_tasks_cli.errors import ApiError, ExitCode
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.output.outcome import ErrorReport
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, TaskAnswer
from gcore_tasks_cli.polling.requests import Observer, in_order
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.recent import MOST_OF_ONE_API, remember
from gcore_tasks_cli.times import steady_seconds

_SILENT_SECONDS = 1.0


def print_each(
    invocation: Invocation, jobs: Sequence[GetTask | Acknowledge], printer: Printer
) -> set[ExitCode]:
    """Prints the document of each task, in their order, as soon as it can be; then the errors.

    Transient faults are retried. Returns the exit statuses of the errors.
    """
    answers = in_order(
        invocation.connect(), jobs, random.uniform, observer=waiting_line(invocation)
    )
    printer.prepare()  # the requests are under way
    report = ErrorReport()
    seen: list[Document] = []
    for job, answer in answers:
        if isinstance(answer, ApiError):
            report.add(answer, getattr(job, "task_id", ""))
        elif isinstance(answer, TaskAnswer):
            if len(seen) < MOST_OF_ONE_API:
                seen.append(answer.document)
            printer.show(answer.document)
    invocation.streams.erase()
    remember(seen, invocation.env, invocation.settings.host)
    printer.close()
    report.print(invocation.streams)
    return report.codes


def waiting_line(invocation: Invocation) -> Observer | None:
    """At a terminal, a temporary "waiting for HOST" line after a second; else nothing.

    Its user calls `Streams.erase` in the end.
    """
    streams, env = invocation.streams, invocation.env
    wants_lines = env.get("GTASK_PROGRESS", "").strip().lower() in ("plain", "none")
    is_plain = bool(wants_lines or env.get("CI") or env.get("TERM") == "dumb")
    if not streams.err.isatty() or is_plain or invocation.is_quiet or invocation.is_verbose:
        return None
    began = steady_seconds()

    def observe(now: float, outage: Outage | None) -> None:
        if now - began >= _SILENT_SECONDS:
            text = f"waiting for {invocation.settings.host}"
            if outage is not None:
                text = f"{outage.error.message}; trying again"
            streams.show_briefly(f"gtask: {text}")

    return observe
