"""A wait, request by request and event by event, in simulated time."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Following, Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import Answer, Job, PageAnswer, TaskAnswer
from gcore_tasks_cli.polling.watcher import LIST_ID, Watcher
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import Deadline
from tests.unit.documents import CREATED, document, ended_after
from tests.unit.polling.scripted import Said, ScriptedPort

EventT = TypeVar("EventT", bound=Event)
# What the API says at a time about a task, or to a list, that is asked for the n-th time.
Say = Callable[[float, Job, int], Said[Answer]]
NOT_FOUND = TaskNotFound("no such task", status=404)
SIX = ["t0", "t1", "t2", "t3", "t4", "t5"]


def fault(retry_after: float | None = None) -> NoAnswer:
    return NoAnswer("busy", status=503, transient=True, retry_after=retry_after)


class Wait:
    """A wait that is over: what was asked and what happened."""

    def __init__(
        self,
        say: Say,
        task_ids: Sequence[str] = ("a",),
        *,
        goal: Goal | None = None,
        timeout: float = 600.0,
        interval: float | None = 2.0,
        interrupt_at: float = float("inf"),
        suspended: tuple[float, float] | None = None,
        tick_seconds: float = 1.0,
    ) -> None:
        port: ScriptedPort[Job, Answer] = ScriptedPort(
            lambda job, n: say(port.clock, job, n), interrupt_at=interrupt_at, suspended=suspended
        )
        self.schedule = Schedule(interval)
        watcher = Watcher(
            task_ids,
            port,
            goal=goal or Goal(),
            deadline=Deadline.after(timeout, 0.0),
            schedule=self.schedule,
            uniform=lambda _low, high: high,
            tick_seconds=tick_seconds,
        )
        everything = list(watcher.run())
        self.ticks = [event for event in everything if isinstance(event, Tick)]
        self.events = [event for event in everything if not isinstance(event, Tick)]
        self.sent = port.sent

    def of(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.events if isinstance(event, kind)]

    def asked(self, job: Job) -> list[float]:
        """When this was asked for."""
        return [time for time, sent in self.sent if sent == job]

    def lists(self) -> list[float]:
        """When the list of active tasks was asked for."""
        return [
            t for t, job in self.sent if not isinstance(job, str) and ("state", "NEW") in job[0]
        ]


def task(task_id: str, state: str = "RUNNING", **fields: object) -> Document:
    return document(task_id, state, created_on=CREATED.isoformat(), **fields)


def seen(document: Document, age: float | None = None) -> Said[Answer]:
    """The task, half a second later, and how old it is by the API's clock."""
    return 0.5, TaskAnswer(document, None if age is None else CREATED.timestamp() + age)


def page(*documents: Document) -> Said[Answer]:
    return 0.5, PageAnswer(list(documents), len(documents), CREATED.timestamp())


def state_at(time: float, *, ends: float, state: str = "FINISHED") -> str:
    return state if time >= ends else "RUNNING"


def test_a_task_is_watched_from_its_first_state_to_its_last() -> None:
    new, running, ended = (task("a", state) for state in ("NEW", "RUNNING", "FINISHED"))

    def say(_time: float, _job: Job, n: int) -> Said[Answer]:
        # The age is known from the first answer, whatever the API's clock shows later.
        return seen([new, new, running, ended][n], [10.0, None, 99.0, 99.0][n])

    wait = Wait(say)
    assert wait.sent == [(0.0, "a"), (2.5, "a"), (5.0, "a"), (7.5, "a")]
    assert wait.events == [
        Changed(0.5, "a", new, None, 10.0),
        Changed(5.5, "a", running, new, 15.0),
        Changed(8.0, "a", ended, running, 17.5),
        Settled(8.0, "a", ended),
        Stopped(8.0, StopReason.ALL_SETTLED),
    ]


def test_a_detailed_state_is_a_change_and_other_fields_are_not() -> None:
    documents = [
        task("a", detailed_state="boot"),
        task("a", detailed_state="boot", data={"step": 2}),
        task("a", detailed_state="attach"),
        task("a", "FINISHED"),
    ]
    wait = Wait(lambda _t, _job, n: seen(documents[n]))
    assert [change.document for change in wait.of(Changed)] == [
        documents[0],
        documents[2],
        documents[3],
    ]


