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


def test_pages_overlap_and_are_asked_for_three_ahead() -> None:
    port = ShiftingList(list(range(40)))
    pages = reader(port).pages()
    first = next(pages)
    assert ([d.id for d in first.documents], first.total, first.reached) == (
        ["t39", "t38", "t37"],
        40,
        3,
    )
    assert not first.is_last
    # A small `--limit` may stop here.
    assert asked(port) == [(3, 0)]
    second = next(pages)
    assert ([d.id for d in second.documents], second.reached) == (
        [f"t{n}" for n in range(36, 30, -1)],
        9,
    )
    assert asked(port) == [(3, 0), (8, 1), (8, 7), (8, 13), (8, 19)]
    *_, last = pages
    assert asked(port)[5:] == [(8, 25), (8, 31), (8, 37)]
    assert (last.is_last, last.reached, [d.id for d in last.documents]) == (True, 40, ["t0"])


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


@pytest.mark.parametrize(
    ("most", "requests"),
    [
        (1, [(1, 0)]),
        (6, [(6, 0)]),
        (7, [(3, 0), (6, 1)]),
        (9, [(3, 0), (8, 1)]),
        (10, [(3, 0), (8, 1), (4, 7)]),
        (20, [(3, 0), (8, 1), (8, 7), (7, 13)]),
        (900, [(3, 0), (8, 1), (8, 7), (8, 13), (8, 19), (8, 25), (8, 31), (8, 37)]),
    ],
)
def test_no_more_is_asked_for_than_is_wanted(most: int, requests: list[tuple[int, int]]) -> None:
    port = ShiftingList(list(range(40)))
    given = 0
    for page in reader(port, most=most).pages():
        given += len(page.documents)
        if given >= most:
            break
    # One small page more may be on its way.
    assert asked(port)[: len(requests)] == requests
    assert len(asked(port)) <= len(requests) + 1


@pytest.mark.parametrize(("size", "pages"), [(0, 1), (3, 1), (4, 2), (9, 2), (10, 3)])
def test_the_last_page_is_the_one_that_reaches_the_end(size: int, pages: int) -> None:
    port = ShiftingList(list(range(size)))
    read = list(reader(port).pages())
    assert len(read) == pages
    assert [page.is_last for page in read] == [False] * (pages - 1) + [True]
    # A page that holds nothing but the overlap is not asked for.
    assert len(port.asked) == pages


def test_a_page_that_is_shorter_than_asked_for_is_gone_on_from() -> None:
    port = ShiftingList(list(range(20)), most_a_page=5)
    assert sum(len(page.documents) for page in reader(port).pages()) == 20
    # Those that were planned are forgotten.
    assert asked(port)[:7] == [(3, 0), (8, 1), (8, 7), (8, 13), (8, 4), (8, 10), (8, 16)]


def test_a_first_page_that_is_shorter_than_the_overlap_is_gone_on_from() -> None:
    def grow(port: ShiftingList) -> None:
        port.most_a_page = 2 if len(port.asked) == 1 else 1000

    port = ShiftingList(list(range(20)), change=grow)
    assert sum(len(page.documents) for page in reader(port).pages()) == 20
    assert asked(port)[:3] == [(3, 0), (8, 1), (8, 8)]


def test_pages_that_are_no_longer_wanted_are_not_retried() -> None:
    def shorten(port: ShiftingList) -> None:
        port.most_a_page = 6 if port.under_way and len(port.errors) == 2 else 1000

    busy = NoAnswer("busy", transient=True)
    port = ShiftingList(list(range(199)), change=shorten, errors=[None, None, busy, busy])
    assert sum(len(page.documents) for page in reader(port).pages()) == 199
    assert port.clock > 2.0
    # The second page was short, and so the two after it, which fail, are replaced.
    assert asked(port)[:5] == [(3, 0), (8, 1), (8, 7), (8, 13), (8, 5)]
    assert (asked(port).count((8, 7)), asked(port).count((8, 13))) == (1, 1)


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
    back = [(limit, offset) for limit, offset in asked(port)[5:] if limit == 8][:3]
    # By half a page each time.
    assert back == [(8, 3), (8, 0), (8, 6)]


