"""Reads lists of tasks, and does what concerns all tasks of a list."""

import random
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import product
from typing import TYPE_CHECKING

from gcore_tasks_cli.interrupts import interrupting
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.connection import connect
from gcore_tasks_cli.operations.waiting_line import waiting_line
from gcore_tasks_cli.polling.answers import Answers, Observer
from gcore_tasks_cli.polling.page_reader import PAGES_AHEAD, Page, PageReader
from gcore_tasks_cli.polling.port import PageAnswer
from gcore_tasks_cli.polling.retry import ONE_ANSWER, RetryPolicy
from gcore_tasks_cli.tasks.page_request import PageRequest, Parameters
from gcore_tasks_cli.tasks.query import TaskQuery

if TYPE_CHECKING:
    from gcore_tasks_cli.api.worker_threads import Fetcher


def read_pages(
    query: TaskQuery,
    invocation: Invocation,
    *,
    most: int | None = None,
    policy: RetryPolicy = ONE_ANSWER,
    observer: Observer | None = None,
    reports_interrupts: bool = False,
) -> Iterator[Page]:
    """The pages of the API's list, of which `most` tasks are wanted; the first is under way then.

    What the API cannot filter is still in them. A signal ends the process at once, since nothing
    is worth keeping; with `reports_interrupts` it is raised as an error.

    Raises:
        ApiError: for a permanent fault, or a transient one that lasts too long.
        Interrupted: with `reports_interrupts`.
    """
    port: Fetcher[PageRequest, PageAnswer] = connect(
        invocation, lambda session, page: session.list_tasks(page), workers=PAGES_AHEAD
    )
    reader = PageReader(
        port,
        query.parameters(),
        uniform=random.uniform,
        newest_first=query.newest_first,
        most=None if query.filters_here else most,
        policy=policy,
        observer=waiting_line(invocation, observer),
    )

    def pages() -> Iterator[Page]:
        with interrupting(port.interrupt) if reports_interrupts else nullcontext():
            try:
                yield from reader.pages()
            finally:
                invocation.streams.erase()

    return pages()


def acknowledge_all(query: TaskQuery, invocation: Invocation) -> None:
    """Acknowledges all tasks of the query's projects and regions.

    The API takes one of each at a time. Transient faults are retried, though it is a POST: see
    `Session.acknowledge_all` for why that is safe.

    Raises:
        ApiError: for a permanent fault, or a transient one that lasts too long.
    """
    port: Fetcher[Parameters, None] = connect(
        invocation, lambda session, chosen: session.acknowledge_all(chosen), workers=1
    )
    answers = Answers(port, random.uniform, observer=waiting_line(invocation))
    for project, region in product(query.projects or (None,), query.regions or (None,)):
        chosen = (("project_id", project), ("region_id", region))
        job = tuple((name, str(number)) for name, number in chosen if number is not None)
        answers.ask(job)
        try:
            answers.answer(job)
        finally:
            invocation.streams.erase()
