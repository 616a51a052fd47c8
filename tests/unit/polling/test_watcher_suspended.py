"""A wait whose process stands still for a while (Ctrl-Z, a suspend)."""

from gcore_tasks_cli.polling.events import OutageBegan, OutageEnded, Settled, Stopped, StopReason
from gcore_tasks_cli.polling.port import Answer, Job, TaskAnswer
from tests.unit.polling.finished_wait import SIX, Wait, outcomes, page, seen, state_at, task
from tests.unit.polling.scripted import Said


def test_after_a_suspend_beyond_the_deadline_one_last_look_is_taken() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return seen(task(str(job), state_at(time, ends=30)))

    wait = Wait(say, "ab", timeout=10.0, suspended=(4.0, 100.0))
    assert wait.asked("a") == [0.0, 2.5, 100.0]
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b")]
    assert wait.events[-1] == Stopped(100.5, StopReason.ALL_SETTLED)


def test_a_suspend_that_ends_at_the_deadline_is_one_too() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a")), timeout=10.0, suspended=(4.0, 10.0))
    assert wait.asked("a") == [0.0, 2.5, 10.0, 12.5]


def test_the_last_look_does_not_wait_for_its_time() -> None:
    wait = Wait(
        lambda _t, job, _n: seen(task(str(job))),
        "ab",
        timeout=10.0,
        interval=500.0,
        suspended=(4.0, 100.0),
    )
    assert wait.sent == [(0.0, "a"), (0.0, "b"), (100.0, "a"), (100.0, "b")]


def test_the_last_look_has_five_seconds() -> None:
    wait = Wait(
        lambda time, _job, _n: seen(task("a")) if time < 50 else None,
        timeout=10.0,
        suspended=(4.0, 100.0),
    )
    assert wait.events[-1] == Stopped(105.0, StopReason.DEADLINE)


def test_a_deadline_that_is_missed_by_little_is_no_suspend() -> None:
    for back, looks in ((9.5, 2), (13.75, 1), (14.0, 2)):
        wait = Wait(
            lambda _t, _job, n: seen(task("a")) if n < 2 else None,
            timeout=10.0,
            interval=9.0,
            suspended=(9.0, back),
        )
        # It should have woken up at 9 s.
        assert len(wait.sent) == looks, back


def test_what_is_asked_when_the_process_stops_is_not_asked_twice() -> None:
    def say(_time: float, job: Job, n: int) -> Said[Answer]:
        return (300.0, TaskAnswer(task("a"), None)) if n == 1 else seen(task("a"))

    # What is silent so long is repeated, once.
    wait = Wait(say, timeout=10.0, suspended=(2.75, 100.0))
    assert wait.asked("a") == [0.0, 2.5, 100.0, 102.5]


def test_after_a_suspend_a_round_of_lists_begins_anew() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, state_at(time, ends=30)))
        if time < 50:
            return page(*map(task, SIX)) if time < 3 else None
        return page()

    wait = Wait(say, SIX, timeout=10.0, suspended=(5.5, 100.0))
    # The one under way is repeated, as any that is silent, and then dropped.
    assert wait.lists() == [0.0, 2.5, 5.0, 100.0, 100.0]
    assert [event.at for event in wait.of(Settled)] == [101.5] * 6
    assert wait.events[-1] == Stopped(101.5, StopReason.ALL_SETTLED)


def test_an_outage_is_over_only_when_the_api_has_answered() -> None:
    def say(_time: float, job: Job, n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, "RUNNING" if n < 2 else "FINISHED"))
        return None

    # A list hangs while the process stands still: it is dropped, without any answer.
    wait = Wait(say, SIX, suspended=(1.0, 20.0))
    (began,), (ended,) = wait.of(OutageBegan), wait.of(OutageEnded)
    assert (began.at, began.outage.since) == (20.0, 0.0)
    assert ended == OutageEnded(20.5, 20.5)
