"""A wait, request by request and event by event, in simulated time."""

from gcore_tasks_cli.polling.events import (
    Changed,
    OutageBegan,
    Settled,
    Stopped,
    StopReason,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.port import Answer, Job
from tests.unit.polling.finished_wait import Wait, outcomes, seen, task
from tests.unit.polling.scripted import Said


def test_a_task_is_watched_from_its_first_state_to_its_last() -> None:
    new, running, ended = (task("a", state) for state in ("NEW", "RUNNING", "FINISHED"))

    def say(_time: float, _job: Job, n: int) -> Said[Answer]:
        # The age is known from the first answer, whatever the API's clock shows later.
        return seen([new, new, running, ended][n], [10.0, None, 99.0, 99.0][n])

    wait = Wait(say)
    assert wait.sent == [(0.0, "a"), (2.5, "a"), (5.0, "a"), (7.5, "a")]
    assert wait.events == [
        Changed(0.5, "a", new, None, 10.0),
        Changed(5.5, "a", running, new, 15.0),
        Changed(8.0, "a", ended, running, 17.5),
        Settled(8.0, "a", ended),
        Stopped(8.0, StopReason.ALL_SETTLED),
    ]


def test_a_detailed_state_is_a_change_and_other_fields_are_not() -> None:
    documents = [
        task("a", detailed_state="boot"),
        task("a", detailed_state="boot", data={"step": 2}),
        task("a", detailed_state="attach"),
        task("a", "FINISHED"),
    ]
    wait = Wait(lambda _t, _job, n: seen(documents[n]))
    assert [change.document for change in wait.of(Changed)] == [
        documents[0],
        documents[2],
        documents[3],
    ]


def test_each_second_the_outage_is_looked_at() -> None:
    wait = Wait(lambda _t, _job, _n: None, timeout=5.5)
    assert [tick.at for tick in wait.ticks] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [tick.outage is not None for tick in wait.ticks] == [False] * 4 + [True] * 2
    (began,) = wait.of(OutageBegan)
    assert (began.at, began.outage.since) == (4.0, 0.0)
    (left,) = wait.of(Unfinished)
    assert (left.at, left.task_id, left.document) == (5.5, "a", None)
    assert left.outage is not None
    assert wait.events[-1] == Stopped(5.5, StopReason.DEADLINE)


def test_nothing_is_asked_at_the_deadline() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a")), timeout=5.0)
    assert wait.asked("a") == [0.0, 2.5]
    assert wait.events[-2:] == [
        Unfinished(5.0, "a", task("a"), None),
        Stopped(5.0, StopReason.DEADLINE),
    ]


def test_a_signal_ends_the_wait() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a")), interrupt_at=3.25)
    assert wait.events[-2:] == [
        Unfinished(3.25, "a", task("a"), None),
        Stopped(3.25, StopReason.INTERRUPTED),
    ]


def test_any_ends_with_the_first_task_that_ends() -> None:
    states = {"a": "RUNNING", "b": "FINISHED", "c": "ERROR"}
    for goal in (Goal(any_one=True), Goal(any_one=True, fail_fast=True)):
        wait = Wait(lambda _t, job, _n: seen(task(str(job), states[str(job)])), "abc", goal=goal)
        assert outcomes(wait) == [("Settled", "b"), ("Unfinished", "a"), ("Unfinished", "c")]
        assert wait.events[-1] == Stopped(0.5, StopReason.ANY)


def test_fail_fast_ends_with_the_first_that_failed() -> None:
    states = {"a": "FINISHED", "b": "ERROR", "c": "FINISHED"}

    def say(_time: float, job: Job, _n: int) -> Said[Answer]:
        return seen(task(str(job), states[str(job)]))

    wait = Wait(say, "abc", goal=Goal(fail_fast=True))
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b"), ("Unfinished", "c")]
    assert wait.events[-1] == Stopped(0.5, StopReason.FAIL_FAST)
    wait = Wait(say, "abc")
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b"), ("Settled", "c")]
    assert wait.events[-1] == Stopped(0.5, StopReason.ALL_SETTLED)


def test_an_id_that_is_given_twice_is_waited_for_once() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a", "FINISHED")), ["a", "a"])
    assert wait.sent == [(0.0, "a")]
    assert outcomes(wait) == [("Settled", "a")]
