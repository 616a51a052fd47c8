"""What every command that lists tasks needs: the reading of pages wired to the network."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

from gcore_tasks_cli.api import Session, tls_context
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.fetcher import Fetcher
from gcore_tasks_cli.polling.pages import PAGES_AHEAD, Page, PageReader
from gcore_tasks_cli.polling.tries import Patience, Tries
from gcore_tasks_cli.queries import TaskQuery
from gcore_tasks_cli.settings import Settings


def read_pages(
    query: TaskQuery,
    settings: Settings,
    *,
    most: int | None = None,
    patience: Patience | None = None,
    on_trouble: Callable[[ApiError], None] | None = None,
) -> Iterator[Page]:
    """The pages of the API's list, of which `most` tasks are wanted.

    What the API cannot filter is still in them. Signals need no care here: nothing is worth
    keeping, and they end the process at once.

    Raises:
        ApiError: for a fault that does not pass in time.
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
        on_trouble=on_trouble,
    )
    return reader.pages()


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
