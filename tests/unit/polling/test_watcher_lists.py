"""A wait for so many tasks that lists are read."""

import pytest

from gcore_tasks_cli.errors import ApiError, KeyRefused
from gcore_tasks_cli.polling.events import Failed, OutageBegan, Settled, Unfinished
from gcore_tasks_cli.polling.port import Answer, Job, PageAnswer, TaskAnswer
from tests.unit.documents import CREATED, document
from tests.unit.polling.finished_wait import SIX, Wait, page, seen, state_at, task
from tests.unit.polling.scripted import Said, fault


def by_list(time: float, job: Job, ends: float, hidden: str = "") -> Said[Answer]:
    """An API whose tasks all end at once, and whose lists do not show those in `hidden`."""
    state = state_at(time, ends=ends)
    if isinstance(job, str):
        return seen(task(job, state))
    asked = {value for name, value in job.parameters if name == "state"}
    return page(*(task(i, state) for i in SIX if state in asked and i not in hidden.split()))


def test_six_tasks_are_asked_for_by_lists_and_five_one_by_one() -> None:
    wait = Wait(lambda time, job, _n: by_list(time, job, 6.0), SIX)
    # The next round begins two seconds after the one before began.
    assert wait.lists() == [0.0, 2.5, 5.0, 7.5]
    assert [job for _, job in wait.sent if isinstance(job, str)] == []
    assert [event.at for event in wait.of(Settled)] == [8.5] * 6
    # Of two IDs that differ in case, one is not looked up in lists.
    for ids in (SIX[:5], [*SIX[:5], "T0"]):
        few = Wait(lambda time, job, _n: by_list(time, job, 6.0), ids)
        assert few.lists() == []
        assert len(few.of(Settled)) == len(ids)


def test_without_an_interval_a_round_begins_two_seconds_after_the_other_at_the_earliest() -> None:
    wait = Wait(lambda time, job, _n: by_list(time, job, 30.0), SIX, interval=None)
    rounds = wait.lists()
    assert rounds[:3] == [0.0, 2.0, 4.0]


def test_what_a_list_hides_is_asked_for_by_itself_from_then_on() -> None:
    ids = [*SIX, "t6", "t7"]
    wait = Wait(lambda time, job, _n: by_list(time, job, 8.0, "t6 t7"), ids)
    assert wait.lists()[:2] == [0.0, 2.5]
    assert wait.asked("t6")[:2] == [0.5, 3.0]
    assert wait.asked("t0") == []
    assert len(wait.of(Settled)) == 8


def test_a_list_that_hides_more_than_half_is_not_read_again() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return by_list(time, job, 20.0, "t0 t1 t2 t3")

    assert Wait(say, SIX).lists() == [0.0]
    # With half of them hidden, it is.
    twelve = [*SIX, *(f"u{n}" for n in range(6))]
    assert len(Wait(lambda time, job, _n: by_list(time, job, 20.0), twelve).lists()) > 2
    thirteen = [*twelve, "u6"]
    assert Wait(lambda time, job, _n: by_list(time, job, 20.0), thirteen).lists() == [0.0]


def test_a_hidden_task_that_a_list_shows_again_goes_by_list_again() -> None:
    def shown(time: float, job: Job, _n: int) -> Said[Answer]:
        said = by_list(time, job, 20.0)
        if said is not None and isinstance(said[1], PageAnswer) and time > 2 and time < 20:
            return page(*said[1].documents, task("t0x"))
        return said

    def say(time: float, job: Job, n: int) -> Said[Answer]:
        return seen(task("t0", "FINISHED")) if job == "t0" else shown(time, job, n)

    wait = Wait(shown, [*SIX, "t0x"])
    assert [time for time in wait.asked("t0x") if time < 20] == [0.5]
    assert len([time for time in wait.lists() if time < 20]) == 8


