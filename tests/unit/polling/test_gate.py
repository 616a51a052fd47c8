"""Which request leaves next, and when: due times, Retry-After, rate limits, outages, the pace."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.polling.gate import DueQueue, Gate
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, Job, ListPage

NOW = 100.0
TASK, LIST = GetTask("a"), ListPage((), 1000, 0)
JOBS: list[Job] = [TASK, GetTask("b"), Acknowledge("c"), LIST]


STEPS = st.tuples(st.sampled_from(["put", "put", "drop"]), st.sampled_from(JOBS), st.floats(0, 9))


@given(st.lists(STEPS, max_size=60))
def test_each_job_is_due_once_at_the_last_time_it_was_given(
    steps: list[tuple[str, Job, float]],
) -> None:
    queue = DueQueue()
    expected: dict[Job, float] = {}
    for do, job, due in steps:
        if do == "put":
            queue.put(job, due)
            expected[job] = due
        else:
            queue.drop(job)
            expected.pop(job, None)
        first = queue.first()
        assert (first is None) == (not expected)
        assert first is None or (expected[first[1]] == first[0] == min(expected.values()))


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
