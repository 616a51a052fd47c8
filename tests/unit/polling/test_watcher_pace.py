"""How often a wait looks at a task, and what it learns from how long others took."""

import pytest

from gcore_tasks_cli.errors import KeyRefused
from gcore_tasks_cli.polling.events import Failed, OutageBegan
from gcore_tasks_cli.polling.port import Answer, Job
from tests.unit.documents import document, ended_after
from tests.unit.polling.finished_wait import Wait, outcomes, page, seen, state_at, task
from tests.unit.polling.scripted import Said, fault


def test_the_history_of_a_type_is_asked_for_once_and_only_without_an_interval() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, state_at(time, ends=9), task_type="resize"), time + 0.5)
        return page(*(ended_after(8.0) for _ in range(20)))

    wait = Wait(say, "ab", interval=None)
    (question,) = [job for _, job in wait.sent if not isinstance(job, str)]
    assert question.parameters[0] == ("task_type", "resize")
    learned = wait.schedule.expectations.usual("resize")
    assert learned is not None
    assert learned.quantile(0.0) == pytest.approx(8.0)
    assert wait.of(Failed) == []
    assert not [job for _, job in Wait(say, "ab").sent if not isinstance(job, str)]


def test_without_a_history_it_goes_on() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, state_at(time, ends=9), task_type="resize"), time + 0.5)
        return 0.5, fault()

    wait = Wait(say, interval=None)
    assert len([job for _, job in wait.sent if not isinstance(job, str)]) == 1
    assert outcomes(wait) == [("Settled", "a")]
    assert wait.of(OutageBegan) == []


def test_what_ended_in_this_wait_says_when_the_rest_will() -> None:
    ids = [f"a{n}" for n in range(25)]

    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if not isinstance(job, str):
            return 0.5, KeyRefused("no lists", status=403)
        state = "RUNNING" if job == "a24" else "FINISHED"
        fields = ended_after(30.0, state).fields
        return seen(document(job, **{k: v for k, v in fields.items() if k != "id"}))

    wait = Wait(say, ids, interval=None, timeout=5.0)
    learned = wait.schedule.expectations.durations("resize")
    assert learned is not None
    assert learned.quantile(0.0) == pytest.approx(30.0)


def test_the_pace_is_that_of_the_age_the_type_and_the_number_of_tasks() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return seen(task(str(job), task_type="create_vm"), 60.0 + time + 0.5)

    one = Wait(say, interval=None, timeout=30.0)
    gap = one.schedule.gap(60.5, "create_vm")
    assert one.asked("a")[1] == pytest.approx(0.5 + gap, abs=1e-5)
    # Two requests a second in all.
    four = Wait(say, "abcd", interval=None, timeout=30.0)
    gap = four.schedule.gap(60.5, "create_vm", tasks=4)
    assert four.asked("a")[1] == pytest.approx(0.5 + gap, abs=1e-5)
    assert Wait(say, interval=None, timeout=2.5).asked("a") == [0.0, 1.5]
