"""What GitHub Actions reads of a wait: annotations, the job's summary and the step's outputs.

Everything of the API in them is text of unknown origin: nothing of it may become a workflow
command, Markdown, HTML or another output. Standard library only.
"""

import os
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from gcore_tasks_cli.errors import GtaskError
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.progress import Progress
from gcore_tasks_cli.output.streams import Streams, error_lines
from gcore_tasks_cli.output.views import Entry, rank, result
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, as_text
from gcore_tasks_cli.times import API_CLOCK

# Actions drops a summary of more than 1 MiB, and takes no output larger than that.
_LARGEST_BYTES = 256 * 1024
_LONGEST_ANNOTATION = 4000
_LONGEST_CELL = 500
_MOST_NAMED = 20
# The names that an expression `steps.ID.outputs.NAME` can have.
_OUTPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")


def report_to_github(streams: Streams, progress: Progress, errors: Iterable[GtaskError]) -> None:
    """Annotates each reason why tasks failed, and the errors; writes summary and outputs.

    A file that cannot be written is only noted.
    """
    tasks = progress.tasks
    # In the order of the command line: a workflow may read outputs by their position.
    documents = [task.document for task in tasks.values() if task.born is not None]
    for error in (*words.shared_failures(documents), *errors):
        streams.workflow_command(annotation(error))
    if not tasks:
        return  # without a list of tasks there is nothing to report
    failures = []
    for name, text in (("GITHUB_STEP_SUMMARY", summary), ("GITHUB_OUTPUT", outputs)):
        if path := streams.env.get(name):
            try:
                _append(path, streams.secrets.hide(text(documents, list(tasks))))
            except (OSError, ValueError) as error:  # ValueError: a NUL in the path
                failures.append(f"{name} ({getattr(error, 'strerror', None) or error})")
    if failures:
        streams.note(one_line(f"gtask: cannot write to {', '.join(failures)}"))


def annotation(error: GtaskError) -> str:
    """The workflow command that shows a task that failed, or why a wait ended without an answer.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    text = "\n".join(error_lines(error)).removeprefix("gtask: ")[:_LONGEST_ANNOTATION]
    escaped = text.replace("%", "%25").replace("\n", "%0A")
    return f"::error title=gtask::{escaped}"


def summary(documents: Sequence[Document], asked: Sequence[str]) -> str:
    """Markdown for the job's page: a table of the tasks, failures first; `asked` are all IDs.

    All that the API sent stands in code spans: Markdown interprets nothing in them, not even
    addresses and names of people.
    """
    ordered = sorted(documents, key=rank, reverse=True)
    now = API_CLOCK.now()
    rows = [_row(result(document, now)) for document in ordered]
    sizes = accumulate(len(row.encode()) for row in rows)
    shown = sum(size <= _LARGEST_BYTES for size in sizes)
    parts = [
        f"### gtask: {words.tasks(len(asked))}: ",
        words.each_state((document.state for document in documents), code) or "none was seen",
        "\n\n| State | Type | Task | Time | Error, or what was created |\n",
        "| --- | --- | --- | --- | --- |\n",
        *rows[:shown],
    ]
    if shown < len(rows):
        parts.append(f"\n{len(rows) - shown} more tasks are not shown.\n")
    seen = {document.id.lower() for document in documents}
    if unseen := [code(task_id) for task_id in asked if task_id.lower() not in seen]:
        named = ", ".join(words.first_of(unseen, _MOST_NAMED))
        parts.append(f"\nNot seen, for the reason in the annotation: {named}.\n")
    return "".join(parts)


def outputs(documents: Sequence[Document], asked: Sequence[str]) -> str:
    """The step's outputs: `state`, `task-id`, and the IDs of each created type, one a line.

    `task-id` is all that was `asked` for.
    Of several tasks `state` is ERROR where one is, FINISHED where all are, else the state of the
    first that failed, or that is under way. The delimiter is random: no value can know it and end
    itself.
    """
    delimiter = f"gtask_{os.urandom(16).hex()}"
    values = {"state": [_state_of_all(documents, len(asked))], "task-id": list(asked)}
    taken = set(values)
    for kind in dict.fromkeys(kind for each in documents for kind in each.created()):
        # Names of outputs are case-insensitive: a second spelling would replace the first.
        if _OUTPUT_NAME.fullmatch(kind) and kind.lower() not in taken:
            taken.add(kind.lower())
            values[kind] = [
                as_text(new_id) for each in documents for new_id in each.created().get(kind, ())
            ]
    parts = []
    for name, items in values.items():
        value = "".join(f"{one_line(item)}\n" for item in items) or "\n"
        if len(value.encode()) <= _LARGEST_BYTES:
            parts.append(f"{name}<<{delimiter}\n{value}{delimiter}\n")
    return "".join(parts)


def code(text: str) -> str:
    """The text as a code span of Markdown that can stand in a table's cell.

    A fence longer than any run of backticks in it, as CommonMark has it (6.1); a bar would end
    the cell even there, and is written as its escape.
    """
    shown = one_line(text)
    if len(shown) > _LONGEST_CELL:
        shown = f"{shown[:_LONGEST_CELL]}…"
    shown = shown.replace("|", "\\u007c")
    if not shown.strip():
        return "-"
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    # One space on each side is taken off again; without it a backtick would join the fence.
    padding = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _row(entry: Entry) -> str:
    *named, time = entry.head
    below = [" ".join(code(cell.text) for cell in line) for line in entry.below]
    cells = (
        *(code(cell.text) for cell in named),
        time.text or "-",
        "<br>".join(words.first_of(below, _MOST_NAMED)) or "-",
    )
    return f"| {' | '.join(cells)} |\n"


def _state_of_all(documents: Sequence[Document], asked: int) -> str:
    worst = max(documents, key=lambda each: (each.state == "ERROR", rank(each)), default=None)
    if worst is None or (worst.state == "FINISHED" and len(documents) < asked):
        return "UNKNOWN"
    return worst.state


def _append(path: str, text: str) -> None:
    """Appends to the file, on a line of its own.

    Not blocking: a pipe without a reader is an error here, not an endless wait.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags, 0o644), "wb") as file:
        # An earlier writer may have left the last line without an end.
        file.write(b"\n" if os.fstat(file.fileno()).st_size else b"")
        file.write(text.encode())
