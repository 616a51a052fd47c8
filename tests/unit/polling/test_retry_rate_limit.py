"""What the API asks for: `Retry-After`, and fewer requests (429)."""

import math

import pytest

from gcore_tasks_cli.polling.retry import RetryPolicy
from tests.unit.polling.retried_jobs import Run, Say, always, good_after
from tests.unit.polling.scripted import Said, fault


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
