"""When to check next: the cheapest interval, within what users are promised."""

import math

import pytest

from gcore_tasks_cli.polling.schedule import (
    _LONG_SECONDS,
    _LONGEST_GAP_WHILE_YOUNG,
    _YOUNG_SECONDS,
    PRICE_SECONDS,
    Schedule,
)
from gcore_tasks_cli.tasks.expectations import _TRUST, Expectations


class Known(Expectations):
    """A type of which every task ends at this rate."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._rate = rate

    def hazard(self, task_type: str | None, age: float) -> float:
        return self._rate


def cheapest(rate: float, price: float = PRICE_SECONDS) -> float:
    return math.sqrt(2 * price / rate)


def test_the_gap_is_the_cheapest_interval() -> None:
    assert Schedule(None, Known(0.05)).gap(50.0) == pytest.approx(cheapest(0.05))
    # Of an unknown type the hazard is 1 / age.
    assert Schedule().gap(50.0) == pytest.approx(cheapest(1 / 50))
    # So young, a VM can only have failed.
    assert Schedule().gap(1.0, "create_vm") == pytest.approx(cheapest(1 - _TRUST**2))


def test_a_task_without_an_age_is_looked_at_soon() -> None:
    assert Schedule().gap(0.0, "create_vm") == 0.5


def test_a_second_matters_less_the_later_the_end_is() -> None:
    schedule = Schedule(None, Known(0.1))
    assert schedule.gap(_LONG_SECONDS) == pytest.approx(cheapest(0.1))
    assert schedule.gap(2 * _LONG_SECONDS) == pytest.approx(cheapest(0.1, 2 * PRICE_SECONDS))


@pytest.mark.parametrize(
    ("age", "longest"),
    [
        (1.0, _LONGEST_GAP_WHILE_YOUNG),
        (_YOUNG_SECONDS - 0.1, _LONGEST_GAP_WHILE_YOUNG),
        (_YOUNG_SECONDS, _YOUNG_SECONDS / 16),
        (800.0, 50.0),
        (3 * 86400.0, 55.0),
    ],
)
def test_no_state_gets_older_than_promised(age: float, longest: float) -> None:
    assert longest <= (4.0 if age < 30 else min(max(4.0, age / 15), 60.0))
    assert Schedule(None, Known(1e-9)).gap(age) == pytest.approx(longest)


@pytest.mark.parametrize(("tasks", "shortest"), [(1, 0.5), (3, 1.5), (5, 2.5), (100, 2.5)])
def test_all_tasks_together_take_two_requests_a_second(tasks: int, shortest: float) -> None:
    assert Schedule(None, Known(1e9)).gap(50.0, tasks=tasks) == shortest


def test_no_task_is_looked_at_more_often_than_promised() -> None:
    assert Schedule(None, Known(1e9)).gap(50.0, tasks=9, is_by_list=True) == 0.45


def test_a_list_that_answers_for_many_is_worth_more_looks() -> None:
    schedule = Schedule(None, Known(0.02))
    for tasks, served in ((1, 1), (4, 4), (16, 16), (1000, 16)):
        gap = schedule.gap(100.0, tasks=tasks, is_by_list=True)
        assert gap == pytest.approx(max(0.45, cheapest(0.02, PRICE_SECONDS / served)))
    assert schedule.gap(100.0, tasks=3) == pytest.approx(cheapest(0.02))


def test_an_interval_is_the_gap_whatever_is_known() -> None:
    schedule = Schedule(7.0, Known(1e9))
    assert schedule.gap(1.0) == 7.0
