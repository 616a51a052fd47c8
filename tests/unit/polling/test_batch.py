"""Rounds of lists, request by request: what is read, what is concluded, when it is given up."""

from datetime import datetime, timedelta

import pytest

from gcore_tasks_cli.polling.batch import Batch, Round
from gcore_tasks_cli.polling.port import PageAnswer, TaskAnswer
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest
from tests.unit.documents import CREATED, document

ACTIVE = (("state", "NEW"), ("state", "RUNNING"))
ENDED = (("state", "FINISHED"), ("state", "ERROR"))
WINDOW = (("from_timestamp", "2026-05-23T05:07:29Z"), ("to_timestamp", "2026-05-23T05:07:42Z"))


def task(number: int, state: str = "RUNNING") -> Document:
    """Task `t0` was created at `CREATED`, `t9` nine seconds later."""
    created = CREATED + timedelta(seconds=number)
    return document(f"t{number}", state, created_on=created.isoformat())


KNOWN: dict[str, Document | None] = {f"t{n}": task(n) for n in range(10)}


def page(*documents: Document, total: int | None = None) -> PageAnswer:
    return PageAnswer(list(documents), len(documents) if total is None else total, 5.0)


def begun(wanted: dict[str, Document | None] | None = None) -> tuple[Batch, PageRequest]:
    batch = Batch()
    (request,) = batch.begin(dict(KNOWN if wanted is None else wanted))
    return batch, request


def test_a_round_reads_the_active_tasks_created_since_the_oldest() -> None:
    batch, request = begun()
    assert not Batch().is_reading
    assert request == PageRequest((*ACTIVE, *WINDOW), 1000, 0)
    assert batch.is_reading
    assert batch.owns(request)
    assert not batch.owns(PageRequest((), 1000, 0))
    assert batch.result() is None


def test_tasks_of_which_nothing_was_seen_are_looked_for_at_all_times() -> None:
    _, request = begun({**KNOWN, "t10": None})
    assert request == PageRequest(ACTIVE, 1000, 0)
    _, request = begun({})
    assert request == PageRequest(ACTIVE, 1000, 0)


@pytest.mark.parametrize(
    ("created", "is_narrowed"),
    [
        ("0001-12-31T00:00:00", False),
        ("0002-01-01T00:00:00", True),
        ("9998-12-31T00:00:00", True),
        ("9999-01-01T00:00:00", False),
        ("2026-05-23T05:07:31", True),
        ("soon", False),
    ],
)
def test_no_window_is_computed_at_the_ends_of_the_calendar(created: str, is_narrowed: bool) -> None:
    _, request = begun({"a": document("a", created_on=created)})
    assert (request.parameters != ACTIVE) is is_narrowed


def test_what_the_list_shows_is_under_way() -> None:
    batch, request = begun()
    shown = [task(n) for n in range(10)]
    assert batch.take(request, page(*shown, document("FOREIGN"))) == []
    assert not batch.is_reading
    assert not batch.owns(request)
    assert batch.result() == Round({d.id: TaskAnswer(d, 5.0) for d in shown}, [])


def test_ids_are_compared_in_lower_case() -> None:
    batch, request = begun()
    batch.take(request, page(*(document(f"T{n}") for n in range(10))))
    result = batch.result()
    assert result is not None
    assert sorted(result.answers) == sorted(KNOWN)


def test_a_few_that_vanished_are_asked_for_one_by_one() -> None:
    batch, request = begun()
    assert batch.take(request, page(*(task(n) for n in range(5)))) == []
    result = batch.result()
    assert result is not None
    assert result.to_ask == ["t5", "t6", "t7", "t8", "t9"]
    assert list(result.answers) == ["t0", "t1", "t2", "t3", "t4"]


def test_many_that_vanished_are_looked_for_in_the_list_of_ended_tasks() -> None:
    batch, request = begun()
    (second,) = batch.take(request, page(*(task(n) for n in range(4))))
    vanished = (
        ("from_timestamp", "2026-05-23T05:07:33Z"),
        ("to_timestamp", "2026-05-23T05:07:42Z"),
    )
    assert second == PageRequest((*ENDED, *vanished), 1000, 0)
    assert batch.is_reading
    assert batch.owns(second)
    assert batch.result() is None
    ended = [task(n, "FINISHED") for n in range(4, 9)]
    # Ended since the first list was read: that it is under way was seen before, and stays so.
    late = task(3, "ERROR")
    assert batch.take(second, page(*ended, late, document("foreign", "ERROR"))) == []
    assert not batch.owns(second)
    result = batch.result()
    assert result is not None
    assert result.to_ask == ["t9"]
    assert {i: a.document.state for i, a in result.answers.items()} == {
        **{f"t{n}": "RUNNING" for n in range(4)},
        **{f"t{n}": "FINISHED" for n in range(4, 9)},
    }
    assert not batch.is_reading


def test_one_that_ended_while_the_list_was_read_has_vanished_too() -> None:
    batch, request = begun()
    states = ["FINISHED"] * 6 + ["RUNNING"] * 4
    (second,) = batch.take(request, page(*(task(n, state) for n, state in enumerate(states))))
    assert dict(second.parameters)["to_timestamp"] == "2026-05-23T05:07:38Z"


