"""A distribution of durations: out of a documented range, and out of samples."""

import math

import pytest

from gcore_tasks_cli.tasks.expectations import Durations


def test_samples_of_no_time_count_as_half_a_second() -> None:
    assert Durations.of_samples([0.0, 0.0, 0.0]) == Durations.of_samples([0.5, 0.5, 0.5])


@pytest.mark.parametrize("seconds", [[], [7.0, 7.0], [7.0, 7.0, math.inf], [7.0, math.nan, 7.0]])
def test_less_than_three_samples_tell_nothing(seconds: list[float]) -> None:
    assert Durations.of_samples(seconds) is None


def test_samples_that_are_all_alike_leave_some_spread() -> None:
    durations = Durations.of_samples([7.0, 7.0, math.inf, 7.0])
    assert durations is not None
    assert durations.mu == pytest.approx(math.log(7))
    assert durations.sigma == 0.1


def test_what_is_documented_agrees_up_to_its_own_spread() -> None:
    as_far = Durations.of_samples([1.0, 1.0, 1.0], Durations(0.5, 0.5))
    assert as_far == Durations(5 / 8 * 0.5, 5 / 8 * 0.5)
    for mu in (0.6, -0.6):
        farther = Durations.of_samples([1.0, 1.0, 1.0], Durations(mu, 0.5))
        assert farther == Durations.of_samples([1.0, 1.0, 1.0])


@pytest.mark.parametrize("age", [2.0, 5.0, 10.0, 20.0, 60.0])
def test_the_hazard_is_the_rate_at_which_the_share_left_falls(age: float) -> None:
    durations = Durations.of_range(5.0, 20.0)
    step = 1e-6 * age
    lost = math.log(durations.share_left(age)) - math.log(durations.share_left(age + step))
    assert durations.hazard(age) == pytest.approx(lost / step, rel=1e-3)
