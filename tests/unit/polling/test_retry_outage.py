"""Outages: what is one, how it is probed, and that all goes on when it is over."""

import pytest

from gcore_tasks_cli.polling.retry import UNTIL_DEADLINE
from tests.unit.polling.retried_jobs import Run, always, good_after
from tests.unit.polling.scripted import Said, fault


def test_an_outage_is_probed_by_one_request_at_a_time_and_then_all_go_on() -> None:
    run = Run(always(fault()), UNTIL_DEADLINE)
    run.port.say = lambda job, _n: (0.1, fault() if run.port.clock < 10 else f"{job}!")
    run.submit(*(f"{n}" for n in range(20))).until(20.0)
    # The sixteen that failed together are one failure: the pauses are 1, 2 and 4 s.
    assert run.port.times == [0.0] * 16 + [1.1, 3.2, 7.3, 11.4] + [11.5] * 16 + [11.6] * 3
    assert len(run.replies) == 20


def test_a_good_answer_lets_all_go_on_that_wait_for_the_outage_to_end() -> None:
    def say(job: str, n: int) -> Said[str]:
        if job == "good":
            return (0.5, "!")
        return (0.1, fault()) if n == 0 else (0.1, "!")

    run = Run(say).submit("a", "b", "c", "d", "good").until(5.0)
    assert run.port.times == [0.0] * 5 + [0.5] * 4


def test_what_is_under_way_when_an_outage_ends_is_not_sent_again() -> None:
    def say(job: str, n: int) -> Said[str]:
        if job == "good":
            return (4.05, "!")
        return (0.1, fault()) if n == 0 else (0.1, "!")

    run = Run(say).submit("a", "b", "c", "d", "good").until(5.0)
    assert run.port.sent[5:] == [(4.0, "a"), (4.05, "b"), (4.05, "c"), (4.05, "d")]


def test_three_failures_in_a_row_are_no_outage_to_probe() -> None:
    run = Run(good_after(1)).submit("a", "b", "c").until(5.0)
    assert run.port.times == [0.0] * 3 + [1.1] * 3
    run = Run(good_after(1)).submit("a", "b", "c", "d").until(5.0)
    assert run.port.times == [0.0] * 4 + [1.1] + [1.2] * 3


def test_a_good_answer_ends_the_row_of_failures() -> None:
    def say(job: str, n: int) -> Said[str]:
        return (0.05 if job == "good" else 0.1), (fault() if n < 1 and job != "good" else "!")

    run = Run(say).submit("a", "b").until(0.5).submit("good").until(0.6)
    run.submit("c", "d").until(5.0)
    # Four have failed, but not in a row.
    assert [t for t, job in run.port.sent if job in "ab"] == [0.0, 0.0, 1.1, 1.1]
    assert [t for t, job in run.port.sent if job in "cd"] == [0.6, 0.6, 1.7, 1.7]


def test_an_outage_is_reported_at_once_with_its_beginning_and_next_try() -> None:
    error = fault()
    run = Run(lambda job, n: (0.2, error if job == "a" and n == 0 else "!"))
    run.submit("good").until(1.0).submit("a")
    assert run.outage() is None
    assert run.requests.wait(9.0) == []
    outage = run.outage()
    assert outage is not None
    assert (run.port.clock, outage.since, outage.error) == (1.2, 0.2, error)
    assert outage.next_try == pytest.approx(2.2)
    run.until(2.3)
    under_way = run.outage()
    assert under_way is not None
    assert under_way.next_try is None
    run.until(3.0)
    assert run.outage() is None
    assert run.replies[-1] == (2.4, "a", "!")


def test_silence_is_an_outage_too() -> None:
    run = Run(lambda _job, _n: None).submit("a")
    assert run.requests.wait(9.0) == []
    outage = run.outage()
    assert outage is not None
    assert (run.port.clock, outage.since) == (4.0, 0.0)
    assert (outage.error.message, outage.error.transient) == ("the API does not answer", True)
    assert outage.next_try is None


def test_an_outage_ends_with_the_only_job_that_failed() -> None:
    run = Run(always(fault())).submit("a").until(0.5)
    assert run.outage() is not None
    run.requests.abandon("a")
    assert run.outage() is None
    run.requests.abandon("never asked for")
