"""One answer for each task: what `get`, `ack` and `resources` ask for and print."""

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import ApiError, ExitCode
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.connection import connect
from gcore_tasks_cli.operations.error_report import ErrorReport
from gcore_tasks_cli.operations.waiting_line import waiting_line
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.polling.answers import Answers
from gcore_tasks_cli.polling.port import TaskAnswer
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.recent import MOST_OF_ONE_API, remember

if TYPE_CHECKING:
    from gcore_tasks_cli.api.session import Session


def print_each(
    invocation: Invocation,
    task_ids: Sequence[str],
    printer: Printer,
    ask: "Callable[[Session, str], TaskAnswer]" = lambda session, task_id: session.get_task(
        task_id
    ),
) -> set[ExitCode]:
    """Prints the document of each ID, in their order, as soon as it can be; then the errors.

    Transient faults are retried; `ask` is what is done for each ID and may be repeated. Returns
    the exit statuses of the errors.
    """
    port, observer = connect(invocation, ask), waiting_line(invocation)
    outcomes = Answers(port, random.uniform, observer=observer).in_order(task_ids)
    printer.prepare()  # the requests are under way
    report = ErrorReport(invocation.streams)
    seen: list[Document] = []
    for task_id, answer in outcomes:
        if isinstance(answer, ApiError):
            report.add(answer, task_id)
        else:
            if len(seen) < MOST_OF_ONE_API:
                seen.append(answer.document)
            printer.show(answer.document)
    invocation.streams.erase()
    remember(seen, invocation.env, invocation.settings.host)
    printer.close()
    report.print()
    return report.codes
