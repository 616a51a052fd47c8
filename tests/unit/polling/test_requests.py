"""One answer for each job: in order, with a few tries, and the rest of them whatever one does."""

import random

import pytest

from gcore_tasks_cli.errors import KeyRefused, NoAnswer
from gcore_tasks_cli.polling.gate import backoff
from gcore_tasks_cli.polling.jobs import AcknowledgeAll, Answer, GetTask
from gcore_tasks_cli.polling.requests import ONE_ANSWER, Requests
from tests.properties.promises import fetch
from tests.properties.world import FOR_GOOD, Fault, SimulatedTask, World

JOBS = [GetTask(f"task-{n}") for n in range(4)]


def world_of(*faults: Fault, **more: float) -> World:
    return World([SimulatedTask(job.task_id, 0.0) for job in JOBS], faults, **more)  # type: ignore[arg-type]


def requests_of(world: World) -> Requests:
    return Requests(world, ONE_ANSWER, random.Random(1).uniform)


@pytest.mark.parametrize("kind", ["503", "409", "reset", "cut short"])
def test_a_transient_fault_is_met_with_five_tries_and_ends_no_other(kind: str) -> None:
    world = world_of(Fault(0, FOR_GOOD, kind, "task-1"))
    answers = fetch(world, JOBS)
    error = answers[1][1]
    assert isinstance(error, NoAnswer)
    assert error.message.startswith(f"simulated: {kind}; tried for ")
    assert len(world.singles("task-1")) == 5
    assert sum(isinstance(answer, Answer) for _, answer in answers) == 3
    assert world.time < 20


def test_an_outage_is_given_up_after_twenty_seconds_without_a_good_answer() -> None:
    world = world_of(Fault(0, FOR_GOOD, "hang"))
    for _, error in fetch(world, JOBS):
        assert isinstance(error, NoAnswer)
        assert error.message == "the API does not answer; tried for 20 s"
    assert world.time == pytest.approx(20.0)


def test_the_twenty_seconds_count_from_the_last_good_answer() -> None:
    limit = Fault(0, 30, "429", "task-0")
    world = world_of(limit, Fault(0, 15, "503", "task-1", retry_after=15.0))
    answers = fetch(world, JOBS)
    assert all(isinstance(answer, Answer) for _, answer in answers)
    assert world.time > 20


def test_who_asks_for_too_long_a_pause_is_not_waited_for() -> None:
    world = world_of(Fault(0, FOR_GOOD, "503", "task-1", retry_after=60.0))
    error = fetch(world, JOBS)[1][1]
    assert isinstance(error, NoAnswer)
    assert error.message.endswith("; it asks to come back after 1 m 00 s")
    assert len(world.singles("task-1")) == 1
    assert world.time < 1


def test_a_rate_limit_is_no_try() -> None:
    world = world_of(Fault(0, 12, "429"))
    assert all(isinstance(answer, Answer) for _, answer in fetch(world, JOBS))
    assert len(world.requests) > 4 * 5 / 2
    assert 12 <= world.time <= 17


def test_a_refused_key_answers_for_all_and_any_other_refusal_for_its_job() -> None:
    hang = [Fault(0, FOR_GOOD, "hang", f"task-{n}") for n in (0, 2, 3)]
    world = world_of(*hang, Fault(0, FOR_GOOD, "401", "task-1"))
    assert all(isinstance(answer, KeyRefused) for _, answer in fetch(world, JOBS))
    assert world.time < 1
    world = world_of(Fault(0, FOR_GOOD, "403", "task-1"))
    kinds = [type(answer) for _, answer in fetch(world, JOBS)]
    assert kinds == [Answer, KeyRefused, Answer, Answer]


def test_a_job_without_an_answer_of_its_own_is_done() -> None:
    world = world_of(Fault(0, 1, "503"))
    requests = requests_of(world)
    requests.submit(AcknowledgeAll(()))
    assert requests.answer(AcknowledgeAll(())).documents == []


def test_a_late_request_is_repeated_and_a_slow_answer_taken() -> None:
    world = world_of(latency=6.0)
    requests = requests_of(world)
    for job in JOBS[:2]:
        requests.submit(job)
        assert isinstance(requests.answer(job), Answer)
    # The first is late after 4 s; then it is known how slow the API is.
    assert world.singles("task-0") == pytest.approx([0.0, 4.0])
    assert world.singles("task-1") == pytest.approx([6.0])
    assert len(world.cancels) == 1
    assert world.time == pytest.approx(12.0)


def test_a_pause_is_drawn_and_bounded_however_many_failures_there_were() -> None:
    least, most = (backoff(9999, draw) for draw in (min, max))
    assert 0 < least < most <= 5.0
