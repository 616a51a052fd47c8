"""A wait that finds its tasks: active ones, a first one, and later ones too."""

import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from gcore_tasks_cli.errors import KeyRefused
from gcore_tasks_cli.polling.events import (
    LIST_ID,
    Changed,
    Event,
    Failed,
    Found,
    Settled,
    Stopped,
    StopReason,
    Unfinished,
)
from gcore_tasks_cli.polling.finder import Search
from gcore_tasks_cli.polling.requests import ONE_ANSWER, UNTIL_DEADLINE, Requests
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from gcore_tasks_cli.tasks.query import TaskQuery
from tests.properties.promises import ENDINGS, pace, settled
from tests.properties.world import EPOCH, FOR_GOOD, LISTS, START, Fault, SimulatedTask, World

ACTIVE = TaskQuery(states=("NEW", "RUNNING"))
# Looks for a first task, and for later ones, are so many seconds apart at most; an answer is there
# a moment later.
APPEAR_SECONDS, FOLLOW_SECONDS, SOON = 2.0, 5.0, 0.2


def search(world: World, goal: Search, timeout: float = 60.0, *, once: bool = False) -> list[Event]:
    """The events; each task that was found has one end."""
    world.deadline = START + timeout if not once else math.inf
    policy = ONE_ANSWER if once else UNTIL_DEADLINE
    requests = Requests(world, policy, lambda _low, high: high, deadline=world.deadline)
    wait = Watch(goal, requests, Schedule(), once=once)
    events = []
    for event in wait.run():
        world.made_progress()
        events.append(event)
    changed = {e.task_id for e in events if isinstance(e, Changed)}
    ended = Counter(e.task_id for e in events if isinstance(e, ENDINGS) and e.task_id != LIST_ID)
    assert ended == dict.fromkeys(changed, 1)
    assert world.time <= timeout
    return events


