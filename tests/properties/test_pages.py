"""Pages that shift while they are read lose nothing and repeat nothing."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer
from gcore_tasks_cli.polling.jobs import Answer, ListPage
from gcore_tasks_cli.polling.pages import Reading
from gcore_tasks_cli.polling.requests import ONE_ANSWER, Requests
from tests.properties.shifting_list import ShiftingList, task

SMALL = {"page": 8, "first": 3, "overlap": 2}
USUAL: dict[str, int] = {}


def reading(
    port: ShiftingList, *, sizes: dict[str, int] = SMALL, most: float = math.inf
) -> Reading:
    requests = Requests(port, ONE_ANSWER, lambda low, _high: low)
    order = () if port.newest_first else (("order_by", "asc"),)
    return Reading(requests, order, most=most, **sizes)


def read(port: ShiftingList, *, sizes: dict[str, int] = SMALL, most: float = math.inf) -> list[str]:
    given_ids: list[str] = []
    for page in reading(port, sizes=sizes, most=most).pages():
        given_ids += [document.id for document in page.documents]
        if len(given_ids) >= most:
            return given_ids[: int(most)]
        assert len(port.asked) < 3000, "it never ends"
    return given_ids


@settings(max_examples=200, deadline=None)
@given(
    size=st.integers(0, 90),
    newest_first=st.booleans(),
    most_a_page=st.sampled_from([5, 8, 1000]),
    dice=st.randoms(use_true_random=False),
    pace=st.sampled_from([0.0, 0.2, 0.7]),
    burst=st.integers(1, 6),
)
def test_nothing_is_lost_and_nothing_comes_twice(
    size: int, newest_first: bool, most_a_page: int, dice: Random, pace: float, burst: int
) -> None:
    stays = {n for n in range(size) if dice.random() < 0.6}

    def change(port: ShiftingList) -> None:
        if dice.random() >= pace:
            return
        for _ in range(dice.randint(1, burst)):
            newest = max(port.numbers, default=0)
            port.numbers.append(newest + dice.randint(1, 3))
            leaving = [n for n in port.numbers if n not in stays]
            port.numbers.remove(dice.choice(leaving))

    port = ShiftingList(
        list(range(size)),
        change=change,
        pick=lambda count: dice.randrange(count),
        most_a_page=most_a_page,
        newest_first=newest_first,
    )
    try:
        ids = read(port)
    except NoAnswer as error:
        # Three of a page of five are new, and about as many change meanwhile.
        assert "changes faster than it can be read" in error.message
        assert (most_a_page, pace, burst >= 4) == (5, 0.7, True)
        return
    assert len(ids) == len(set(ids))
    assert {f"t{n}" for n in stays} <= set(ids)


def test_a_quiet_list_is_read_in_order_with_few_requests() -> None:
    port = ShiftingList(list(range(5000)))
    assert read(port, sizes=USUAL) == [f"t{n}" for n in reversed(range(5000))]
    assert len(port.asked) == 7


def test_what_leaves_pulls_the_others_up_and_none_is_missed() -> None:
    def finish(port: ShiftingList) -> None:
        # All that was read so far leaves the list: the offset is now far too large.
        if len(port.asked) == 2:
            port.numbers = [n for n in port.numbers if n < 60]

    port = ShiftingList(list(range(90)), change=finish)
    assert set(read(port)) >= {f"t{n}" for n in range(60)}


def test_no_more_is_asked_for_than_wanted() -> None:
    port = ShiftingList(list(range(5000)))
    assert len(read(port, sizes=USUAL, most=20)) == 20
    assert [(page.limit, page.offset) for page in port.asked] == [(20, 0)]
    port = ShiftingList(list(range(5000)))
    assert len(read(port, sizes=USUAL, most=2500)) == 2500
    assert sum(page.limit for page in port.asked) < 2800
    assert len(port.asked) == 4


def test_pages_of_large_tasks_are_smaller() -> None:
    class Large(ShiftingList):
        def _page(self, job: ListPage) -> Answer:
            page = super()._page(job)
            page.documents[:] = [task(int(d.id[1:]), " " * 20_000) for d in page.documents]
            return page

    port = Large(list(range(1000)))
    assert len(read(port, sizes=USUAL)) == 1000
    assert {page.limit for page in port.asked[1:]} == {128}


def transient(retry_after: float | None = None) -> ApiError:
    return NoAnswer("busy", transient=True, retry_after=retry_after)


def test_transient_faults_are_met_with_another_try() -> None:
    port = ShiftingList(list(range(30)), errors=[transient(), transient(2.0), None, transient()])
    assert len(read(port)) == 30
    assert port.clock >= 2.0


REFUSED = KeyRefused("no", status=403)


def test_a_permanent_fault_ends_it_after_what_came_before() -> None:
    port = ShiftingList(list(range(30)), errors=[None, *[REFUSED] * 100])
    given_ids: list[str] = []
    with pytest.raises(KeyRefused):
        for page in reading(port).pages():
            given_ids += [document.id for document in page.documents]
    assert given_ids == ["t29", "t28", "t27"]
    # It has worked: then it is believed at the third time, after 5 s.
    assert 5.0 <= port.clock <= 8.0
    port = ShiftingList(list(range(30)), errors=[REFUSED])
    with pytest.raises(KeyRefused):
        read(port)
    assert len(port.asked) == 1


def test_a_permanent_fault_that_passes_does_not_end_it() -> None:
    port = ShiftingList(list(range(30)), errors=[None, REFUSED, None, REFUSED])
    assert len(read(port)) == 30


@pytest.mark.parametrize("retry_after", [None, 1.0, 60.0])
def test_retrying_ends(retry_after: float | None) -> None:
    port = ShiftingList(list(range(30)), errors=[transient(retry_after)] * 100)
    with pytest.raises(NoAnswer, match="busy"):
        read(port)
    assert len(port.asked) <= 5
    assert port.clock <= 21
