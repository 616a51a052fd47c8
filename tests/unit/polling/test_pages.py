"""Reading a list page by page: what is asked for, and what of a page is new."""

import math
from collections.abc import Callable

import pytest

from gcore_tasks_cli.errors import NoAnswer
from gcore_tasks_cli.polling.jobs import Answer, ListPage
from gcore_tasks_cli.polling.pages import Page, Reading
from gcore_tasks_cli.polling.requests import ONE_ANSWER, Requests
from tests.properties.shifting_list import ShiftingList, task

SMALL = {"page": 8, "first": 3, "overlap": 2}
OLDEST_FIRST = (("order_by", "asc"),)


def reader(
    port: ShiftingList,
    *,
    most: float = math.inf,
    sizes: dict[str, int] = SMALL,
) -> Reading:
    requests = Requests(port, ONE_ANSWER, lambda _low, high: high)
    return Reading(requests, () if port.newest_first else OLDEST_FIRST, most=most, **sizes)


@pytest.mark.parametrize("newest_first", [True, False])
def test_tasks_that_are_created_meanwhile_hide_no_other_and_repeat_none(newest_first: bool) -> None:
    def grow(port: ShiftingList) -> None:
        port.numbers += range(len(port.numbers), len(port.numbers) + 3)

    port = ShiftingList(list(range(40)), change=grow, newest_first=newest_first)
    ids = [document.id for page in reader(port).pages() for document in page.documents]
    assert {f"t{n}" for n in range(40)} <= set(ids)
    assert len(ids) == len(set(ids))


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


@pytest.mark.parametrize("most_a_page", [2, 7, 31])
def test_a_server_that_gives_short_pages_is_read_to_the_end(most_a_page: int) -> None:
    port = ShiftingList(list(range(60)), most_a_page=most_a_page)
    pages = reader(port, sizes={}).pages()
    assert sum(len(page.documents) for page in pages) == 60