def test_a_task_that_was_hidden_once_counts_again_when_a_list_shows_it() -> None:
    # Each round hides another one of seven; with two of them hidden, no list would pay.
    ids = [*SIX, "t6"]
    rounds: list[float] = []

    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, state_at(time, ends=20.0)))
        if ("state", "NEW") in job.parameters:
            rounds.append(time)
        return page(*(task(i) for i in ids if time < 20.0 and i != f"t{len(rounds)}"))

    wait = Wait(say, ids)
    assert [time for time in wait.lists() if time < 20.0] == pytest.approx(
        [2.5 * n for n in range(8)]
    )
    assert len(wait.of(Settled)) == 7


def test_ids_that_differ_in_case_are_looked_up_one_by_one() -> None:
    wait = Wait(lambda time, job, _n: by_list(time, job, 6.0), [*SIX, "T0"])
    assert wait.asked("T0")[:2] == [0.5, 3.0]
    assert wait.asked("t0") == []
    assert len(wait.of(Settled)) == 7


def test_a_list_that_hangs_does_not_delay_the_tasks() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if not isinstance(job, str) and time < 50:
            return None
        return by_list(time, job, 90.0)

    wait = Wait(say, SIX)
    assert wait.asked("t0")[:2] == [3.0, 5.5]
    # A minute later lists are tried again.
    assert [wait.lists()[0], wait.lists()[1]] == [0.0, pytest.approx(63.0, abs=2.5)]
    assert wait.lists()[1] >= 63.0
    assert len(wait.of(Settled)) == 6


def test_a_list_that_fails_is_tried_again_after_one_task_was_answered() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        if not isinstance(job, str) and time < 2:
            return 0.5, fault()
        return by_list(time, job, 9.0)

    wait = Wait(say, SIX)
    singles = [(t, job) for t, job in wait.sent if isinstance(job, str)]
    assert singles == [(0.5, "t0")]
    assert wait.lists()[:2] == [0.0, 2.0]
    assert wait.of(OutageBegan) == []


def test_an_answer_that_comes_with_the_failure_of_a_list_does_not_excuse_it() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        if job == "t6" and n == 0:
            return 2.5, TaskAnswer(task("t6"), None)
        if job == "t0" and time < 5.0:
            return 2.0, TaskAnswer(task("t0"), None)
        if not isinstance(job, str) and 2.0 < time < 4.0:
            return 0.5, fault()
        return by_list(time, job, 9.0)

    wait = Wait(say, [*SIX, "t6"])
    # Both come at 3 s; then one task is asked for, whose answer comes at 5 s.
    assert wait.asked("t0")[0] == 3.0
    assert wait.lists()[:3] == [0.0, 2.5, 5.0]
    assert len(wait.of(Settled)) == 7


def test_a_list_that_keeps_failing_is_given_up_where_tasks_are_answered() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        return by_list(time, job, 60.0) if isinstance(job, str) else (0.5, fault())

    wait = Wait(say, SIX)
    assert len(wait.lists()) == 3
    assert len(wait.of(Settled)) == 6


def test_a_page_of_a_list_that_fails_is_not_repeated() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        if isinstance(job, str):
            return by_list(time, job, 9.0)
        if job.offset:
            return 0.5, fault()
        return 0.5, PageAnswer([task(i) for i in SIX], 1010, CREATED.timestamp())

    wait = Wait(say, SIX)
    assert [job.offset for _, job in wait.sent if not isinstance(job, str)][:2] == [0, 900]
    assert wait.of(OutageBegan) == []
    assert len(wait.of(Settled)) == 6


