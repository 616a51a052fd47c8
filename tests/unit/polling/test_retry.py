"""Retries: which faults, how often, how long; and what an outage is."""

import math
from collections.abc import Callable
from itertools import pairwise

import pytest

from gcore_tasks_cli.errors import ApiError, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.port import Reply
from gcore_tasks_cli.polling.retry import (
    ONE_ANSWER,
    UNTIL_DEADLINE,
    Outage,
    RetryingPort,
    RetryPolicy,
    Uniform,
    backoff,
)
from tests.unit.polling.scripted import Said, ScriptedPort

Say = Callable[[str, int], Said[str]]


def longest(_low: float, high: float) -> float:
    """The longest pause that the dice may give."""
    return high


def fault(status: int = 503, retry_after: float | None = None) -> NoAnswer:
    return NoAnswer("HTTP 503", status=status, transient=True, retry_after=retry_after)


class Run:
    """Jobs through a `RetryingPort`, with when each final reply came."""

    def __init__(
        self, say: Say, policy: RetryPolicy = ONE_ANSWER, uniform: Uniform = longest
    ) -> None:
        self.port: ScriptedPort[str, str] = ScriptedPort(say)
        self.requests = RetryingPort(self.port, policy, uniform)
        self.replies: list[tuple[float, str, str | ApiError]] = []

    def submit(self, *jobs: str) -> "Run":
        for job in jobs:
            self.requests.submit(job)
        return self

    def submit_once(self, job: str) -> "Run":
        self.requests.submit(job, once=True)
        return self

    def until(self, until: float) -> "Run":
        while self.port.clock < until:
            self.take(self.requests.wait(until))
        return self

    def take(self, replies: list[Reply[str, str]]) -> None:
        self.replies += [(round(self.port.clock, 6), r.job, r.answer) for r in replies]

    def outage(self) -> Outage | None:
        return self.requests.outage

    def only_error(self) -> tuple[float, ApiError]:
        ((time, _, error),) = self.replies
        assert isinstance(error, ApiError)
        return time, error


def always(error: ApiError, seconds: float = 0.1) -> Say:
    return lambda _job, _n: (seconds, error)


def good_after(failures: int, error: ApiError | None = None, seconds: float = 0.1) -> Say:
    """Each job fails so many times, then is answered."""
    return lambda job, n: (seconds, (error or fault()) if n < failures else f"{job}!")


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


def test_patience_ends_20_s_after_the_last_good_answer() -> None:
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


def test_patience_begins_with_the_request() -> None:
    run = Run(always(fault())).until(100.0).submit("a").until(200.0)
    time, final = run.only_error()
    assert final.message == "HTTP 503; gave up after 5 tries"
    assert 104.0 < time < 120.0


def test_a_request_without_any_answer_is_given_up_when_patience_ends() -> None:
    time, final = Run(lambda _job, _n: None).submit("a").until(99.0).only_error()
    assert (time, final.message) == (20.0, "the API does not answer; gave up after 20 s")
    assert final.transient
    # So soon that no outage has been noticed yet.
    short = RetryPolicy(patience_seconds=3.0)
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
    # Just when patience ends is too late.
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


def test_the_pause_of_a_job_grows_with_its_own_failures() -> None:
    def say(job: str, n: int) -> Said[str]:
        return (0.1, fault()) if n < (2 if job == "a" else 1) else (0.1, "!")

    run = Run(say).submit("a").until(1.5).submit("b").until(9.0)
    assert run.port.sent == [(0.0, "a"), (1.1, "a"), (1.5, "b"), (2.6, "b"), (3.2, "a")]


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


def test_retry_after_holds_for_all_requests() -> None:
    run = Run(good_after(1, fault(retry_after=10.0))).submit("a").until(5.0)
    run.submit("b").until(30.0)
    assert run.port.sent[:2] == [(0.0, "a"), (10.1, "b")]
    # From then on there is a gap between requests.
    assert run.port.sent[2] == (10.12, "a")


def test_retry_after_is_not_shorter_than_any_pause() -> None:
    short = good_after(1, fault(retry_after=0.5))
    assert Run(short).submit("a").until(30.0).port.times == [0.0, 1.1]
    run = Run(short, uniform=lambda low, _high: low).submit("a").until(30.0)
    assert run.port.times == [0.0, 0.6]


def test_the_longest_retry_after_holds() -> None:
    def say(job: str, n: int) -> Said[str]:
        return (0.1, fault(retry_after=float(job))) if n == 0 else (0.1, "!")

    run = Run(say).submit("9", "5").until(30.0)
    assert run.port.times[2:] == pytest.approx([9.1, 9.12])
    run = Run(say).submit("5", "9").until(30.0)
    assert run.port.times[2:] == pytest.approx([9.1, 9.12])


def limited_at(*numbers: int) -> Say:
    return lambda job, n: (0.1, fault(429) if int(job) in numbers and n == 0 else "!")


def test_a_rate_limit_doubles_the_time_between_requests() -> None:
    run = Run(limited_at(4))
    for n in range(5):
        run.submit(f"{n}").until(0.5 * (n + 1))
    before = len(run.port.sent)
    run.until(9.0).submit("5", "6", "7").until(20.0)
    # One every half second until then: one a second from then on.
    assert run.port.times[before:] == pytest.approx([3.1, 9.0, 10.0, 11.0])


