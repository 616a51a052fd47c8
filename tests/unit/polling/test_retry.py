"""Retries: which faults, how often, how long."""

import math
from itertools import pairwise

import pytest

from gcore_tasks_cli.errors import TaskNotFound
from gcore_tasks_cli.polling.port import Reply
from gcore_tasks_cli.polling.retry import UNTIL_DEADLINE, RetryPolicy, backoff
from tests.unit.polling.retried_jobs import Run, always, good_after, longest
from tests.unit.polling.scripted import Said, fault


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(0, 1.0), (1, 1.0), (2, 2.0), (3, 4.0), (4, 4.0), (1000, 4.0)]
)
def test_pauses_double_up_to_a_longest_one(failures: int, ceiling: float) -> None:
    drawn: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    assert backoff(failures, uniform) == ceiling
    assert drawn == [(0.0, ceiling)]


def test_a_pause_is_never_none_and_never_beyond_any_clock() -> None:
    assert backoff(1, lambda low, _high: low) == 0.1
    assert backoff(6, longest, 30.0) == 30.0
    assert backoff(6, longest, 100.0) == 32.0
    assert backoff(10_000, longest, math.inf) == 2.0**30


def test_a_good_answer_is_handed_on() -> None:
    run = Run(good_after(0)).submit("a", "b").until(1.0)
    assert run.replies == [(0.1, "a", "a!"), (0.1, "b", "b!")]
    assert run.port.sent == [(0.0, "a"), (0.0, "b")]
    assert run.requests.answered == 0.1


def test_a_transient_fault_is_retried_after_a_growing_pause() -> None:
    run = Run(good_after(3)).submit("a").until(20.0)
    assert run.replies == [(7.4, "a", "a!")]
    assert run.port.times == [0.0, 1.1, 3.2, 7.3]


def test_five_tries_are_enough() -> None:
    error = fault()
    time, final = Run(always(error)).submit("a").until(60.0).only_error()
    assert (time, final.message) == (11.5, "HTTP 503; gave up after 5 tries")
    # Others may have been handed the same error.
    assert error.message == "HTTP 503"


def test_a_permanent_fault_is_final() -> None:
    gone = TaskNotFound("no such task", status=404)
    run = Run(always(gone)).submit("a").until(5.0)
    assert run.replies == [(0.1, "a", gone)]
    assert run.port.times == [0.0]
    assert run.requests.answered == 0.1
    assert run.outage() is None


def test_a_request_for_once_is_not_retried_and_makes_no_outage() -> None:
    error = fault()
    run = Run(always(error)).submit_once("a")
    run.take(run.requests.wait(5.0))
    assert run.replies == [(0.1, "a", error)]
    assert run.outage() is None
    assert not run.requests.is_open("a")
    assert run.requests.answered == 0.0
    run.until(5.0)
    assert run.port.times == [0.0]


def test_retrying_ends_20_s_after_the_last_good_answer() -> None:
    def say(job: str, _n: int) -> Said[str]:
        return (10.0, "b!") if job == "b" else (0.1, fault())

    policy = RetryPolicy(most_tries=math.inf)
    time, final = Run(always(fault()), policy).submit("a").until(99.0).only_error()
    assert final.message == "HTTP 503; gave up after 20 s"
    # The next try would have been after that.
    assert 16.0 < time < 20.0
    run = Run(say, policy).submit("b", "a").until(99.0)
    assert run.replies[0] == (10.0, "b", "b!")
    assert 26.0 < run.replies[1][0] < 30.0


def test_the_time_to_retry_begins_with_the_request() -> None:
    run = Run(always(fault())).until(100.0).submit("a").until(200.0)
    time, final = run.only_error()
    assert final.message == "HTTP 503; gave up after 5 tries"
    assert 104.0 < time < 120.0


def test_a_request_without_any_answer_is_given_up_when_the_time_to_retry_ends() -> None:
    time, final = Run(lambda _job, _n: None).submit("a").until(99.0).only_error()
    assert (time, final.message) == (20.0, "the API does not answer; gave up after 20 s")
    assert final.transient
    # So soon that no outage has been noticed yet.
    short = RetryPolicy(retry_seconds=3.0)
    time, final = Run(lambda _job, _n: None, short).submit("a").until(99.0).only_error()
    assert (time, final.message) == (3.0, "the API does not answer; gave up after 3 s")
    assert final.transient


def test_a_deadline_ends_all_tries_and_needs_no_words() -> None:
    policy = RetryPolicy(math.inf, math.inf, deadline=50.0)
    run = Run(always(fault()), policy).submit("a").until(99.0)
    time, final = run.only_error()
    assert final.message == "HTTP 503"
    assert 45.0 < time <= 50.0
    time, final = Run(lambda _job, _n: None, policy).submit("a").until(99.0).only_error()
    assert (time, final.message) == (50.0, "the API does not answer")


