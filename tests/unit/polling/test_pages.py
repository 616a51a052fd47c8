"""Reading a list page by page: what is asked for, and what of a page is new."""

import math
from collections.abc import Callable, Sequence

import pytest

from gcore_tasks_cli.errors import NoAnswer
from gcore_tasks_cli.polling.jobs import Answer, ListPage
from gcore_tasks_cli.polling.pages import Page, Reading, Sizes
from gcore_tasks_cli.polling.requests import ONE_ANSWER, Observer, Requests
from gcore_tasks_cli.tasks.document import Document
from tests.properties.shifting_list import ShiftingList, task
from tests.unit.documents import document

SMALL = Sizes(page=8, first=3, overlap=2)
PINNED = (("to_timestamp", "2026-05-28T20:27:20Z"),)  # a second after task 39


OLDEST_FIRST = (("order_by", "asc"),)


def reader(
    port: ShiftingList,
    *,
    most: float = math.inf,
    sizes: Sizes | None = SMALL,
    observer: Observer | None = None,
) -> Reading:
    requests = Requests(port, ONE_ANSWER, lambda _low, high: high, observer=observer)
    return Reading(requests, () if port.newest_first else OLDEST_FIRST, most=most, sizes=sizes)


def asked(port: ShiftingList) -> list[tuple[int, int]]:
    return [(request.limit, request.offset) for request in port.asked]


def test_after_the_first_page_new_tasks_are_kept_out() -> None:
    port = ShiftingList(list(range(40)))
    list(reader(port).pages())
    assert [request.parameters for request in port.asked] == [(), *[PINNED] * 7]
    # A list that grows at its end needs no pin.
    port = ShiftingList(list(range(40)), newest_first=False)
    list(reader(port).pages())
    assert {request.parameters for request in port.asked} == {OLDEST_FIRST}


class Listed(ShiftingList):
    """A list of these documents, read at 5 s since 1970."""

    def __init__(self, documents: Sequence[Document]) -> None:
        super().__init__([])
        self.documents = documents

    def _page(self, job: ListPage) -> Answer:
        page = self.documents[job.offset : job.offset + job.limit]
        return Answer(list(page), len(self.documents), 5.0)


@pytest.mark.parametrize(
    ("created", "pin"),
    [
        (["soon", "2026-05-23T05:07:31"], "2026-05-23T05:07:32Z"),
        (["9999-12-30T23:59:58"], "9999-12-30T23:59:59Z"),
        (["9999-12-31T23:59:59"], None),
        ([], None),
    ],
)
def test_the_pin_is_a_second_after_the_newest_time_that_can_be_read(
    created: list[str], pin: str | None
) -> None:
    port = Listed([document(f"t{n}", created_on=dict(enumerate(created)).get(n)) for n in range(9)])
    pages = list(reader(port).pages())
    assert sum(len(page.documents) for page in pages) == 9
    assert dict(port.asked[-1].parameters).get("to_timestamp") == pin


@pytest.mark.parametrize(("size", "pages"), [(0, 1), (3, 1), (4, 2), (9, 2), (10, 3)])
def test_the_last_page_is_the_one_that_reaches_the_end(size: int, pages: int) -> None:
    port = ShiftingList(list(range(size)))
    read = list(reader(port).pages())
    assert len(read) == pages
    assert [page.is_last for page in read] == [False] * (pages - 1) + [True]
    # A page that holds nothing but the overlap is not asked for.
    assert len(port.asked) == pages


def test_a_list_that_has_nothing_of_what_it_counts_is_over() -> None:
    class Empty(ShiftingList):
        def _page(self, job: ListPage) -> Answer:
            return Answer([], 99, None)

    (page,) = reader(Empty([])).pages()
    assert page == Page([], 99, 0)


def test_reading_goes_back_until_it_meets_what_it_knows() -> None:
    def leave(port: ShiftingList) -> None:
        # The newest 25 of 60 leave after two pages.
        if len(port.asked) == 5:
            port.numbers = [n for n in port.numbers if n < 35]

    port = ShiftingList(list(range(60)), change=leave)
    ids = [d.id for page in reader(port).pages() for d in page.documents]
    assert {f"t{n}" for n in range(35)} <= set(ids)
    assert len(ids) == len(set(ids))


class Stuck(ShiftingList):
    """Counts more tasks than it shows: the same three on each page, until it `is_good`."""

    def __init__(self, size: int, is_good: Callable[[int], bool] = lambda _n: False) -> None:
        super().__init__(list(range(size)))
        self.is_good = is_good

    def _page(self, job: ListPage) -> Answer:
        if self.is_good(len(self.asked)):
            return super()._page(job)
        newest = range(len(self.numbers) - 1, len(self.numbers) - 4, -1)
        return Answer([task(n) for n in newest], len(self.numbers), None)


def test_a_list_that_brings_nothing_new_is_given_up() -> None:
    pages: list[Page] = []
    port = Stuck(9999)
    with pytest.raises(NoAnswer) as caught:
        pages.extend(reader(port).pages())
    assert caught.value.message == "the list of tasks changes faster than it can be read"
    assert sum(len(page.documents) for page in pages) == 3
    # Up to three pages at a time, three times.
    assert len(port.asked) <= 16


def test_a_list_that_stops_contradicting_itself_is_read_on() -> None:
    port = Stuck(99, lambda asked: asked > 5)
    assert sum(len(page.documents) for page in reader(port).pages()) == 99


def test_the_usual_sizes() -> None:
    port = ShiftingList(list(range(3000)))
    list(reader(port, sizes=None).pages())
    assert port.asked[-1].parameters != ()
    assert asked(port) == [(100, 0), (1000, 68), (1000, 1036), (1000, 2004)]


@pytest.mark.parametrize("most_a_page", [2, 7, 31])
def test_a_server_that_gives_short_pages_is_read_to_the_end(most_a_page: int) -> None:
    port = ShiftingList(list(range(60)), most_a_page=most_a_page)
    pages = reader(port, sizes=None).pages()
    assert sum(len(page.documents) for page in pages) == 60
