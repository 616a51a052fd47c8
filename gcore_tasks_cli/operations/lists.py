"""Reads lists of tasks, and does what concerns all tasks of a list."""

import math
from collections.abc import Iterator
from itertools import product

from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.polling.jobs import AcknowledgeAll
from gcore_tasks_cli.polling.pages import Page, Reading
from gcore_tasks_cli.tasks.query import TaskQuery


def read_pages(
    query: TaskQuery, invocation: Invocation, *, most: int | None = None
) -> Iterator[Page]:
    """The pages of the API's list, of which `most` tasks are wanted; the first is under way then.

    What the API cannot filter is still in them. A signal ends the process at once, since nothing
    is worth keeping.

    Raises:
        ApiError: for a permanent fault, or a transient one that lasts too long.
    """
    wanted = math.inf if most is None or query.filters_here else most
    return Reading(invocation.requests(), query.parameters(), most=wanted).pages()


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
