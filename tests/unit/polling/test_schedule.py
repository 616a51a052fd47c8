"""When to check next: the cheapest interval, within what users are promised."""

import pytest

from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.tasks.expectations import Expectations


class Known(Expectations):
    """A type of which every task ends at this rate."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._rate = rate

    def hazard(self, task_type: str | None, age: float) -> float:
        return self._rate


def test_a_task_without_an_age_is_looked_at_soon() -> None:
    assert Schedule().gap(0.0, "create_vm") == 0.5


@pytest.mark.parametrize(
    ("age", "longest"),
    [
        (179.9, 2.8),
        (800.0, 50.0),
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


def test_a_look_that_is_worth_four_times_as_much_comes_twice_as_soon() -> None:
    schedule = Schedule(None, Known(0.05))
    gap = schedule.gap(180.0)
    assert Schedule(None, Known(0.2)).gap(180.0) == pytest.approx(gap / 2)
    assert schedule.gap(180.0, tasks=4, is_by_list=True) == pytest.approx(gap / 2)
    # The later the end of a task, the less a second matters.
    assert schedule.gap(4 * 180.0) == pytest.approx(gap * 2)