def of(events: list[Event], kind: type[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def stop(events: list[Event]) -> tuple[float, StopReason]:
    assert isinstance(events[-1], Stopped)
    return round(events[-1].at - START, 3), events[-1].reason


def found(events: list[Event]) -> tuple[int, int]:
    """How many tasks were found, among how many."""
    event = next(event for event in events if isinstance(event, Found))
    return event.tasks, event.searched


def tasks(count: int, end: float, **more: object) -> list[SimulatedTask]:
    return [SimulatedTask(f"task-{n}", end, **more) for n in range(count)]  # type: ignore[arg-type]


# Those that are active


@pytest.mark.parametrize("count", [1, 8, 2500])
def test_all_that_are_active_are_waited_for_whatever_the_pages(count: int) -> None:
    later, over = SimulatedTask("later", 20.0, 3.0), SimulatedTask("over", -5.0, -9.0)
    world = World([*tasks(count, 10.0, created=-3.0), later, over])
    events = search(world, Search(ACTIVE))
    assert found(events) == (count, count)
    assert set(settled(events)) == {f"task-{n}" for n in range(count)}
    assert stop(events)[1] is StopReason.ALL_SETTLED
    assert world.time <= 10.0 + pace(13.0) + SOON
    assert len(world.requests) <= 50


def test_what_the_api_cannot_filter_is_filtered_here() -> None:
    world = World([
        SimulatedTask("a", 5.0, -1.0, task_type="create_vm"),
        SimulatedTask("b", 5.0, -1.0, task_type="delete_vm"),
        SimulatedTask("c", 5.0, -1.0, task_type="create_volume"),
    ])  # fmt: skip
    events = search(world, Search(ACTIVE._replace(types=("create_",))))
    assert found(events) == (2, 3)
    assert set(settled(events)) == {"a", "c"}


def test_a_task_that_no_request_can_ask_for_is_left_out() -> None:
    events = search(World([SimulatedTask("..", 5.0), SimulatedTask("a", 5.0)]), Search(ACTIVE))
    assert found(events) == (1, 2)
    assert set(settled(events)) == {"a"}


def test_a_list_that_is_refused_ends_it_at_once() -> None:
    world = World(tasks(3, 5.0), [Fault(0, FOR_GOOD, "403", LISTS)])
    events = search(world, Search(ACTIVE))
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert (failed.task_id, type(failed.error)) == (LIST_ID, KeyRefused)
    assert stop(events) == (0.05, StopReason.ALL_SETTLED)


@pytest.mark.parametrize("kind", ["503", "hang", "429", "nonsense"])
def test_a_list_that_fails_is_read_again_up_to_the_deadline(kind: str) -> None:
    world = World(tasks(3, 40.0), [Fault(0, 20.0, kind, LISTS)])
    assert len(settled(search(world, Search(ACTIVE)))) == 3
    world = World(tasks(3, 40.0), [Fault(0, FOR_GOOD, kind, LISTS)])
    events = search(world, Search(ACTIVE))
    assert stop(events) == (60.0, StopReason.DEADLINE)
    assert isinstance(events[-1], Stopped)
    assert events[-1].outage is not None


def test_a_single_check_reads_the_list_and_shows_what_is_active() -> None:
    world = World(tasks(3, 40.0), [Fault(0, 1.0, "503", LISTS)])
    events = search(world, Search(ACTIVE), once=True)
    assert found(events) == (3, 3)
    assert len(of(events, Changed)) == len(of(events, Unfinished)) == 3
    assert stop(events)[1] is StopReason.DEADLINE
    assert not world.singles()
    refused = World(tasks(3, 40.0), [Fault(0, FOR_GOOD, "503", LISTS)])
    events = search(refused, Search(ACTIVE), once=True)
    assert len(of(events, Failed)) == 1
    assert len(refused.requests) == 5


# A first one


@pytest.mark.parametrize(
    ("created", "end"), [(0.0, 30.0), (7.3, 30.0), (9.95, 30.0), (3.1, 3.4), (9.7, 9.9), (-1.5, -1)]
)
def test_a_first_task_is_found_though_it_ends_between_two_looks(created: float, end: float) -> None:
    world = World([SimulatedTask("old", -10.0, -60.0), SimulatedTask("a", end, created)])
    events = search(world, Search(ACTIVE, appear_seconds=10.0))
    event = next(event for event in events if isinstance(event, Found))
    assert event.tasks == 1
    assert event.is_recent == (end < 20.0)
    # The API counts in whole seconds.
    assert event.at - START <= max(0.0, created) + APPEAR_SECONDS + SOON
    assert set(settled(events)) == {"a"}
    assert stop(events)[1] is StopReason.ALL_SETTLED


@pytest.mark.parametrize("timeout", [60.0, 10.5, 6.0])
def test_where_nothing_appears_it_ends_in_time_after_a_last_look(timeout: float) -> None:
    world = World([SimulatedTask("late", 50.0, 12.0), SimulatedTask("old", -10.0, -60.0)])
    events = search(world, Search(ACTIVE, appear_seconds=10.0), timeout)
    at, reason = stop(events)
    last_look = min(10.0, timeout - 1.0)
    assert reason is StopReason.NOTHING_FOUND
    assert at <= min(10.0 + SOON, timeout)
    assert last_look <= world.requests[-1].at
    assert not of(events, Found)


def test_an_outage_is_named_where_nothing_appeared_in_it() -> None:
    world = World(tasks(1, 50.0, created=6.0), [Fault(5.0, FOR_GOOD, "503")])
    events = search(world, Search(ACTIVE, appear_seconds=10.0))
    assert stop(events)[1] is StopReason.NOTHING_FOUND
    assert stop(events)[0] <= 11.0
    assert isinstance(events[-1], Stopped)
    assert events[-1].outage is not None


def test_only_what_was_created_since_is_a_recent_find() -> None:
    since = datetime.fromtimestamp(EPOCH, UTC) + timedelta(seconds=4)
    world = World([SimulatedTask("a", 2.4, 2.1), SimulatedTask("b", 6.4, 6.1)])
    events = search(world, Search(ACTIVE._replace(since=since), appear_seconds=10.0))
    assert set(settled(events)) == {"b"}


# Later ones too


def test_later_tasks_are_added_up_to_the_deadline() -> None:
    later = [SimulatedTask(f"later-{n}", 10.0 * n + 9, 10.0 * n) for n in range(1, 6)]
    world = World([*tasks(2, 8.0), *later])
    events = search(world, Search(ACTIVE, follow=True))
    noticed = settled(events)
    for task in later[:-1]:
        (seen,) = (e.at - START for e in events if isinstance(e, Changed)
                   if e.task_id == task.id and e.document.state == "RUNNING")  # fmt: skip
        assert task.created <= seen <= task.created + FOLLOW_SECONDS + SOON
        assert noticed[task.id] <= task.end + pace(9.0) + SOON
    assert found(events) == (2, 2)
    assert stop(events) == (60.0, StopReason.DEADLINE)


def test_many_later_tasks_are_waited_for_by_lists() -> None:
    world = World([*tasks(2, 8.0), *(SimulatedTask(f"x-{n}", 30.0, 7.0) for n in range(1500))])
    events = search(world, Search(ACTIVE, follow=True))
    assert len(settled(events)) == 1502
    assert len(world.requests) <= 120


def test_a_list_that_is_refused_ends_the_following_and_not_the_wait() -> None:
    world = World([SimulatedTask("a", 40.0), SimulatedTask("later", 50.0, 20.0)])
    world.faults = [Fault(12.0, FOR_GOOD, "403", LISTS)]
    events = search(world, Search(ACTIVE, follow=True))
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert failed.task_id == LIST_ID
    # It has worked: a refusal is believed at the third time, after 5 s.
    assert 17.0 <= failed.at - START <= 17.0 + FOLLOW_SECONDS + 1.0
    assert set(settled(events)) == {"a"}
    assert stop(events)[1] is StopReason.ALL_SETTLED


def test_following_goes_on_after_an_outage_of_the_list() -> None:
    world = World([SimulatedTask("a", 55.0), SimulatedTask("later", 50.0, 20.0)])
    world.faults = [Fault(12.0, 30.0, "503", LISTS)]
    events = search(world, Search(ACTIVE, follow=True))
    assert set(settled(events)) == {"a", "later"}
    assert not of(events, Failed)


def test_a_signal_ends_a_search() -> None:
    for goal in (Search(ACTIVE), Search(ACTIVE, 30.0), Search(ACTIVE, follow=True)):
        world = World(tasks(2, 50.0), [Fault(0, FOR_GOOD, "hang", LISTS)], interrupt_at=5.0)
        events = search(world, goal)
        assert stop(events) == (5.0, StopReason.INTERRUPTED)
    assert not of(events, Settled)