def test_each_second_the_outage_is_looked_at() -> None:
    wait = Wait(lambda _t, _job, _n: None, timeout=5.5)
    assert [tick.at for tick in wait.ticks] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [tick.outage is not None for tick in wait.ticks] == [False] * 4 + [True] * 2
    (began,) = wait.of(OutageBegan)
    assert (began.at, began.outage.since) == (4.0, 0.0)
    (left,) = wait.of(Unfinished)
    assert (left.at, left.task_id, left.document) == (5.5, "a", None)
    assert left.outage is not None
    assert wait.events[-1] == Stopped(5.5, StopReason.DEADLINE)


def test_nothing_is_asked_at_the_deadline() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a")), timeout=5.0)
    assert wait.asked("a") == [0.0, 2.5]
    assert wait.events[-2:] == [
        Unfinished(5.0, "a", task("a"), None),
        Stopped(5.0, StopReason.DEADLINE),
    ]


def test_a_signal_ends_the_wait() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a")), interrupt_at=3.25)
    assert wait.events[-2:] == [
        Unfinished(3.25, "a", task("a"), None),
        Stopped(3.25, StopReason.INTERRUPTED),
    ]


def outcomes(wait: Wait) -> list[tuple[str, str]]:
    endings = (Settled, Failed, Unfinished)
    return [(type(e).__name__, e.task_id) for e in wait.events if isinstance(e, endings)]


def test_any_ends_with_the_first_task_that_ends() -> None:
    states = {"a": "RUNNING", "b": "FINISHED", "c": "ERROR"}
    for goal in (Goal(any_one=True), Goal(any_one=True, fail_fast=True)):
        wait = Wait(lambda _t, job, _n: seen(task(str(job), states[str(job)])), "abc", goal=goal)
        assert outcomes(wait) == [("Settled", "b"), ("Unfinished", "a"), ("Unfinished", "c")]
        assert wait.events[-1] == Stopped(0.5, StopReason.ANY)


def test_fail_fast_ends_with_the_first_that_failed() -> None:
    states = {"a": "FINISHED", "b": "ERROR", "c": "FINISHED"}

    def say(_time: float, job: Job, _n: int) -> Said[Answer]:
        return seen(task(str(job), states[str(job)]))

    wait = Wait(say, "abc", goal=Goal(fail_fast=True))
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b"), ("Unfinished", "c")]
    assert wait.events[-1] == Stopped(0.5, StopReason.FAIL_FAST)
    wait = Wait(say, "abc")
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b"), ("Settled", "c")]
    assert wait.events[-1] == Stopped(0.5, StopReason.ALL_SETTLED)


def test_an_id_that_is_given_twice_is_waited_for_once() -> None:
    wait = Wait(lambda _t, _job, _n: seen(task("a", "FINISHED")), ["a", "a"])
    assert wait.sent == [(0.0, "a")]
    assert outcomes(wait) == [("Settled", "a")]


# Faults


def test_an_outage_is_reported_when_it_begins_and_when_it_is_over() -> None:
    def say(time: float, _job: Job, _n: int) -> Said[Answer]:
        return (0.5, fault()) if 2.0 < time < 8.0 else seen(task("a", state_at(time, ends=20)))

    wait = Wait(say)
    (began,), (ended,) = wait.of(OutageBegan), wait.of(OutageEnded)
    assert (began.at, began.outage.since) == (3.0, 0.5)
    # After 1, 2 and 4 s it is asked again.
    assert wait.asked("a")[:5] == [0.0, 2.5, 4.0, 6.5, 11.0]
    assert ended == OutageEnded(11.5, 11.0)


def test_an_outage_is_over_only_when_the_api_has_answered() -> None:
    def say(_time: float, job: Job, n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, "RUNNING" if n < 2 else "FINISHED"))
        return None

    # A list hangs while the process stands still: it is dropped, without any answer.
    wait = Wait(say, SIX, suspended=(1.0, 20.0))
    (began,), (ended,) = wait.of(OutageBegan), wait.of(OutageEnded)
    assert (began.at, began.outage.since) == (20.0, 0.0)
    assert ended == OutageEnded(20.5, 20.5)


