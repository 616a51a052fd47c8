"""One look at each task, and nothing more."""

from gcore_tasks_cli.errors import NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.check_once import check_once
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    Stopped,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.port import Answer, Job, TaskAnswer
from tests.unit.documents import CREATED, document
from tests.unit.polling.scripted import Said, ScriptedPort

GONE = TaskNotFound("no such task", status=404)
DOCUMENTS = {
    state: document(state.lower(), state, created_on=CREATED.isoformat())
    for state in ("RUNNING", "FINISHED", "ERROR")
}


def say(job: Job, n: int) -> Said[Answer]:
    if job == "busy":
        error = NoAnswer("busy", transient=True)
        return 0.5, error if n == 0 else TaskAnswer(DOCUMENTS["FINISHED"], None)
    if job == "gone":
        return 0.1, GONE
    if job == "silent":
        return None
    return 0.1, TaskAnswer(DOCUMENTS[str(job).upper()], CREATED.timestamp() + 7.0)


def check(*task_ids: str, goal: Goal | None = None, interrupt_at: float = 99.0) -> list[Event]:
    port: ScriptedPort[Job, Answer] = ScriptedPort(say, interrupt_at=interrupt_at)
    events = check_once(task_ids, port, goal or Goal(), lambda _low, high: high)
    return [event for event in events if not isinstance(event, Tick)]


def seen(state: str) -> list[Event]:
    found = DOCUMENTS[state]
    end = Settled(0.1, found.id, found)
    left = Unfinished(0.1, found.id, found, None)
    return [Changed(0.1, found.id, found, None, 7.0), end if found.is_final else left]


def test_each_task_is_seen_once() -> None:
    assert check("finished", "gone", "error") == [
        *seen("FINISHED"),
        Failed(0.1, "gone", GONE, None),
        *seen("ERROR"),
        Stopped(0.1, StopReason.ALL_SETTLED),
    ]


def test_transient_faults_are_retried() -> None:
    found = DOCUMENTS["FINISHED"]
    assert check("busy") == [
        Changed(2.0, "busy", found, None, 0.0),
        Settled(2.0, "busy", found),
        Stopped(2.0, StopReason.ALL_SETTLED),
    ]


def test_one_that_has_not_ended_is_not_waited_for() -> None:
    assert check("running", "finished") == [
        *seen("RUNNING"),
        *seen("FINISHED"),
        Stopped(0.1, StopReason.DEADLINE),
    ]


def test_any_stops_at_the_first_that_has_ended() -> None:
    for goal in (Goal(any_one=True), Goal(any_one=True, fail_fast=True)):
        assert check("running", "error", "finished", "gone", goal=goal) == [
            *seen("RUNNING"),
            *seen("ERROR"),
            Unfinished(0.1, "finished", None, None),
            Unfinished(0.1, "gone", None, None),
            Stopped(0.1, StopReason.ANY),
        ]


def test_fail_fast_stops_at_the_first_that_failed() -> None:
    assert check("finished", "error", "running", goal=Goal(fail_fast=True)) == [
        *seen("FINISHED"),
        *seen("ERROR"),
        Unfinished(0.1, "running", None, None),
        Stopped(0.1, StopReason.FAIL_FAST),
    ]
    assert check("error", "finished")[-1] == Stopped(0.1, StopReason.ALL_SETTLED)


def test_interrupted_it_says_what_it_has_seen() -> None:
    assert check("finished", "silent", "running", interrupt_at=2.0) == [
        *seen("FINISHED"),
        Unfinished(2.0, "silent", None, None),
        Unfinished(2.0, "running", None, None),
        Stopped(2.0, StopReason.INTERRUPTED),
    ]