def test_a_task_that_ends_while_a_list_is_read_ends_once() -> None:
    for is_shown in (True, False):

        def say(time: float, job: Job, _n: int, is_shown: bool = is_shown) -> Said[Answer]:
            # `t6` is not in the first list, and its end comes while the second one is read.
            if job == "t6":
                return 2.5, TaskAnswer(task("t6", "FINISHED"), None)
            if isinstance(job, str):
                return seen(task(job, state_at(time, ends=9.0)))
            shown = [*SIX, "t6"] if is_shown and 3.0 < time < 6.0 else SIX
            return 1.5, PageAnswer([task(i) for i in shown if time < 9.0], 7, CREATED.timestamp())

        wait = Wait(say, [*SIX, "t6"])
        assert wait.of(Settled)[0] == Settled(4.0, "t6", task("t6", "FINISHED"))
        assert len(wait.of(Settled)) == 7


def test_a_task_that_is_being_asked_for_is_not_asked_twice_when_a_list_misses_it() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        if job == "t6":
            state = "RUNNING" if n == 0 else "FINISHED"
            return 3.0, TaskAnswer(task("t6", state), None)
        return by_list(time, job, 9.0)

    wait = Wait(say, [*SIX, "t6"])
    # The second list is read at 3 s.
    assert wait.lists()[:2] == [0.0, 2.5]
    assert wait.asked("t6") == [0.5, 5.5]


def test_what_a_list_shows_as_ended_is_not_asked_for_again() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            return (0.5, fault()) if job == "t7" else seen(task(job))
        if time < 2.0:
            return page(*map(task, [*SIX, "t6"]))
        states = dict.fromkeys([*SIX, "t6", "t7"], "FINISHED") | {"t0": state_at(time, ends=9.0)}
        return page(*(task(i, s) for i, s in states.items() if ("state", s) in job.parameters))

    wait = Wait(say, [*SIX, "t6", "t7"], timeout=8.0)
    # `t7` has failed twice, and its third try would come two seconds later.
    assert wait.asked("t7") == [0.5, 2.0]
    assert [event.at for event in wait.of(Settled)] == [3.5] * 7
    assert [(event.task_id, event.outage) for event in wait.of(Unfinished)] == [("t0", None)]


def test_what_vanishes_from_a_list_is_asked_for_at_once() -> None:
    an_hour_ago = "2026-05-23T04:07:31"

    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            state = "FINISHED" if job == "old" else "RUNNING"
            return seen(document(job, state, created_on=an_hour_ago), time)
        shown = [task(i) for i in SIX]
        if time < 1:
            shown.append(document("old", created_on=an_hour_ago))
        return 0.5, PageAnswer(shown, len(shown), CREATED.timestamp() + time)

    wait = Wait(say, [*SIX, "old"], interval=None, timeout=20.0)
    # By its age alone it would be looked at half a minute later.
    assert wait.asked("old") == [2.5]


def test_while_nothing_is_answered_no_list_is_tried() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return (0.5, fault()) if time < 10 else by_list(time, job, 30.0)

    wait = Wait(say, SIX)
    assert [time for time in wait.lists() if time < 10] == [0.0]
    assert [job for t, job in wait.sent if isinstance(job, str) and t < 10] == ["t0"] * 4


@pytest.mark.parametrize("error", [KeyRefused("no", status=403), ApiError("odd", status=400)])
def test_a_list_that_is_refused_is_done_without(error: ApiError) -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return by_list(time, job, 6.0) if isinstance(job, str) else (0.5, error)

    wait = Wait(say, SIX)
    assert wait.lists() == [0.0]
    assert wait.asked("t5")[0] == 0.5
    assert wait.of(Failed) == []
    assert len(wait.of(Settled)) == 6


def test_tasks_that_ended_are_not_looked_for_in_later_lists() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        state = {i: state_at(time, ends=4.0 if i == "t0" else 9.0) for i in [*SIX, "t6"]}
        if isinstance(job, str):
            return seen(task(job, state[job]))
        asked = {value for name, value in job.parameters if name == "state"}
        return page(*(task(i, state[i]) for i in state if state[i] in asked))

    wait = Wait(say, [*SIX, "t6"])
    assert wait.asked("t0") == [5.5]
    assert len(wait.of(Settled)) == 7
