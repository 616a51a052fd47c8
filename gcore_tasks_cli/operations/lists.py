"""Reads lists of tasks, and does what concerns all tasks of a list."""

import math
from collections.abc import Iterator
from itertools import product

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.polling.jobs import AcknowledgeAll, history_of
from gcore_tasks_cli.polling.pages import Page, Reading
from gcore_tasks_cli.tasks.expectations import KNOWN
from gcore_tasks_cli.tasks.query import TaskQuery
from gcore_tasks_cli.times import API_CLOCK, parse_epoch


def read_pages(
    query: TaskQuery, invocation: Invocation, *, most: int | None = None
) -> Iterator[Page]:
    """The pages of the API's list, of which `most` tasks are wanted; the first is under way then.

    What the API cannot filter is still in them. A signal ends the process at once, since nothing
    is worth keeping.

    Raises:
        ApiError: for a permanent fault, or a transient one that lasts too long.
    """
    if query.overdue:
        return _overdue_pages(query, invocation)
    wanted = math.inf if most is None or query.filters_here else most
    return Reading(invocation.requests(), query.parameters(), most=wanted).pages()


def _overdue_pages(query: TaskQuery, invocation: Invocation) -> Iterator[Page]:
    """The pages, with only those tasks that take longer than usual for their type.

    One request for each type asks how long its last tasks took; without an answer, what is
    documented counts.
    """
    requests, env, host = invocation.requests(), invocation.env, invocation.settings.host
    KNOWN.recall(env, host)
    asked: set[str] = set()
    for page in Reading(requests, query.parameters()).pages():
        kinds = {task.task_type or "" for task in filter(query.keeps, page.documents)} - asked
        asked |= kinds
        for _, answer in requests.in_order([history_of(kind) for kind in sorted(kinds - {""})]):
            if not isinstance(answer, ApiError):
                KNOWN.learn(answer.documents)
        KNOWN.keep(env, host)
        now = API_CLOCK.now().timestamp()
        overdue = [
            task
            for task in page.documents
            if KNOWN.overdue(task.task_type, now - (parse_epoch(task.created_on) or now))
        ]
        yield page._replace(documents=overdue)


def acknowledge_all(query: TaskQuery, invocation: Invocation) -> None:
    """Acknowledges all tasks of the query's projects and regions.

    The API takes one of each at a time. Transient faults are retried, though it is a POST: see
    `AcknowledgeAll` for why that is safe.

    Raises:
        ApiError: for a permanent fault, or a transient one that lasts too long.
    """
    requests = invocation.requests()
    for project, region in product(query.projects or (None,), query.regions or (None,)):
        chosen = (("project_id", project), ("region_id", region))
        job = AcknowledgeAll(tuple((name, str(n)) for name, n in chosen if n is not None))
        requests.submit(job)
        requests.answer(job)