def test_a_refused_key_ends_the_wait_for_all_and_anything_else_for_one() -> None:
    def refused(error: ApiError) -> Say:
        def say(time: float, job: Job, n: int) -> Said[Answer]:
            if job == "b" and n == 1:
                return 0.5, error
            return seen(task(str(job), state_at(time, ends=5)))

        return say

    error: ApiError = KeyRefused("refused", status=401)
    wait = Wait(refused(error), "abc")
    assert wait.of(Failed) == [Failed(3.0, i, error, task(i)) for i in "abc"]
    assert wait.events[-1] == Stopped(3.0, StopReason.ALL_SETTLED)
    for error in (KeyRefused("forbidden", status=403), ApiError("odd", status=401)):
        wait = Wait(refused(error), "abc")
        assert wait.of(Failed) == [Failed(3.0, "b", error, task("b"))]
        assert [event.task_id for event in wait.of(Settled)] == ["a", "c"]


def test_a_task_that_was_never_seen_is_not_there() -> None:
    wait = Wait(lambda _t, _job, _n: (0.5, NOT_FOUND))
    assert wait.of(Failed) == [Failed(0.5, "a", NOT_FOUND, None)]
    assert wait.sent == [(0.0, "a")]


def test_a_task_that_was_seen_is_gone_when_it_is_missing_twice() -> None:
    error = TaskNotFound("no such task: a", status=404, hint="is the ID right?", request_id="r-1")
    wait = Wait(lambda _t, _job, n: seen(task("a")) if n == 0 else (0.5, error))
    assert wait.asked("a") == [0.0, 2.5, 5.0]
    (failed,) = wait.of(Failed)
    assert (failed.at, failed.task_id, failed.document) == (5.5, "a", task("a"))
    assert failed.error.message == (
        "task a is gone: it was RUNNING 5 s ago, and the API does not know it any more"
    )
    assert (failed.error.hint, failed.error.request_id) == (None, "r-1")
    assert isinstance(failed.error, TaskNotFound)
    assert (error.message, error.hint) == ("no such task: a", "is the ID right?")


def test_a_missing_task_is_looked_for_again_soon_but_not_at_once() -> None:
    def say(_time: float, _job: Job, n: int) -> Said[Answer]:
        return seen(task("a"), 0.0) if n == 0 else (0.5, NOT_FOUND)

    assert Wait(say, interval=0.5).asked("a") == [0.0, 1.0, 3.5]
    assert Wait(say, interval=7.0).asked("a") == [0.0, 7.5, 15.0]
    # Without an interval the gap is that of its age: here 4 s at most.
    old = Wait(lambda _t, _job, n: seen(task("a"), 3600.0) if n == 0 else (0.5, NOT_FOUND),
               interval=None)  # fmt: skip
    first, second, third = old.asked("a")
    assert third - second - 0.5 == pytest.approx(old.schedule.gap(3600.0 + second), rel=1e-3)
    assert third - second > 10
    assert first == 0.0


def test_a_task_that_is_seen_again_may_be_missing_again() -> None:
    said: list[Said[Answer]] = [
        seen(task("a")),
        (0.5, NOT_FOUND),
        seen(task("a")),
        (0.5, NOT_FOUND),
        seen(task("a", "FINISHED")),
    ]
    assert outcomes(Wait(lambda _t, _job, n: said[n])) == [("Settled", "a")]


# The process stands still


def test_after_a_suspend_beyond_the_deadline_one_last_look_is_taken() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return seen(task(str(job), state_at(time, ends=30)))

    wait = Wait(say, "ab", timeout=10.0, suspended=(4.0, 100.0))
    assert wait.asked("a") == [0.0, 2.5, 100.0]
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b")]
    assert wait.events[-1] == Stopped(100.5, StopReason.ALL_SETTLED)


