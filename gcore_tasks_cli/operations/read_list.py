"""What every command that lists tasks needs: the reading of pages wired to the network."""

import random
from collections.abc import Iterator
from functools import partial
from itertools import product

from gcore_tasks_cli.api.session import Session, tls_context
from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.api.worker_threads import Fetcher
from gcore_tasks_cli.interrupts import told_to
from gcore_tasks_cli.polling.page_reader import PAGES_AHEAD, Page, PageReader
from gcore_tasks_cli.polling.port import PageAnswer
from gcore_tasks_cli.polling.retry import Observer, Patience, Tries
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.tasks.query import TaskQuery


def read_pages(
    query: TaskQuery,
    settings: Settings,
    *,
    most: int | None = None,
    patience: Patience | None = None,
    observer: Observer | None = None,
    tells_interrupts: bool = False,
) -> Iterator[Page]:
    """The pages of the API's list, of which `most` tasks are wanted.

    What the API cannot filter is still in them. A signal ends the process at once, since nothing
    is worth keeping; with `tells_interrupts` it is told as an error.

    Raises:
        ApiError: for a fault that does not pass in time.
        Interrupted: with `tells_interrupts`.
    """
    tls = tls_context(settings)
    new_session = partial(Session, settings, tls)
    fetcher = Fetcher(new_session, settings.host, Session.list_tasks, workers=PAGES_AHEAD)
    reader = PageReader(
        fetcher,
        query.parameters(),
        uniform=random.uniform,
        newest_first=query.newest_first,
        most=None if query.filters_here else most,
        patience=patience,
        observer=observer,
    )
    return _telling_interrupts(fetcher, reader) if tells_interrupts else reader.pages()


def _telling_interrupts(
    fetcher: Fetcher[PageRequest, PageAnswer], reader: PageReader
) -> Iterator[Page]:
    with told_to(fetcher.interrupt):
        yield from reader.pages()


def acknowledge_all(query: TaskQuery, settings: Settings) -> None:
    """Acknowledges all tasks of the query's projects and regions.

    The API takes one of each at a time. Passing faults are met with another try, though it is a
    POST: see `Session.acknowledge_all` for why that is safe.

    Raises:
        ApiError: for a fault that does not pass in time.
    """
    tls = tls_context(settings)
    fetcher = Fetcher(
        partial(Session, settings, tls), settings.host, Session.acknowledge_all, workers=1
    )
    tries = Tries(fetcher, random.uniform)
    for project, region in product(query.projects or (None,), query.regions or (None,)):
        chosen = (("project_id", project), ("region_id", region))
        job = tuple((name, str(number)) for name, number in chosen if number is not None)
        tries.ask(job)
        tries.answer(job)
