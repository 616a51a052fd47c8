"""One answer for each task: what `get`, `ack` and `resources` ask for and print."""

from collections import deque
from collections.abc import Sequence

from gcore_tasks_cli.errors import ApiError, ExitCode, GtaskError
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.output.words import shared_errors
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.recent import MOST_OF_ONE_API, remember


def print_each(
    invocation: Invocation, jobs: Sequence[GetTask | Acknowledge], printer: Printer
) -> set[ExitCode]:
    """Prints the document of each task, in their order, as soon as it can be; then the errors.

    Transient faults are retried. Returns the exit statuses of the errors.
    """
    answers = invocation.requests().in_order(jobs)
    printer.prepare()  # the requests are under way
    errors: list[tuple[GtaskError, str]] = []
    seen: deque[Document] = deque(maxlen=MOST_OF_ONE_API)  # the last stay on the screen
    for job, answer in answers:
        if isinstance(answer, ApiError):
            errors.append((answer, getattr(job, "task_id", "")))
            continue
        for document in answer.documents:
            seen.append(document)
            printer.show(document)
    remember(seen, invocation.env, invocation.settings.host)
    printer.close()
    for error in shared_errors(errors, asked=len(jobs)):
        invocation.streams.error(error)
    return {error.exit_code for error, _ in errors}