def test_the_last_look_does_not_wait_for_its_time() -> None:
    wait = Wait(
        lambda _t, job, _n: seen(task(str(job))),
        "ab",
        timeout=10.0,
        interval=500.0,
        suspended=(4.0, 100.0),
    )
    assert wait.sent == [(0.0, "a"), (0.0, "b"), (100.0, "a"), (100.0, "b")]


def test_the_last_look_has_five_seconds() -> None:
    wait = Wait(
        lambda time, _job, _n: seen(task("a")) if time < 50 else None,
        timeout=10.0,
        suspended=(4.0, 100.0),
    )
    assert wait.events[-1] == Stopped(105.0, StopReason.DEADLINE)


def test_a_deadline_that_is_missed_by_little_is_no_suspend() -> None:
    for back, looks in ((9.5, 2), (13.75, 1), (14.0, 2)):
        wait = Wait(
            lambda _t, _job, n: seen(task("a")) if n < 2 else None,
            timeout=10.0,
            interval=9.0,
            suspended=(9.0, back),
        )
        # It should have woken up at 9 s.
        assert len(wait.sent) == looks, back


def test_what_is_asked_when_the_process_stops_is_not_asked_twice() -> None:
    def say(_time: float, job: Job, n: int) -> Said[Answer]:
        return (300.0, TaskAnswer(task("a"), None)) if n == 1 else seen(task("a"))

    # What is silent so long is repeated, once.
    wait = Wait(say, timeout=10.0, suspended=(2.75, 100.0))
    assert wait.asked("a") == [0.0, 2.5, 100.0, 102.5]


def test_after_a_suspend_a_round_of_lists_begins_anew() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            return seen(task(job, state_at(time, ends=30)))
        if time < 50:
            return page(*map(task, SIX)) if time < 3 else None
        return page()

    wait = Wait(say, SIX, timeout=10.0, suspended=(5.5, 100.0))
    # The one under way is repeated, as any that is silent, and then dropped.
    assert wait.lists() == [0.0, 2.5, 5.0, 100.0, 100.0]
    assert [event.at for event in wait.of(Settled)] == [101.5] * 6
    assert wait.events[-1] == Stopped(101.5, StopReason.ALL_SETTLED)


# What is started later


PAGE = PageRequest((("state", "RUNNING"),), 1000, 0)


def following(say_page: Callable[[float], Said[Answer]]) -> Wait:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if job == PAGE:
            return say_page(time)
        return seen(task(str(job), state_at(time, ends=12)))

    goal = Goal(following=Following(PAGE, lambda d: not d.id.startswith("other")))
    return Wait(say, ["a"], goal=goal, timeout=30.0, tick_seconds=60.0)


def test_every_five_seconds_new_tasks_are_looked_for() -> None:
    wait = following(lambda _t: page())
    assert wait.asked(PAGE) == [5.0, 10.0, 15.0, 20.0, 25.0]
    assert wait.events[-1] == Stopped(30.0, StopReason.DEADLINE)


def test_a_new_task_is_waited_for_once() -> None:
    shown = [task("done", "FINISHED"), task(".."), task("other"), task("b"), task("a")]
    wait = following(lambda _t: page(*shown))
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b")]
    assert wait.asked("b")[0] == 5.5
    assert {job for _, job in wait.sent} == {PAGE, "a", "b"}


def test_new_tasks_are_not_looked_for_while_the_api_is_silent() -> None:
    wait = following(lambda time: None if time < 8 else page(task("b")))
    # It is repeated after 4 s of silence, which begin when the task has ended.
    assert wait.asked(PAGE)[:3] == [5.0, 17.0, 17.5]


def test_a_list_that_is_refused_ends_the_looking_for_new_tasks() -> None:
    refused = KeyRefused("refused", status=403)
    wait = following(lambda _t: (0.5, refused))
    assert wait.of(Failed) == [Failed(5.5, LIST_ID, refused, None)]
    assert wait.asked(PAGE) == [5.0]
    assert wait.events[-1] == Stopped(13.0, StopReason.ALL_SETTLED)


# Many tasks by lists


def by_list(time: float, job: Job, ends: float, hidden: str = "") -> Said[Answer]:
    """An API whose tasks all end at once, and whose lists do not show those in `hidden`."""
    state = state_at(time, ends=ends)
    if isinstance(job, str):
        return seen(task(job, state))
    asked = {value for name, value in job.parameters if name == "state"}
    return page(*(task(i, state) for i in SIX if state in asked and i not in hidden.split()))


