"""What `resources` makes of the state of its tasks: messages and exit statuses."""

from collections.abc import Sequence

from gcore_tasks_cli.errors import ExitCode, GtaskError, TaskNotFound
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.words import task_error
from gcore_tasks_cli.tasks.document import Document


def report_unfinished(streams: Streams, documents: Sequence[Document]) -> set[ExitCode]:
    """Of tasks that were read without waiting: which failed, and which are not finished."""
    codes = set()
    for document in documents:
        if document.has_failed:
            codes.add(ExitCode.TASK_ERROR)
            streams.error(task_error(document))
        elif not document.is_final:
            codes.add(ExitCode.NOT_FINISHED)
            message = f"task {document.id} is not finished: {document.state}"
            streams.error(GtaskError(message, hint="--wait waits until it is"))
    return codes


def report_missing(
    streams: Streams, documents: Sequence[Document], types: Sequence[str]
) -> set[ExitCode]:
    """Of tasks that are all FINISHED: which of the `types` asked for they did not create."""
    created = {kind for document in documents for kind in document.created()}
    missing = [kind for kind in dict.fromkeys(types) if kind not in created]
    if not missing or not documents or any(each.state != "FINISHED" for each in documents):
        return set()
    what = f"what was created: {', '.join(sorted(created))}" if created else ""
    hint = what or "nothing at all was created"
    streams.error(TaskNotFound(f"FINISHED, but created no {', '.join(missing)}", hint=hint))
    return {ExitCode.NOT_FOUND}
