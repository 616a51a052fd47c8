"""What every wait promises, held against what a simulated world has recorded of one.

Times are in seconds since the world began.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.events import Event, Failed, Goal, Settled, Stopped, Unfinished
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job
from gcore_tasks_cli.polling.requests import ONE_ANSWER, UNTIL_DEADLINE, Requests
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from tests.properties.world import FOR_GOOD, LISTS, START, SimulatedTask, World

ENDINGS = (Settled, Failed, Unfinished)
ROUNDING = 1e-6
# From so many tasks on lists answer for them, if they can.
FEWEST_BY_LIST = 6
LONGEST_GAP = 60.0
# So long a list that failed is left alone, once anything else is answered.
LONGEST_REST = 6.0
_SHORTEST_RECOVERY = 6.0
# A fault may change what is next: then a wake-up finds nothing to do.
_IDLE_WAKES_A_SECOND = 1.0


def watch(
    world: World,
    ids: Sequence[str] | None = None,
    *,
    timeout: float = 900.0,
    interval: float | None = None,
    goal: Goal | None = None,
    seed: int = 7,
) -> list[Event]:
    """The events of a wait for these tasks, or all of the world's; `check_requests` held."""
    world.deadline = START + timeout
    uniform = random.Random(seed).uniform
    wait = Watch(
        [task.id for task in world.tasks] if ids is None else ids,
        Requests(world, UNTIL_DEADLINE, uniform, deadline=world.deadline),
        Schedule(interval),
        goal=goal or Goal(),
    )
    events = []
    for event in wait.run():
        world.made_progress()
        events.append(event)
    check_events(world, [task.id for task in world.tasks] if ids is None else ids, events)
    if interval is None:
        check_rates(world, events)
    return events


def fetch(world: World, jobs: Sequence[Job], seed: int = 7) -> list[tuple[Job, Answer | ApiError]]:
    """What `get` and `ack` do: each job with its answer."""
    answers = []
    requests = Requests(world, ONE_ANSWER, random.Random(seed).uniform)
    for answer in requests.in_order(jobs):
        world.made_progress()
        answers.append(answer)
    check_wakes(world)
    return answers


def settled(events: Iterable[Event]) -> dict[str, float]:
    """When the end of each task was noticed."""
    return {e.task_id: e.at - START for e in events if isinstance(e, Settled)}


def failed(events: Iterable[Event]) -> dict[str, Failed]:
    """The IDs for which the API gave no answer."""
    return {e.task_id: e for e in events if isinstance(e, Failed)}


def check_events(world: World, ids: Sequence[str], events: Sequence[Event]) -> None:
    """Each ID ends once, not before its task does, and none is asked for afterwards."""
    ended = [e for e in events if isinstance(e, ENDINGS)]
    assert Counter(e.task_id for e in ended) == Counter(dict.fromkeys(ids, 1))
    assert isinstance(events[-1], Stopped)
    assert sum(isinstance(e, Stopped) for e in events) == 1
    assert events[-1].at <= world.deadline + ROUNDING
    assert world.time <= world.deadline - START + ROUNDING
    times = [e.at for e in events]
    assert times == sorted(times)
    noticed, ends = settled(events), {task.id: task.end for task in world.tasks}
    assert all(ends[task_id] <= at for task_id, at in noticed.items())
    over = {e.task_id: e.at - START for e in ended}
    for request in world.requests:
        if isinstance(request.job, GetTask):
            assert request.at <= over[request.job.task_id], f"{request} comes after its end"
    check_wakes(world)


def check_wakes(world: World) -> None:
    """Hardly any wake-up finds nothing to do."""
    idle = len(world.idle_wakes)
    assert idle <= 5 + _IDLE_WAKES_A_SECOND * world.time, f"{idle} wake-ups for nothing"


def check_rates(world: World, events: Sequence[Event]) -> None:
    """At most 10 requests for single tasks a second, and 2 while five or fewer are waited for."""
    asked = world.singles()
    for first, last in zip(asked, asked[10:], strict=False):
        assert last - first >= 1.0 - ROUNDING, f"more than 10 a second at {first}"
    ends = sorted(e.at - START for e in events if isinstance(e, ENDINGS))
    few_from = ends[-FEWEST_BY_LIST] if len(ends) >= FEWEST_BY_LIST else -1.0
    # Any span of T seconds holds at most 2·T + 5.
    fewest = math.inf
    for count, at in enumerate(at for at in asked if at > few_from):
        fewest = min(fewest, count - 2 * at)
        assert count + 1 - 2 * at - fewest <= 5 + ROUNDING, f"more than 2 a second at {at}"


def pace(age: float) -> float:
    """The longest time between two looks at a task of this age that is promised."""
    return min(max(2.8, age / 16), LONGEST_GAP)


def latency_slack(world: World) -> float:
    """What the way of the answers adds."""
    return 3 * world.latency + 0.3


def noticed_by(world: World, task: SimulatedTask, share: float = 0.1) -> float:
    """When the end of the task has to be noticed at the latest.

    It is its own pace after its end, and after a fault the larger of 6 s and a tenth of it more.
    A fault lasts to the end of the last Retry-After in it. Those that follow each other so closely
    that none of them was overcome are one.
    """
    latest = task.end + pace(task.end - task.created)
    for begin, end in _faults(world):
        if begin <= latest + latency_slack(world):
            recovery = max(_SHORTEST_RECOVERY, share * (end - begin))
            after = max(task.end, end)
            latest = max(latest, end + recovery + pace(after - task.created))
    return latest + latency_slack(world)


def _faults(world: World) -> list[tuple[float, float]]:
    """Begin and end of what went wrong, in order."""
    by_list = len(world.tasks) >= FEWEST_BY_LIST
    passing = [f for f in world.faults if f.end < FOR_GOOD and (by_list or f.on != LISTS)]
    spans = [(fault.begin, fault.end) for fault in passing] + world.retry_afters
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if joined:
            first, last = joined[-1]
            if begin <= last + max(_SHORTEST_RECOVERY, 0.1 * (last - first)) + pace(0):
                joined[-1] = first, max(last, end)
                continue
        joined.append((begin, end))
    return joined


def check_noticed(world: World, events: Sequence[Event]) -> None:
    """That every task has ended was noticed in time, save for those that are broken for good."""
    noticed = settled(events)
    broken = {fault.on for fault in world.faults if fault.end >= FOR_GOOD}
    for task in world.tasks:
        if task.id in broken:
            continue
        assert task.id in noticed, f"{task} was never noticed"
        late = noticed[task.id] - noticed_by(world, task)
        assert late <= 0, f"{task} was noticed at {noticed[task.id]:.2f}, {late:.2f} s too late"