def test_a_server_that_asks_for_too_long_a_pause_is_not_waited_for() -> None:
    time, final = Run(always(fault(retry_after=60.0))).submit("a").until(99.0).only_error()
    assert time == 0.1
    assert final.message == "HTTP 503; gave up: it asks to come back after 1 m 00 s"
    # Just when the time to retry ends is too late.
    too_late = always(fault(retry_after=20.0), seconds=0.0)
    assert Run(too_late).submit("a").until(99.0).only_error()[0] == 0.0


def test_a_rate_limit_does_not_count_as_a_try() -> None:
    run = Run(always(fault(429))).submit("a").until(60.0)
    assert len(run.port.sent) > 5
    assert run.only_error()[1].message == "HTTP 503; gave up after 20 s"


def test_a_wait_is_never_given_up_and_pauses_grow_with_the_outage() -> None:
    run = Run(always(fault()), UNTIL_DEADLINE).submit("a").until(600.0)
    assert run.replies == []
    gaps = [(before, after - before) for before, after in pairwise(run.port.times)]
    assert [gap for _, gap in gaps[:4]] == pytest.approx([1.1, 2.1, 4.1, 4.1])
    for sent, gap in gaps[4:]:
        # A twelfth of the outage when the request before it failed.
        assert gap == pytest.approx(0.1 + max(4.0, (sent + 0.1) / 12), abs=1e-5)
    assert gaps[-1][1] > 40
    # Counted from the last good answer.
    run = Run(lambda job, _n: (0.1, fault() if job == "a" else "!"), UNTIL_DEADLINE)
    run.until(1000.0).submit("good").until(1000.1).submit("a").until(1030.0)
    times = run.port.times[1:]
    assert [after - before for before, after in pairwise(times)] == pytest.approx(
        [1.1, 2.1, *[4.1] * 6]
    )


def test_sixteen_requests_are_under_way_at_most() -> None:
    run = Run(good_after(0, seconds=1.0)).submit(*(f"{n}" for n in range(40))).until(9.0)
    assert run.port.times == [0.0] * 16 + [1.0] * 16 + [2.0] * 8
    assert len(run.replies) == 40


def test_the_pause_of_a_job_grows_with_its_own_failures() -> None:
    def say(job: str, n: int) -> Said[str]:
        return (0.1, fault()) if n < (2 if job == "a" else 1) else (0.1, "!")

    run = Run(say).submit("a").until(1.5).submit("b").until(9.0)
    assert run.port.sent == [(0.0, "a"), (1.1, "a"), (1.5, "b"), (2.6, "b"), (3.2, "a")]


def crowded() -> Run:
    """Sixteen requests are under way until 1 s: further ones have to wait."""
    return Run(good_after(0, seconds=1.0)).submit(*(f"{n}" for n in range(16)))


def test_what_is_abandoned_is_neither_sent_nor_handed_on() -> None:
    run = crowded().submit("a", "b", "c")
    run.requests.abandon("a")
    assert [run.requests.is_open(job) for job in "abc"] == [False, True, True]
    run.until(1.5)
    run.requests.abandon("b")
    run.until(5.0)
    assert run.port.sent[16:] == [(1.0, "b"), (1.0, "c")]
    assert run.replies[16:] == [(2.0, "c", "c!")]


def test_a_job_that_is_abandoned_and_asked_for_again_is_sent_once() -> None:
    run = crowded().submit("a")
    run.requests.abandon("a")
    run.submit("a").until(5.0)
    assert run.port.sent[16:] == [(1.0, "a")]
    assert run.replies[16:] == [(2.0, "a", "a!")]


def test_a_final_reply_that_was_not_taken_can_be_abandoned() -> None:
    run = Run(good_after(0)).submit("a", "b")
    replies = iter(run.requests.wait(5.0))
    assert next(replies).job == "a"
    run = (
        Run(lambda job, _n: (0.1, fault() if job == "a" else "!")).submit_once("b").submit_once("a")
    )
    run.requests._final = [Reply("b", "!"), Reply("a", "!")]
    run.requests.abandon("b")
    assert run.requests.wait(0.0) == [Reply("a", "!")]


def test_waiting_ends_at_the_given_time_or_when_interrupted() -> None:
    run = Run(lambda _job, _n: None)
    assert run.requests.wait(3.0) == []
    assert run.port.clock == 3.0
    assert run.requests.now() == 3.0
    run.port.interrupt_at = 5.0
    run.submit("a")
    assert run.requests.wait(9.0) == []
    assert (run.port.clock, run.requests.interrupted) == (5.0, 2)
