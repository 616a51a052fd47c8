"""Circumstances in which waits were once seen to go wrong, each as one case with its bound.

Each was tried from outside with the installed command; the tasks end after 12 to 15 s.
"""

import random
from itertools import pairwise
from typing import NamedTuple

import pytest

from gcore_tasks_cli.polling.events import OutageBegan, OutageEnded, Tick
from gcore_tasks_cli.polling.jobs import Answer, GetTask, ListPage
from tests.properties.promises import LONGEST_GAP, fetch, pace, settled, watch
from tests.properties.world import EVERYTHING, FOR_GOOD, LISTS, START, Fault, SimulatedTask, World


class Row(NamedTuple):
    """So many tasks under these faults: the last end may be noticed so late, in seconds."""

    name: str
    tasks: int
    faults: tuple[Fault, ...]
    late: float
    most_requests: int = 200


PACE = pace(0)
ROWS = (
    Row("no fault, 8", 8, (), PACE),
    Row("no fault, 60", 60, (), PACE),
    Row("no fault, 1000", 1000, (), PACE),
    Row("one list answers 429", 8, (Fault(2, 99, "429", LISTS, times=1),), PACE),
    Row("one list answers 429 late", 8, (Fault(11, 99, "429", LISTS, times=1),), PACE + 6),
    Row("503 with Retry-After for 3 s", 8, (Fault(2, 5, "503", retry_after=2.0),), PACE),
    Row("503 at the end", 8, (Fault(11, 14, "503", retry_after=2.0),), PACE + 6 + 2),
    Row(
        "lists answer 429 with Retry-After for 2 s",
        60,
        (Fault(4, 6, "429", LISTS, retry_after=1.0),),
        PACE,
        60,
    ),
    Row(
        "lists answer 429 with Retry-After at the end",
        60,
        (Fault(12, 14, "429", LISTS, retry_after=1.0),),
        PACE + 6 + 1,
        120,
    ),
    Row("one list of many answers 429", 1000, (Fault(4, 99, "429", LISTS, times=1),), PACE, 120),
    Row("every third is 429, 8", 8, (Fault(0, FOR_GOOD, "429", every=3),), PACE + 6),
    Row("every third is 429, 60", 60, (Fault(0, FOR_GOOD, "429", every=3),), PACE + 6, 120),
    Row("one list of many hangs", 1000, (Fault(4, 99, "hang", LISTS, times=1),), PACE, 120),
    Row("one list hangs at the end", 1000, (Fault(12, 99, "hang", LISTS, times=1),), PACE + 6, 180),
    Row("lists are cut short", 1000, (Fault(4, 8, "cut short", LISTS),), PACE, 180),
    Row(
        "the list and the first task answer 500",
        8,
        (Fault(0, FOR_GOOD, "500", LISTS), Fault(0, FOR_GOOD, "500", "task-0")),
        PACE,
        150,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_last_end_is_noticed(row: Row, seed: int) -> None:
    dice = random.Random(seed)
    world_tasks = [SimulatedTask(f"task-{n}", dice.uniform(12, 15)) for n in range(row.tasks)]
    world = World(world_tasks, row.faults)
    noticed = settled(watch(world, timeout=60, seed=seed))
    broken = {fault.on for fault in row.faults}
    for task in world_tasks:
        if task.id not in broken:
            assert noticed[task.id] - task.end <= row.late + 1.0, task
    assert len(world.requests) <= row.most_requests


@pytest.mark.parametrize(("count", "others"), [(60, 1500), (1000, 500), (1000, 3000), (3000, 0)])
def test_more_tasks_than_a_page_shows_are_noticed(count: int, others: int) -> None:
    dice = random.Random(5)
    tasks = [SimulatedTask(f"task-{n}", dice.uniform(20, 30)) for n in range(count)]
    rest = [SimulatedTask(f"other-{n}", dice.uniform(0, 30)) for n in range(others)]
    world = World(dice.sample(tasks + rest, count + others))
    noticed = settled(watch(world, [task.id for task in tasks], timeout=300))
    assert max(noticed[task.id] - task.end for task in tasks) <= PACE + 1.0


def test_a_hang_a_retry_after_and_a_third_task_are_no_busy_loop() -> None:
    faults = (Fault(4, 5.5, "hang", "task-0"), Fault(4, 99, "503", "task-1", 20.0, times=1))
    world = World([SimulatedTask(f"task-{n}", 32.0) for n in range(3)], faults)
    watch(world, timeout=60)
    # A second has a tick, two requests and their answers.
    assert len(world.waits) <= 6 * world.time
    assert len(world.requests) <= 2 * world.time + 5


def test_a_hundred_tasks_come_though_every_second_request_is_one_too_many() -> None:
    tasks = [SimulatedTask(f"task-{n}", 0.0) for n in range(100)]
    world = World(tasks, [Fault(0, FOR_GOOD, "429", EVERYTHING, every=2)])
    answers = fetch(world, [GetTask(task.id) for task in tasks])
    assert all(isinstance(answer, Answer) for _, answer in answers)
    # Each is asked for twice at most, and never more than a second after the last.
    assert len(world.requests) <= 200
    assert world.time <= 200 * 1.0 + 5


def test_a_task_of_three_days_is_looked_at_every_minute() -> None:
    world = World([SimulatedTask("task-0", 1750.0, created=-3 * 86400.0)])
    noticed = settled(watch(world, timeout=3600))
    assert noticed["task-0"] <= 1750 + LONGEST_GAP + 1
    assert all(b - a <= LONGEST_GAP + 1 for a, b in pairwise(world.singles()))


@pytest.mark.parametrize("count", [8, 60])
def test_a_list_that_asks_for_a_pause_is_reported(count: int) -> None:
    tasks = [SimulatedTask(f"task-{n}", 60.0) for n in range(count)]
    world = World(tasks, [Fault(5, 99, "503", LISTS, retry_after=15.0, times=1)])
    events = watch(world, timeout=100)
    failed_at = next(r.at for r in world.requests if not r.is_good)
    began = [event.at - START for event in events if isinstance(event, OutageBegan)]
    assert len(began) == 1
    assert 2.5 <= began[0] - failed_at <= 5.0
    over = [event.at - START for event in events if isinstance(event, OutageEnded)]
    assert len(over) == 1
    assert over[0] <= failed_at + 15 + 6
    paused = failed_at + 15
    ticks = [e for e in events if isinstance(e, Tick) and began[0] + 1 < e.at - START < paused]
    assert ticks
    assert all(tick.outage is not None for tick in ticks)
    # In the meantime each task is asked for by itself.
    asked = {
        r.job.task_id
        for r in world.requests
        if failed_at < r.at < over[0] and not isinstance(r.job, ListPage)
        if isinstance(r.job, GetTask)
    }
    assert len(asked) == count
