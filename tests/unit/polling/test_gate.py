"""Which request leaves next, and when: due times, Retry-After, rate limits, outages, the pace."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.polling.gate import Gate
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, Job, ListPage

NOW = 100.0
TASK, LIST = GetTask("a"), ListPage((), 1000, 0)
JOBS: list[Job] = [TASK, GetTask("b"), Acknowledge("c"), LIST]


@pytest.mark.parametrize("answered", [2, 5, 20, 50])
def test_a_rate_limit_leaves_as_many_as_were_answered_in_the_last_second(answered: int) -> None:
    gate = Gate(NOW)
    for _ in range(3):
        gate.answered(NOW - 1.5)  # too long ago to count
    for n in range(answered):
        gate.answered(NOW - n / answered)
    gate.limited(NOW - 0.1, NOW)
    gate.sent(TASK, NOW)
    assert gate.opens(TASK) - NOW == pytest.approx(1 / answered)
    # What was under way with it is refused with it, and counts once.
    gate.limited(NOW - 0.1, NOW + 0.1)
    assert gate.opens(LIST) - NOW == pytest.approx(1 / answered)


DUES = st.floats(NOW, NOW + 9)
STEPS = st.tuples(st.sampled_from(["put", "put", "drop"]), st.sampled_from(JOBS), DUES)


@given(st.lists(STEPS, max_size=60))
def test_each_job_is_due_once_at_the_last_time_it_was_given(
    steps: list[tuple[str, Job, float]],
) -> None:
    gate = Gate(NOW)
    expected: dict[Job, float] = {}
    for do, job, due in steps:
        if do == "put":
            gate.put(job, due)
            expected[job] = due
        else:
            gate.drop(job)
            expected.pop(job, None)
        at, first = gate.first()
        assert (first is None) == (not expected)
        assert first is None or at == expected[first] == min(expected.values())


def test_of_two_that_are_due_together_the_first_one_is_first() -> None:
    gate = Gate(NOW)
    for job in JOBS:
        gate.put(job, NOW)
    order = []
    while (first := gate.first())[1] is not None:
        order.append(first[1])
        gate.drop(first[1])
    # What is not a single task has its own queue, and goes first.
    assert order == [JOBS[2], JOBS[3], JOBS[0], JOBS[1]]
    assert gate.first() == (math.inf, None)
