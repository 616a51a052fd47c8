"""A wait for named tasks: one look at each, lists for many, and how trouble is reported."""

import math

import pytest

from gcore_tasks_cli.errors import NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Goal,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.requests import ONE_ANSWER, Requests
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from tests.properties.promises import check_noticed, watch
from tests.properties.world import (
    EPOCH,
    FOR_GOOD,
    LISTS,
    SINGLES,
    START,
    Fault,
    SimulatedTask,
    World,
)

TASKS = (
    SimulatedTask("finished", -5.0, -9.0),
    SimulatedTask("running", 99.0, -7.0),
    SimulatedTask("error", -5.0, -9.0, "ERROR"),
)


def check_once(*ids: str, goal: Goal | None = None, world: World | None = None) -> list[Event]:
    wait = Watch(
        ids,
        Requests(world or World(TASKS), ONE_ANSWER, lambda _low, high: high),
        Schedule(),
        goal=goal,
        once=True,
    )
    return [event for event in wait.run() if not isinstance(event, Tick)]


def ends(events: list[Event]) -> list[tuple[type[Event], str]]:
    """What became of each task, in order."""
    ending = [e for e in events if isinstance(e, (Settled, Failed, Unfinished))]
    return [(type(event), event.task_id) for event in ending]


def stop(events: list[Event]) -> StopReason:
    assert isinstance(events[-1], Stopped)
    return events[-1].reason


# One look


def test_each_task_is_seen_once_and_not_waited_for() -> None:
    world = World(TASKS)
    events = check_once("finished", "running", "error", world=world)
    assert ends(events) == [(Settled, "finished"), (Unfinished, "running"), (Settled, "error")]
    assert [e.age_seconds for e in events if isinstance(e, Changed)] == [9.0, 7.0, 9.0]
    assert stop(events) is StopReason.DEADLINE
    assert len(world.requests) == 3
    assert world.time == pytest.approx(0.05)
    assert stop(check_once("finished", "error")) is StopReason.ALL_SETTLED


def test_one_look_takes_as_many_single_requests_as_there_are_tasks() -> None:
    tasks = [SimulatedTask(f"task-{n}", 99.0) for n in range(60)]
    world = World(tasks)
    events = check_once(*(task.id for task in tasks), world=world)
    assert len(ends(events)) == len(world.requests) == 60
    # Nothing paces them: sixteen at a time.
    assert world.time == pytest.approx(4 * world.latency)


def test_one_look_is_retried_as_a_get_is() -> None:
    faults = [Fault(0, 2.0, "503", "finished"), Fault(0, FOR_GOOD, "503", "error")]
    world = World(TASKS, faults)
    events = check_once("finished", "error", "unknown", world=world)
    assert {end: kind for kind, end in ends(events)} == {
        "finished": Settled,
        "error": Failed,
        "unknown": Failed,
    }
    errors = {e.task_id: e.error for e in events if isinstance(e, Failed)}
    assert isinstance(errors["unknown"], TaskNotFound)
    assert errors["error"].message.startswith("simulated: 503; tried for ")
    assert len(world.singles("error")) == 5
    assert stop(events) is StopReason.ALL_SETTLED


def test_one_look_stops_at_what_was_waited_for() -> None:
    ids = ("running", "error", "finished")
    events = check_once(*ids, goal=Goal(any_one=True))
    assert ends(events) == [(Unfinished, "running"), (Settled, "error"), (Unfinished, "finished")]
    assert stop(events) is StopReason.ANY
    events = check_once("finished", "error", "running", goal=Goal(fail_fast=True))
    assert ends(events) == [(Settled, "finished"), (Settled, "error"), (Unfinished, "running")]
    assert stop(events) is StopReason.FAIL_FAST


def test_an_interrupted_look_says_what_it_has_seen() -> None:
    world = World(TASKS, [Fault(0, FOR_GOOD, "hang", "running")], interrupt_at=2.0)
    events = check_once("finished", "running", world=world)
    assert ends(events) == [(Settled, "finished"), (Unfinished, "running")]
    assert (stop(events), world.time) == (StopReason.INTERRUPTED, 2.0)


# Lists


def test_where_others_crowd_them_out_they_are_noticed_all_the_same() -> None:
    tasks = [SimulatedTask(f"task-{n}", 40.0, -100.0 + n) for n in range(50)]
    foreign = [SimulatedTask(f"x-{n}", -1.0, -100.0 + n % 50) for n in range(5000)]
    world = World([*foreign, *tasks])
    events = watch(world, [task.id for task in tasks])
    check_noticed(World(tasks), events)


# Trouble


@pytest.mark.parametrize("count", [1, 8])
def test_flapping_is_one_line_with_a_count(count: int) -> None:
    tasks = [SimulatedTask(f"task-{n}", 80.0) for n in range(count)]
    events = watch(World(tasks, [Fault(5, 60, "503", every=2)]))
    began = [event for event in events if isinstance(event, OutageBegan)]
    (ended,) = (event for event in events if isinstance(event, OutageEnded))
    assert len(began) == 1
    assert ended.failures >= 5
    assert 40 <= ended.seconds <= 60


def test_an_api_that_fails_slowly_is_not_asked_without_a_pause() -> None:
    world = World([SimulatedTask("a", 99.0)], [Fault(6, 99, "503")], latency=5.0)
    watch(world, timeout=60)
    assert len(world.singles("a")) <= 25


def test_an_outage_that_comes_back_at_once_is_one_trouble() -> None:
    outages = [Fault(begin, begin + 5, "503") for begin in range(5, 50, 9)]
    events = watch(World([SimulatedTask("a", 80.0)], outages))
    kinds = [type(event) for event in events if isinstance(event, (OutageBegan, OutageEnded))]
    assert kinds == [OutageBegan, OutageEnded]


def test_an_outage_says_since_when_nothing_was_answered_and_when_the_next_try_is() -> None:
    world = World([SimulatedTask("a", 99.0)], [Fault(10, 60, "503", retry_after=15.0)])
    events = watch(world, timeout=30)
    (began,) = (event.outage for event in events if isinstance(event, OutageBegan))
    good = max(r.at for r in world.requests if r.is_good)
    assert began.is_total
    assert began.answered - START == pytest.approx(good + world.latency)
    assert isinstance(began.error, NoAnswer)
    ticks = [e.outage.next_try for e in events if isinstance(e, Tick) and e.outage is not None]
    assert None not in ticks[:10]
    (left,) = (event for event in events if isinstance(event, Unfinished))
    assert left.document is not None
    assert isinstance(events[-1], Stopped)
    assert events[-1].outage is not None


def test_where_others_are_answered_the_trouble_is_not_total() -> None:
    world = World([SimulatedTask(n, 60.0) for n in "ab"], [Fault(10, 40, "503", "a")])
    (began,) = (e.outage for e in watch(world) if isinstance(e, OutageBegan))
    assert not began.is_total


@pytest.mark.parametrize("where", [LISTS, SINGLES])
def test_the_age_is_that_of_the_apis_clock(where: str) -> None:
    tasks = [SimulatedTask(f"task-{n}", 9.0, -100.0) for n in range(8)]
    world = World(tasks, [Fault(0, math.inf, "403", where)])
    seen = [e for e in watch(world, timeout=60) if isinstance(e, Changed)]
    assert EPOCH - START > 0  # the port's clock has nothing to do with it
    assert {round(e.age_seconds - (e.at - START)) for e in seen} <= {99, 100}