def test_a_rate_limit_looks_at_the_last_eight_requests() -> None:
    run = Run(limited_at(30)).submit("0").until(100.0)
    for n in range(1, 31):
        run.submit(f"{n}").until(100.0 + 0.2 * n)
    before = len(run.port.sent)
    run.until(120.0).submit("40", "41", "42").until(130.0)
    assert run.port.times[before:] == pytest.approx([106.9 + 0.0, 120.0, 120.4, 120.8])


def test_limits_together_are_one_and_each_further_one_doubles_again() -> None:
    run = Run(limited_at(0, 1, 2, 5)).submit("0", "1", "2").until(5.0)
    assert run.port.times[3:] == pytest.approx([1.1, 1.12, 1.14])
    run.submit("5").until(10.0).submit("6", "7").until(15.0)
    gap = run.port.times[-1] - run.port.times[-2]
    # The eight requests before it were seconds apart.
    assert gap > 0.04
    assert gap == pytest.approx(2 * (5.0 - 0.0) / 6)


def test_a_limit_that_is_met_again_doubles_the_gap() -> None:
    first = [f"{n}" for n in range(8)]
    run = Run(limited_at(0, 8)).submit(*first).until(0.1).submit("8").until(0.3)
    run.submit("9", "10", "11").until(0.5)
    # Begun with 0.02 s, since the eight were sent at once.
    assert run.port.times[8:] == pytest.approx([0.1, 0.3, 0.34, 0.38])


def test_the_gap_of_a_rate_limit_has_an_end() -> None:
    run = Run(always(fault(429)), RetryPolicy(math.inf, math.inf))
    run.port.say = lambda job, _n: (0.1, fault(429) if job == "no" else "!")
    for n in range(12):
        run.submit_once("no").until(200.0 * n + 190.0)
    run.submit("a", "b", "c").until(9999.0)
    assert run.port.times[-1] - run.port.times[-2] == 30.0


def test_a_silent_request_is_repeated_over_another_connection() -> None:
    run = Run(lambda _job, n: None if n < 2 else (0.1, "a!")).submit("a").until(20.0)
    assert run.port.times == [0.0, 4.0, 8.0]
    assert run.replies == [(8.1, "a", "a!")]


def test_the_longest_silent_request_is_repeated_first_and_a_fresh_one_before_it() -> None:
    run = Run(lambda _job, _n: None).submit("a").until(1.0).submit("b").until(12.0)
    assert run.port.sent == [(0.0, "a"), (1.0, "b"), (5.0, "a"), (9.0, "b")]
    many = [f"{n}" for n in range(17)]
    run = Run(lambda _job, _n: None).submit(*many).until(9.0)
    assert run.port.sent[16:] == [(4.0, "16"), (8.0, "0")]


def test_an_api_that_has_been_slow_is_given_twice_the_time() -> None:
    def say(job: str, n: int) -> Said[str]:
        seconds = {"slow": 3.5, "fast": 0.5, "last": 9.0}[job]
        return (seconds, "!") if n == 0 else None

    run = Run(say).submit("slow").until(3.5).submit("last").until(11.0)
    assert run.port.sent[1:] == [(3.5, "last"), (10.5, "last")]
    # With each answer, half of that is forgotten.
    run = Run(say).submit("slow").until(3.5).submit("fast").until(4.0).submit("last").until(9.0)
    assert run.port.sent[2:] == [(4.0, "last"), (8.0, "last")]


def test_how_slow_the_api_was_is_forgotten_by_and_by() -> None:
    def say(job: str, n: int) -> Said[str]:
        return None if job == "silent" else (6.0 if job == "slow" else 0.5, "!")

    run = Run(say).submit("slow").until(3.0).submit("fast").until(6.0)
    run.submit("fast").until(6.5).submit("silent").until(15.0)
    assert [t for t, job in run.port.sent if job == "silent"] == [6.5, 12.5]


def test_a_request_and_its_repetition_give_one_answer() -> None:
    answers: dict[int, Said[str]] = {0: (6.0, "late"), 1: (1.0, "early")}
    run = Run(lambda job, n: answers[n] if job == "a" else (0.1, "!"))
    run.submit("a").until(5.5).submit(*(f"{n}" for n in range(16))).until(9.0)
    assert run.replies[0] == (5.0, "a", "early")
    assert len(run.replies) == 17
    # One request is still under way.
    assert run.port.times[2:] == [5.5] * 15 + [5.6]


def test_a_failure_waits_for_the_repetition_under_way() -> None:
    answers: dict[int, Said[str]] = {0: (5.0, fault()), 1: (3.0, "good")}
    run = Run(lambda _job, n: answers[n]).submit("a").until(20.0)
    assert run.replies == [(7.0, "a", "good")]
    assert run.port.times == [0.0, 4.0]


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


def test_an_outage_ends_with_the_only_job_that_failed() -> None:
    run = Run(always(fault())).submit("a").until(0.5)
    assert run.outage() is not None
    run.requests.abandon("a")
    assert run.outage() is None
    run.requests.abandon("never asked for")


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
