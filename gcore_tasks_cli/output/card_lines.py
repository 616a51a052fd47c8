"""What a card says of a task, line by line: the same for a terminal and for a pipe."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from gcore_tasks_cli.output.failure import failure
from gcore_tasks_cli.output.words import created_words, moment, shown, took_words, tree
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import FINAL_STATES, TaskFields

_OWNERS = ("project", "region", "client", "user")
_RARE = ("job_id", "schedule_id", "lifecycle_policy_id", "user_client_id")
_NOTHING: tuple[object, ...] = (None, "", {}, [])


class CardLine(NamedTuple):
    """A label and its value, perhaps of several lines; `style` is for terminals."""

    label: str
    value: str
    style: str = ""


def failure_lines(task: TaskFields) -> Iterator[CardLine]:
    """What a failed task is looked at for: the reason, what helps, and what support asks for."""
    failed = failure(task)
    if failed.error:
        yield CardLine("error", failed.error, "bold red")
    if failed.advice:
        yield CardLine("advice", failed.advice, "yellow")
    if failed.request_id:
        yield CardLine("for support", f"request ID {failed.request_id}")


def content(task: TaskFields, now: datetime) -> Iterator[CardLine]:
    """All else that is known of the task."""
    yield CardLine("task", one_line(task.id), "bold")
    yield from _times(task, now)
    owners = [(name, shown(task, f"{name}_id")) for name in _OWNERS]
    if known := [f"{name} {owner}" for name, owner in owners if owner]:
        yield CardLine("where", ", ".join(known))
    names = _RARE if task.state == "ERROR" else ("request_id", *_RARE)
    for name in names:
        if value := shown(task, name):
            yield CardLine("request ID" if name == "request_id" else name, value)
    label = "created"
    for kind, resource_id in created_words(task):
        yield CardLine(label, f"{kind}  {resource_id}", "green")
        label = ""
    if task.value("data") not in _NOTHING:
        yield CardLine("data", "\n".join(tree(task.value("data"))))
    for name, value in task.unknown_fields().items():
        if value not in _NOTHING:
            yield CardLine(one_line(name), "\n".join(tree(value)))


def _times(task: TaskFields, now: datetime) -> Iterator[CardLine]:
    took = took_words(task, now)
    is_final = task.state in FINAL_STATES
    if created := task.value("created_on"):
        running = "" if is_final or not took else f", {took}"
        yield CardLine("started", moment(created, now) + running)
    if finished := task.value("finished_on"):
        yield CardLine("finished", moment(finished, now) + (took and f", {took}"))
    elif updated := task.value("updated_on"):
        yield CardLine("updated", moment(updated, now))
    by = shown(task, "acknowledged_by")
    if acknowledged := task.value("acknowledged_at"):
        yield CardLine("acknowledged", moment(acknowledged, now) + (by and f", by user {by}"))
    elif by:
        yield CardLine("acknowledged", f"by user {by}")