@pytest.mark.parametrize("newest_first", [True, False])
def test_nothing_is_given_twice_where_most_of_what_was_read_has_left(
    newest_first: bool,
) -> None:
    # The first four that were read stay, and what was not read yet.
    staying = {*range(40), *range(96, 100)} if newest_first else {*range(4), *range(60, 100)}

    def leave(port: ShiftingList) -> None:
        if len(port.asked) > 10:
            port.numbers = [n for n in port.numbers if n in staying]

    port = ShiftingList(list(range(100)), change=leave, newest_first=newest_first)
    ids = [d.id for page in reader(port).pages() for d in page.documents]
    assert len(ids) == len(set(ids))
    assert {f"t{n}" for n in staying} <= set(ids)


def test_what_leaves_right_after_the_first_page_takes_nothing_along() -> None:
    def leave(port: ShiftingList) -> None:
        if len(port.asked) > 1:
            port.numbers = [n for n in port.numbers if n < 37]

    port = ShiftingList(list(range(40)), change=leave)
    ids = [d.id for page in reader(port).pages() for d in page.documents]
    assert ids == [f"t{n}" for n in reversed(range(40))]


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


def test_a_list_that_changes_faster_than_it_can_be_read_is_given_up() -> None:
    class Turning(ShiftingList):
        """Shows the same three on each page, each time in the other order."""

        def _page(self, job: ListPage) -> Answer:
            self.numbers.reverse()
            return Answer([task(n) for n in self.numbers], 9999, None)

    pages: list[Page] = []
    with pytest.raises(NoAnswer) as caught:
        pages.extend(reader(Turning([9, 8, 7])).pages())
    assert caught.value.message == "the list of tasks changes faster than it can be read"
    # After the first page, three that bring nothing new.
    assert [len(page.documents) for page in pages] == [3, *[0] * 3]


def test_a_long_list_is_read_to_its_end() -> None:
    port = ShiftingList(list(range(900)))
    assert sum(len(page.documents) for page in reader(port).pages()) == 900
    assert len(port.asked) > 102


def test_who_waits_for_a_page_is_told_how_it_stands() -> None:
    port = ShiftingList(list(range(9)), errors=[NoAnswer("busy", transient=True)] * 9)
    seen: list[bool] = []
    pages = reader(port, observer=lambda _at, outage: seen.append(outage is not None))
    with pytest.raises(NoAnswer) as caught:
        list(pages.pages())
    assert caught.value.message == "busy; tried for 12 s"
    assert len(port.asked) == 5
    assert (seen[0], seen[-1]) == (False, True)


def test_the_usual_sizes() -> None:
    port = ShiftingList(list(range(3000)))
    list(reader(port, sizes=None).pages())
    assert port.asked[-1].parameters != ()
    assert asked(port) == [(100, 0), (1000, 68), (1000, 1036), (1000, 2004)]


@pytest.mark.parametrize(
    ("characters", "tasks"),
    [
        ([0], 1000),
        ([10], 1000),
        ([2000], 500),
        ([2000, 2001], 500),
        ([3000], 333),
        ([125_000], 128),
    ],
)
def test_a_page_holds_about_a_million_characters(characters: list[int], tasks: int) -> None:
    texts = ["x" * count for count in characters]
    port = Listed(
        [Document({"id": f"t{n}", "state": "NEW"}, texts[n % len(texts)]) for n in range(2000)]
    )
    list(reader(port, sizes=None).pages())
    assert {request.limit for request in port.asked[1:]} == {tasks}


@pytest.mark.parametrize("most_a_page", [2, 7, 31])
def test_a_server_that_gives_short_pages_is_read_to_the_end(most_a_page: int) -> None:
    port = ShiftingList(list(range(60)), most_a_page=most_a_page)
    pages = reader(port, sizes=None).pages()
    assert sum(len(page.documents) for page in pages) == 60