def test_six_tasks_are_asked_for_by_lists_and_five_one_by_one() -> None:
    wait = Wait(lambda time, job, _n: by_list(time, job, 6.0), SIX)
    # The next round begins two seconds after the one before began.
    assert wait.lists() == [0.0, 2.5, 5.0, 7.5]
    assert [job for _, job in wait.sent if isinstance(job, str)] == []
    assert [event.at for event in wait.of(Settled)] == [8.5] * 6
    # Of two IDs that differ in case, one is not looked up in lists.
    for ids in (SIX[:5], [*SIX[:5], "T0"]):
        few = Wait(lambda time, job, _n: by_list(time, job, 6.0), ids)
        assert few.lists() == []
        assert len(few.of(Settled)) == len(ids)


def test_without_an_interval_a_round_begins_two_seconds_after_the_other_at_the_earliest() -> None:
    wait = Wait(lambda time, job, _n: by_list(time, job, 30.0), SIX, interval=None)
    rounds = wait.lists()
    assert rounds[:3] == [0.0, 2.0, 4.0]


def test_what_a_list_hides_is_asked_for_by_itself_from_then_on() -> None:
    ids = [*SIX, "t6", "t7"]
    wait = Wait(lambda time, job, _n: by_list(time, job, 8.0, "t6 t7"), ids)
    assert wait.lists()[:2] == [0.0, 2.5]
    assert wait.asked("t6")[:2] == [0.5, 3.0]
    assert wait.asked("t0") == []
    assert len(wait.of(Settled)) == 8


def test_a_list_that_hides_more_than_half_is_not_read_again() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return by_list(time, job, 20.0, "t0 t1 t2 t3")

    assert Wait(say, SIX).lists() == [0.0]
    # With half of them hidden, it is.
    twelve = [*SIX, *(f"u{n}" for n in range(6))]
    assert len(Wait(lambda time, job, _n: by_list(time, job, 20.0), twelve).lists()) > 2
    thirteen = [*twelve, "u6"]
    assert Wait(lambda time, job, _n: by_list(time, job, 20.0), thirteen).lists() == [0.0]


def test_a_hidden_task_that_a_list_shows_again_goes_by_list_again() -> None:
    def shown(time: float, job: Job, _n: int) -> Said[Answer]:
        said = by_list(time, job, 20.0)
        if said is not None and isinstance(said[1], PageAnswer) and time > 2 and time < 20:
            return page(*said[1].documents, task("t0x"))
        return said

    def say(time: float, job: Job, n: int) -> Said[Answer]:
        return seen(task("t0", "FINISHED")) if job == "t0" else shown(time, job, n)

    wait = Wait(shown, [*SIX, "t0x"])
    assert [time for time in wait.asked("t0x") if time < 20] == [0.5]
    assert len([time for time in wait.lists() if time < 20]) == 8


def test_ids_that_differ_in_case_are_looked_up_one_by_one() -> None:
    wait = Wait(lambda time, job, _n: by_list(time, job, 6.0), [*SIX, "T0"])
    assert wait.asked("T0")[:2] == [0.5, 3.0]
    assert wait.asked("t0") == []
    assert len(wait.of(Settled)) == 7


def test_a_list_that_hangs_does_not_delay_the_tasks() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if not isinstance(job, str) and time < 50:
            return None
        return by_list(time, job, 90.0)

    wait = Wait(say, SIX)
    assert wait.asked("t0")[:2] == [3.0, 5.5]
    # A minute later lists are tried again.
    assert [wait.lists()[0], wait.lists()[1]] == [0.0, pytest.approx(63.0, abs=2.5)]
    assert wait.lists()[1] >= 63.0
    assert len(wait.of(Settled)) == 6


def test_a_list_that_fails_is_tried_again_after_one_task_was_answered() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        if not isinstance(job, str) and time < 2:
            return 0.5, fault()
        return by_list(time, job, 9.0)

    wait = Wait(say, SIX)
    singles = [(t, job) for t, job in wait.sent if isinstance(job, str)]
    assert singles == [(0.5, "t0")]
    assert wait.lists()[:2] == [0.0, 2.0]
    assert wait.of(OutageBegan) == []


