"""Reading a list page by page: what is asked for, and what of a page is new."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from gcore_tasks_cli.errors import NoAnswer
from gcore_tasks_cli.polling.answers import Observer
from gcore_tasks_cli.polling.page_reader import Page, PageReader, Sizes, _fitting, _Window
from gcore_tasks_cli.polling.port import PageAnswer
from gcore_tasks_cli.polling.retry import ONE_ANSWER, RetryPolicy
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest
from tests.properties.shifting_list import EPOCH, ShiftingList, task
from tests.unit.documents import document

SMALL = Sizes(page=8, first=3, overlap=2)
PINNED = (("to_timestamp", "2026-05-28T20:27:20Z"),)  # a second after task 39


def reader(
    port: ShiftingList,
    *,
    most: int | None = None,
    sizes: Sizes = SMALL,
    policy: RetryPolicy = ONE_ANSWER,
    observer: Observer | None = None,
) -> PageReader:
    return PageReader(
        port,
        (),
        uniform=lambda _low, high: high,
        newest_first=port.newest_first,
        most=most,
        sizes=sizes,
        policy=policy,
        observer=observer,
    )


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
    assert {request.parameters for request in port.asked} == {()}


class Listed(ShiftingList):
    """A list of these documents, read at 5 s since 1970."""

    def __init__(self, documents: Sequence[Document]) -> None:
        super().__init__([])
        self.documents = documents

    def _page(self, job: PageRequest) -> PageAnswer:
        page = self.documents[job.offset : job.offset + job.limit]
        return PageAnswer(list(page), len(self.documents), 5.0)


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
    assert {page.server_time for page in pages} == {5.0}
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


def test_who_wants_more_than_was_said_gets_more() -> None:
    port = ShiftingList(list(range(40)))
    assert sum(len(page.documents) for page in reader(port, most=6).pages()) == 40


@pytest.mark.parametrize(("size", "pages"), [(0, 1), (3, 1), (4, 2), (9, 2), (10, 3)])
def test_the_last_page_is_the_one_that_reaches_the_end(size: int, pages: int) -> None:
    read = list(reader(ShiftingList(list(range(size)))).pages())
    assert len(read) == pages
    assert [page.is_last for page in read] == [False] * (pages - 1) + [True]


def test_a_page_that_is_shorter_than_asked_for_is_gone_on_from() -> None:
    port = ShiftingList(list(range(20)), most_a_page=5)
    assert sum(len(page.documents) for page in reader(port).pages()) == 20
    # Those that were planned are forgotten.
    assert asked(port)[:7] == [(3, 0), (8, 1), (8, 7), (8, 13), (8, 4), (8, 10), (8, 16)]


def test_a_list_that_has_nothing_of_what_it_counts_is_over() -> None:
    class Empty(ShiftingList):
        def _page(self, job: PageRequest) -> PageAnswer:
            return PageAnswer([], 99, None)

    (page,) = reader(Empty([])).pages()
    assert page == Page([], 99, 0, None)


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
    # By 4, then by 8 more, as far as the beginning of the list.
    assert back == [(8, 3), (8, 0), (8, 6)]


def test_what_leaves_right_after_the_first_page_takes_nothing_along() -> None:
    def leave(port: ShiftingList) -> None:
        if len(port.asked) > 1:
            port.numbers = [n for n in port.numbers if n < 37]

    port = ShiftingList(list(range(40)), change=leave)
    ids = [d.id for page in reader(port).pages() for d in page.documents]
    assert ids == [f"t{n}" for n in reversed(range(40))]


def test_a_list_that_brings_nothing_new_is_given_up() -> None:
    class Stuck(ShiftingList):
        def _page(self, job: PageRequest) -> PageAnswer:
            return PageAnswer(super()._page(job).documents, 99, None)

    pages: list[Page] = []
    with pytest.raises(NoAnswer) as caught:
        pages.extend(reader(Stuck(list(range(3)))).pages())
    assert caught.value.message == (
        "the list of tasks contradicts itself: its pages are all the same; gave up after 20 s"
    )
    assert sum(len(page.documents) for page in pages) == 3


def test_steps_back_double_up_to_the_beginning() -> None:
    class Forgetful(ShiftingList):
        """At one time, nothing of what was given is found again but at the beginning."""

        is_lost = False

        def _page(self, job: PageRequest) -> PageAnswer:
            page = super()._page(job)
            self.is_lost |= job.offset == 49
            if self.is_lost and job.offset > 0:
                page.documents[:] = [document(f"x{d.id}") for d in page.documents]
            return page

    port = Forgetful(list(range(100)))
    with pytest.raises(NoAnswer):
        list(reader(port).pages())
    offsets = [request.offset for request in port.asked]
    back = offsets.index(45)
    assert offsets[back : back + 4] == [45, 37, 21, 0]


def test_the_policy_and_the_observer_are_those_that_were_given() -> None:
    busy = NoAnswer("busy", transient=True)
    port = ShiftingList(list(range(9)), errors=[busy, busy, busy])
    seen: list[float] = []
    pages = reader(
        port, policy=RetryPolicy(most_tries=2), observer=lambda at, _outage: seen.append(at)
    )
    with pytest.raises(NoAnswer):
        list(pages.pages())
    assert len(port.asked) == 2
    assert seen


def test_the_usual_sizes() -> None:
    port = ShiftingList(list(range(3000)))
    list(PageReader(port, (), uniform=lambda low, _high: low).pages())
    assert port.asked[-1].parameters != ()
    assert asked(port) == [(100, 0), (1000, 68), (1000, 1036), (1000, 2004)]


@pytest.mark.parametrize(
    ("characters", "tasks"), [(10, 1000), (2000, 500), (3000, 333), (125_000, 128)]
)
def test_a_page_holds_about_a_million_characters(characters: int, tasks: int) -> None:
    documents = [Document("a", "NEW", "x" * characters, {})] * 3
    assert _fitting(documents, Sizes()) == tasks


def test_a_page_of_nothing_tells_nothing_of_its_size() -> None:
    assert _fitting([], Sizes()) == 1000
    assert _fitting([Document("a", "NEW", "", {})], Sizes()) == 1000


def test_the_time_of_a_page_is_that_of_the_api_or_of_this_machine() -> None:
    assert Page([], 0, 0, EPOCH).now() == datetime.fromtimestamp(EPOCH, UTC)
    assert abs(Page([], 0, 0, None).now() - datetime.now(UTC)).total_seconds() < 60


# What of a page is new


def window(size: int, *, newest_first: bool = True) -> _Window:
    return _Window(size, newest_first)


def ids(documents: Sequence[Document]) -> list[str]:
    return [document.id for document in documents]


def tasks(*numbers: int) -> list[Document]:
    return [task(number) for number in numbers]


@pytest.mark.parametrize("sign", [1, -1])
def test_what_was_given_is_not_new(sign: int) -> None:
    # `sign` turns the order: newest first, or oldest first.
    seen = window(4, newest_first=sign > 0)

    def taken(*numbers: int) -> list[int]:
        return [int(i[1:]) - 100 for i in ids(seen.take(tasks(*(100 + sign * n for n in numbers))))]

    def turned(*numbers: int) -> list[int]:
        return [sign * n for n in numbers]

    assert taken(10, 9, 8, 7) == turned(10, 9, 8, 7)
    # All is remembered so far: what stands before it is new.
    assert taken(11, 10, 9) == turned(11)
    assert taken(7, 6, 5) == turned(6, 5)
    # 10 and 9 are forgotten, but stand before what is remembered.
    assert taken(10, 9, 7, 6) == []
    assert taken(10, 9) == []
    assert taken(5, 4) == turned(4)
    assert taken(3, 2) == turned(3, 2)
    # After one that is known, nothing can have been given.
    assert taken(2, 90) == turned(90)


def test_what_was_given_is_met_again() -> None:
    seen = window(2)
    seen.take(tasks(10, 9, 8))
    assert seen.meets(tasks(20, 8))
    assert not seen.meets(tasks(10, 7))
    assert not seen.meets([])


def test_a_window_that_is_just_full_has_forgotten_nothing() -> None:
    seen = window(3)
    seen.take(tasks(10, 9, 8))
    assert ids(seen.take(tasks(11, 10))) == ["t11"]


def test_where_a_time_is_not_known_a_task_is_rather_given_twice() -> None:
    seen = window(2)
    seen.take(tasks(10, 9, 8))
    odd = Document("odd", "NEW", json.dumps({}), {})
    assert ids(seen.take([odd, *tasks(8)])) == ["odd"]
    seen = window(2)
    seen.take([*tasks(10), odd, *tasks(8)])
    assert ids(seen.take([*tasks(10), odd])) == ["t10"]
