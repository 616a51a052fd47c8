"""A wait whose API fails, refuses or no longer has a task."""

import pytest

from gcore_tasks_cli.errors import ApiError, KeyRefused, TaskNotFound
from gcore_tasks_cli.polling.events import (
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    StopReason,
)
from gcore_tasks_cli.polling.port import Answer, Job
from tests.unit.polling.finished_wait import Say, Wait, outcomes, seen, state_at, task
from tests.unit.polling.scripted import Said, fault

NOT_FOUND = TaskNotFound("no such task", status=404)


def test_an_outage_is_reported_when_it_begins_and_when_it_is_over() -> None:
    def say(time: float, _job: Job, _n: int) -> Said[Answer]:
        return (0.5, fault()) if 2.0 < time < 8.0 else seen(task("a", state_at(time, ends=20)))

    wait = Wait(say)
    (began,), (ended,) = wait.of(OutageBegan), wait.of(OutageEnded)
    assert (began.at, began.outage.since) == (3.0, 0.5)
    # After 1, 2 and 4 s it is asked again.
    assert wait.asked("a")[:5] == [0.0, 2.5, 4.0, 6.5, 11.0]
    assert ended == OutageEnded(11.5, 11.0)


def test_a_refused_key_ends_the_wait_for_all_and_anything_else_for_one() -> None:
    def refused(error: ApiError) -> Say:
        def say(time: float, job: Job, n: int) -> Said[Answer]:
            if job == "b" and n == 1:
                return 0.5, error
            return seen(task(str(job), state_at(time, ends=5)))

        return say

    error: ApiError = KeyRefused("refused", status=401)
    wait = Wait(refused(error), "abc")
    assert wait.of(Failed) == [Failed(3.0, i, error, task(i)) for i in "abc"]
    assert wait.events[-1] == Stopped(3.0, StopReason.ALL_SETTLED)
    for error in (KeyRefused("forbidden", status=403), ApiError("odd", status=401)):
        wait = Wait(refused(error), "abc")
        assert wait.of(Failed) == [Failed(3.0, "b", error, task("b"))]
        assert [event.task_id for event in wait.of(Settled)] == ["a", "c"]


def test_a_task_that_was_never_seen_is_not_there() -> None:
    wait = Wait(lambda _t, _job, _n: (0.5, NOT_FOUND))
    assert wait.of(Failed) == [Failed(0.5, "a", NOT_FOUND, None)]
    assert wait.sent == [(0.0, "a")]


def test_a_task_that_was_seen_is_gone_when_it_is_missing_twice() -> None:
    error = TaskNotFound("no such task: a", status=404, hint="is the ID right?", request_id="r-1")
    wait = Wait(lambda _t, _job, n: seen(task("a")) if n == 0 else (0.5, error))
    assert wait.asked("a") == [0.0, 2.5, 5.0]
    (failed,) = wait.of(Failed)
    assert (failed.at, failed.task_id, failed.document) == (5.5, "a", task("a"))
    assert failed.error.message == (
        "task a is gone: it was RUNNING 5 s ago, and the API does not know it any more"
    )
    assert (failed.error.hint, failed.error.request_id) == (None, "r-1")
    assert isinstance(failed.error, TaskNotFound)
    assert (error.message, error.hint) == ("no such task: a", "is the ID right?")


def test_a_missing_task_is_looked_for_again_soon_but_not_at_once() -> None:
    def say(_time: float, _job: Job, n: int) -> Said[Answer]:
        return seen(task("a"), 0.0) if n == 0 else (0.5, NOT_FOUND)

    assert Wait(say, interval=0.5).asked("a") == [0.0, 1.0, 3.5]
    assert Wait(say, interval=7.0).asked("a") == [0.0, 7.5, 15.0]
    # Without an interval the gap is that of its age: here 4 s at most.
    old = Wait(lambda _t, _job, n: seen(task("a"), 3600.0) if n == 0 else (0.5, NOT_FOUND),
               interval=None)  # fmt: skip
    first, second, third = old.asked("a")
    assert third - second - 0.5 == pytest.approx(old.schedule.gap(3600.0 + second), rel=1e-3)
    assert third - second > 10
    assert first == 0.0


def test_a_task_that_is_seen_again_may_be_missing_again() -> None:
    said: list[Said[Answer]] = [
        seen(task("a")),
        (0.5, NOT_FOUND),
        seen(task("a")),
        (0.5, NOT_FOUND),
        seen(task("a", "FINISHED")),
    ]
    assert outcomes(Wait(lambda _t, _job, n: said[n])) == [("Settled", "a")]