def test_a_list_that_keeps_failing_is_given_up_where_tasks_are_answered() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        return by_list(time, job, 60.0) if isinstance(job, str) else (0.5, fault())

    wait = Wait(say, SIX)
    assert len(wait.lists()) == 3
    assert len(wait.of(Settled)) == 6


def test_a_page_of_a_list_that_fails_is_not_repeated() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        if isinstance(job, str):
            return by_list(time, job, 9.0)
        if job.offset:
            return 0.5, fault()
        return 0.5, PageAnswer([task(i) for i in SIX], 1010, CREATED.timestamp())

    wait = Wait(say, SIX)
    assert [job.offset for _, job in wait.sent if not isinstance(job, str)][:2] == [0, 900]
    assert wait.of(OutageBegan) == []
    assert len(wait.of(Settled)) == 6


def test_a_task_that_ends_while_a_list_is_read_ends_once() -> None:
    for is_shown in (True, False):

        def say(time: float, job: Job, _n: int, is_shown: bool = is_shown) -> Said[Answer]:
            # `t6` is not in the first list, and its end comes while the second one is read.
            if job == "t6":
                return 2.5, TaskAnswer(task("t6", "FINISHED"), None)
            if isinstance(job, str):
                return seen(task(job, state_at(time, ends=9.0)))
            shown = [*SIX, "t6"] if is_shown and 3.0 < time < 6.0 else SIX
            return 1.5, PageAnswer([task(i) for i in shown if time < 9.0], 7, CREATED.timestamp())

        wait = Wait(say, [*SIX, "t6"])
        assert wait.of(Settled)[0] == Settled(4.0, "t6", task("t6", "FINISHED"))
        assert len(wait.of(Settled)) == 7


def test_what_vanishes_from_a_list_is_asked_for_at_once() -> None:
    an_hour_ago = "2026-05-23T04:07:31"

    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if isinstance(job, str):
            state = "FINISHED" if job == "old" else "RUNNING"
            return seen(document(job, state, created_on=an_hour_ago), time)
        shown = [task(i) for i in SIX]
        if time < 1:
            shown.append(document("old", created_on=an_hour_ago))
        return 0.5, PageAnswer(shown, len(shown), CREATED.timestamp() + time)

    wait = Wait(say, [*SIX, "old"], interval=None, timeout=20.0)
    # By its age alone it would be looked at half a minute later.
    assert wait.asked("old") == [2.5]


def test_while_nothing_is_answered_no_list_is_tried() -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return (0.5, fault()) if time < 10 else by_list(time, job, 30.0)

    wait = Wait(say, SIX)
    assert [time for time in wait.lists() if time < 10] == [0.0]
    assert [job for t, job in wait.sent if isinstance(job, str) and t < 10] == ["t0"] * 4


@pytest.mark.parametrize("error", [KeyRefused("no", status=403), ApiError("odd", status=400)])
def test_a_list_that_is_refused_is_done_without(error: ApiError) -> None:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        return by_list(time, job, 6.0) if isinstance(job, str) else (0.5, error)

    wait = Wait(say, SIX)
    assert wait.lists() == [0.0]
    assert wait.asked("t5")[0] == 0.5
    assert wait.of(Failed) == []
    assert len(wait.of(Settled)) == 6


def test_tasks_that_ended_are_not_looked_for_in_later_lists() -> None:
    def say(time: float, job: Job, n: int) -> Said[Answer]:
        state = {i: state_at(time, ends=4.0 if i == "t0" else 9.0) for i in [*SIX, "t6"]}
        if isinstance(job, str):
            return seen(task(job, state[job]))
        asked = {value for name, value in job.parameters if name == "state"}
        return page(*(task(i, state[i]) for i in state if state[i] in asked))

    wait = Wait(say, [*SIX, "t6"])
    assert wait.asked("t0") == [5.5]
    assert len(wait.of(Settled)) == 7


# How long others took


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