def test_only_tasks_whose_creation_is_known_are_looked_for_in_a_list() -> None:
    nothing_seen: dict[str, Document | None] = dict.fromkeys(KNOWN)
    batch, request = begun(nothing_seen)
    assert batch.take(request, page()) == []
    assert batch.result() == Round({}, list(KNOWN))
    odd: dict[str, Document | None] = {i: document(i) for i in KNOWN}
    batch, request = begun(odd)
    assert batch.take(request, page()) == []
    assert batch.result() == Round({}, list(KNOWN))
    some = {**nothing_seen, **{f"t{n}": task(n) for n in range(6)}}
    batch, request = begun(some)
    assert len(batch.take(request, page())) == 1


@pytest.mark.parametrize(
    ("total", "offsets"),
    [(1000, []), (1001, [900]), (1900, [900]), (1901, [900, 1800]), (2900, [900, 1800, 2700])],
)
def test_a_long_list_is_read_in_pages_that_overlap(total: int, offsets: list[int]) -> None:
    wanted: dict[str, Document | None] = {f"t{n}": task(n) for n in range(900)}
    batch, request = begun(wanted)
    more = batch.take(request, page(*(task(n) for n in range(450)), total=total))
    assert [request.offset for request in more if request.parameters[:2] == ACTIVE] == offsets
    for n, one in enumerate(more if offsets else []):
        assert one == request._replace(offset=offsets[n])
        assert batch.result() is None
        # How many there are was said by the first page.
        batch.take(one, page(*(task(450 + n) for n in range(450)), total=10**6))
    if offsets:
        assert batch.result() == Round({f"t{n}": TaskAnswer(task(n), 5.0) for n in range(900)}, [])


def test_a_list_with_too_many_foreign_tasks_is_given_up() -> None:
    batch, request = begun()
    assert batch.take(request, page(total=1030)) != []
    assert batch.is_useful
    batch, request = begun()
    assert batch.take(request, page(total=1031)) == []
    assert not batch.is_useful
    assert not batch.is_reading
    assert batch.result() == Round({}, list(KNOWN))


def test_a_list_of_ended_tasks_that_is_too_long_is_not_read() -> None:
    for total, is_read in ((1000 + 12 * 8, True), (1000 + 12 * 8 + 1, False)):
        batch, request = begun()
        (second,) = batch.take(request, page(task(0), task(1)))
        assert (batch.take(second, page(total=total)) != []) is is_read
        assert batch.is_useful
        assert batch.is_reading is is_read
    assert batch.result() == Round(
        {f"t{n}": TaskAnswer(task(n), 5.0) for n in range(2)}, [f"t{n}" for n in range(2, 10)]
    )


def test_pages_of_another_round_change_nothing() -> None:
    batch, request = begun()
    assert batch.take(PageRequest((), 1000, 0), page(task(1))) == []
    assert batch.owns(request)
    batch.take(request, page(*(task(n) for n in range(10))))
    assert batch.take(request, page()) == []
    result = batch.result()
    assert result is not None
    assert result.to_ask == []


def test_each_round_begins_anew() -> None:
    batch, request = begun()
    batch.take(request, page(*(task(n) for n in range(10))))
    assert batch.result() is not None
    (again,) = batch.begin(dict(KNOWN))
    batch.take(again, page(*(task(n) for n in range(9))))
    result = batch.result()
    assert result is not None
    assert result.to_ask == ["t9"]


def test_a_failure_ends_the_round_and_names_what_was_still_asked_for() -> None:
    batch, request = begun({f"t{n}": task(n) for n in range(900)})
    more = batch.take(request, page(total=2500))
    assert sorted(batch.fail(transient=True)) == more
    assert not batch.is_reading
    assert batch.is_useful
    batch, request = begun()
    (second,) = batch.take(request, page())
    assert batch.fail(transient=True) == [second]
    assert not batch.is_reading


def test_a_refusal_ends_all_rounds() -> None:
    batch, request = begun()
    assert batch.fail(transient=False) == [request]
    assert not batch.is_useful


def fail_again(batch: Batch, *, single_worked: bool) -> bool:
    """Whether lists are still useful after one more failure."""
    batch.begin(dict(KNOWN))
    if single_worked:
        batch.single_worked()
    batch.fail(transient=True)
    return batch.is_useful


def test_in_an_outage_nothing_speaks_against_the_list() -> None:
    batch = Batch()
    assert all(fail_again(batch, single_worked=False) for _ in range(5))


def test_a_list_that_fails_twice_where_single_tasks_are_answered_is_given_up() -> None:
    batch = Batch()
    assert fail_again(batch, single_worked=False)
    assert fail_again(batch, single_worked=True)
    assert fail_again(batch, single_worked=False)
    assert not fail_again(batch, single_worked=True)


def test_a_round_that_works_forgives_earlier_failures() -> None:
    batch = Batch()
    assert fail_again(batch, single_worked=True)
    (request,) = batch.begin(dict(KNOWN))
    batch.take(request, page(*(task(n) for n in range(10))))
    assert batch.result() is not None
    assert fail_again(batch, single_worked=True)
    assert not fail_again(batch, single_worked=True)


def test_times_of_creation_are_those_of_utc() -> None:
    created = datetime.fromisoformat("2026-05-23T07:07:31+02:00")
    _, request = begun({"a": document("a", created_on=created.isoformat())})
    assert dict(request.parameters)["from_timestamp"] == "2026-05-23T05:07:29Z"
