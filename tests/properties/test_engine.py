"""Waiting in simulated time: whatever the API does, the promises of a wait hold."""

import os
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.errors import ExitCode, KeyRefused, TaskNotFound
from gcore_tasks_cli.polling.events import (
    Event,
    Goal,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    StopReason,
    Unfinished,
)
from gcore_tasks_cli.polling.jobs import Acknowledge, Answer, GetTask
from tests.properties.promises import (
    LONGEST_GAP,
    LONGEST_REST,
    ROUNDING,
    check_noticed,
    failed,
    fetch,
    latency_slack,
    pace,
    settled,
    watch,
)
from tests.properties.world import (
    EVERYTHING,
    FOR_GOOD,
    LISTS,
    MOST_IN_FLIGHT,
    SINGLES,
    START,
    Fault,
    RateLimit,
    SimulatedTask,
    World,
)

# GTASK_FUZZ_EXAMPLES=20000 is for a night.
EXAMPLES = int(os.environ.get("GTASK_FUZZ_EXAMPLES", "250"))
DAY = 86400.0
AGES = st.sampled_from([0.0, 1.5, 60.0, 1200.0, 3 * DAY])
LATENCIES = st.sampled_from([0.02, 0.05, 0.3])
TRANSIENT = ("503", "500", "409", "408", "425", "429", "reset", "cut short", "nonsense", "hang")
BAD_LISTS = ("403", "400", "404", "302", "hidden", "empty")
PLACES = (EVERYTHING, EVERYTHING, LISTS, SINGLES)


def tasks(
    count: int, first_end: float, last_end: float, *, created: float = 0.0, seed: int = 3
) -> list[SimulatedTask]:
    """Tasks that end between these times."""
    dice = random.Random(seed)
    ends = [dice.uniform(first_end, last_end) for _ in range(count)]
    return [SimulatedTask(f"task-{n}", end, created) for n, end in enumerate(ends)]


def stop(events: list[Event]) -> tuple[float, StopReason]:
    """When the wait was over, and why."""
    assert isinstance(events[-1], Stopped)
    return events[-1].at - START, events[-1].reason


@st.composite
def few_tasks(draw: st.DrawFn, count: int) -> list[SimulatedTask]:
    ends = st.floats(0, 60).map(lambda seconds: round(seconds, 1))
    finals = st.sampled_from(["FINISHED", "FINISHED", "ERROR", "CANCELLED"])
    types = st.sampled_from([None, "create_vm", "create_k8s_cluster_v2"])
    return [
        SimulatedTask(f"task-{n}", draw(ends), -draw(AGES), draw(finals), task_type=draw(types))
        for n in range(count)
    ]


@st.composite
def many_tasks(draw: st.DrawFn) -> list[SimulatedTask]:
    first, age = draw(st.floats(0, 40)), draw(AGES)
    return tasks(1000, first, first + 20, created=-age, seed=draw(st.integers(0, 99)))


@st.composite
def passing_faults(draw: st.DrawFn, most: int = 3) -> list[Fault]:
    """Faults that end, none of which may end a wait."""
    faults = []
    for _ in range(draw(st.integers(1, most))):
        begin = draw(st.sampled_from([0.0, 0.1, 2.0, 7.5, 15.0, 31.0]))
        length = draw(st.sampled_from([0.1, 1.0, 3.0, 10.0, 30.0, 90.0]))
        place = draw(st.sampled_from(PLACES))
        kind = draw(st.sampled_from(TRANSIENT + (BAD_LISTS if place == LISTS else ())))
        after = draw(st.sampled_from([None, None, 0.0, 2.0, 15.0])) if kind.isdigit() else None
        every = draw(st.sampled_from([1, 1, 1, 2, 3]))
        faults.append(Fault(begin, begin + length, kind, place, after, every))
    return faults


@st.composite
def hostile_faults(draw: st.DrawFn) -> list[Fault]:
    """Any, also such as end a wait or never end."""
    faults = draw(passing_faults())
    place = st.sampled_from([*PLACES, "task-0"])
    kind = st.sampled_from([*TRANSIENT, *BAD_LISTS, "401", "odd 404", "endless"])
    for _ in range(draw(st.integers(0, 2))):
        begin = draw(st.sampled_from([0.0, 4.0, 20.0]))
        length = draw(st.sampled_from([2.0, 12.0, FOR_GOOD]))
        faults.append(Fault(begin, begin + length, draw(kind), draw(place)))
    return faults


def limits() -> st.SearchStrategy[RateLimit | None]:
    after = st.sampled_from([None, 1.0, "date"])
    limit = st.builds(RateLimit, st.sampled_from([2.0, 10.0]), st.booleans(), after)
    return st.one_of(st.none(), st.none(), limit)


# Each ID ends once, and nothing is asked that must not be


@settings(max_examples=EXAMPLES)
@given(
    st.sampled_from([1, 5, 8]).flatmap(few_tasks),
    hostile_faults(),
    limits(),
    LATENCIES,
    st.sampled_from([0.5, 7.5, 60.0, 300.0]),
    st.sampled_from([None, None, 0.1, 3.0]),
    st.builds(Goal, st.booleans(), st.booleans()),
    st.sampled_from([FOR_GOOD, FOR_GOOD, 0.01, 20.0]),
)
def test_every_id_ends_once_and_in_time(
    world_tasks: list[SimulatedTask],
    faults: list[Fault],
    limit: RateLimit | None,
    latency: float,
    timeout: float,
    interval: float | None,
    goal: Goal,
    interrupt_at: float,
) -> None:
    world = World(world_tasks, faults, limit, latency, interrupt_at)
    at, reason = stop(watch(world, timeout=timeout, interval=interval, goal=goal))
    assert reason is not StopReason.DEADLINE or at >= timeout - ROUNDING
    if world.interrupted:
        assert world.time <= interrupt_at + ROUNDING


@settings(max_examples=EXAMPLES // 30)
@given(many_tasks(), hostile_faults(), limits(), st.sampled_from([7.5, 60.0]))
def test_every_one_of_a_thousand_ids_ends_once_and_in_time(
    world_tasks: list[SimulatedTask],
    faults: list[Fault],
    limit: RateLimit | None,
    timeout: float,
) -> None:
    watch(World(world_tasks, faults, limit), timeout=timeout)


@settings(max_examples=EXAMPLES // 5)
@given(few_tasks(20), hostile_faults(), limits(), LATENCIES)
def test_every_job_of_a_get_is_answered_once_and_in_order(
    world_tasks: list[SimulatedTask],
    faults: list[Fault],
    limit: RateLimit | None,
    latency: float,
) -> None:
    world = World(world_tasks, faults, limit, latency)
    jobs = [GetTask(task.id) for task in world_tasks]
    assert [job for job, _ in fetch(world, jobs)] == jobs
    # It gives up 20 s after the last answer to any request; a 404 may take 3 s to be one.
    answered = max((r.at for r in world.requests if not r.is_transient), default=0.0)
    assert world.time <= answered + 3.0 + 20.0 + latency_slack(world)


# Every end is noticed


@pytest.mark.parametrize("count", [1, 3, 5, 8, 60])
def test_without_a_fault_every_end_is_noticed_within_the_pace(count: int) -> None:
    for created in (0.0, -100.0, -1200.0, -3 * DAY):
        world = World(tasks(count, 0, 100, created=created))
        check_noticed(world, watch(world))


@settings(max_examples=EXAMPLES)
@given(
    st.sampled_from([1, 5, 8]).flatmap(few_tasks),
    passing_faults(),
    st.sampled_from([None, None, "503", "hang", "reset", "nonsense"]),
    LATENCIES,
)
def test_whatever_the_fault_every_end_is_noticed(
    world_tasks: list[SimulatedTask], faults: list[Fault], broken: str | None, latency: float
) -> None:
    if broken is not None:  # one task, for good
        faults = [*faults, Fault(0, FOR_GOOD, broken, "task-0")]
    world = World(world_tasks, faults, latency=latency)
    check_noticed(world, watch(world))


@settings(max_examples=EXAMPLES // 15)
@given(many_tasks(), passing_faults(2))
def test_whatever_the_fault_every_end_of_a_thousand_is_noticed(
    world_tasks: list[SimulatedTask], faults: list[Fault]
) -> None:
    world = World(world_tasks, faults)
    check_noticed(world, watch(world))


@pytest.mark.parametrize("count", [1, 8, 60])
@pytest.mark.parametrize("latency", [3.0, 8.0, 20.0])
def test_a_slow_api_is_waited_for(count: int, latency: float) -> None:
    world = World(tasks(count, 30, 60), latency=latency)
    check_noticed(world, watch(world))


@pytest.mark.parametrize("count", [2, 5, 8, 60])
@pytest.mark.parametrize("kind", ["503", "hang", "reset", "nonsense", "403", "404"])
def test_one_task_that_is_broken_for_good_keeps_no_other_waiting(count: int, kind: str) -> None:
    world = World(tasks(count, 10, 40), [Fault(0, FOR_GOOD, kind, "task-0")])
    keeps_no_other_waiting(world)


def test_a_broken_task_takes_no_turns_of_the_others() -> None:
    ends = (0.0, 13.2, 11.0, 12.0, 13.0)
    five = [SimulatedTask(f"task-{n}", end) for n, end in enumerate(ends)]
    keeps_no_other_waiting(World(five, [Fault(0, FOR_GOOD, "503", "task-0")], latency=0.02))


@pytest.mark.parametrize("count", [2, 5, 8])
def test_one_task_with_retry_after_for_good_keeps_no_other_waiting(count: int) -> None:
    fault = Fault(0, FOR_GOOD, "503", "task-0", retry_after=30.0)
    keeps_no_other_waiting(World(tasks(count, 10, 40), [fault]))


def keeps_no_other_waiting(world: World) -> None:
    noticed = settled(watch(world, timeout=100))
    for task in world.tasks[1:]:
        assert noticed[task.id] <= task.end + pace(task.end) + latency_slack(world)


@pytest.mark.parametrize("count", [8, 60, 1000])
@pytest.mark.parametrize("kind", ["503", "429", "hang", "reset", "nonsense", *BAD_LISTS, "endless"])
def test_without_the_list_each_task_is_looked_at_in_turn(count: int, kind: str) -> None:
    broken = Fault(0, FOR_GOOD, kind, LISTS, retry_after=15.0 if kind == "503" else None)
    last_end = max(20.0, count / 8)
    world = World(tasks(count, 10, last_end), [broken])
    noticed = settled(watch(world))
    for task in world.tasks:
        turn = max(pace(task.end), count / 10) * 1.05 + 1.0 + latency_slack(world)
        if kind == "hidden" and int(task.id[5:]) % 2 == 0:
            turn = LONGEST_REST + latency_slack(world)  # the list shows it, when it is read
        # The first list that hangs is given up after a few seconds.
        assert noticed[task.id] <= max(task.end, LONGEST_REST) + turn


@pytest.mark.parametrize("count", [8, 1000])
@pytest.mark.parametrize("kind", ["503", "429", "hang", "reset", "403", "nonsense", "empty"])
@pytest.mark.parametrize("seconds", [0.1, 5.0, 40.0])
def test_a_list_is_read_again_soon_after_its_fault(count: int, kind: str, seconds: float) -> None:
    fault = Fault(4.0, 4.0 + seconds, kind, LISTS)
    world = World(tasks(count, 60, 70), [fault])
    check_noticed(world, watch(world))
    answered = [r.at for r in world.requests if r.is_good and r.at >= fault.end]
    again = next(r.at for r in world.lists() if r.is_good and r.at >= fault.end)
    assert again <= answered[0] + LONGEST_REST + latency_slack(world)


# Rate limits

RATES = (2.0, 5.0, 10.0, 20.0, 50.0)
RETRY_AFTER = (None, 1.0, "date")


def rate_limits(rate: float) -> list[RateLimit]:
    return [RateLimit(rate, w, after) for w in (False, True) for after in RETRY_AFTER]


@pytest.mark.parametrize("rate", RATES)
def test_a_hundred_answers_come_at_the_rate_that_is_allowed(rate: float) -> None:
    for limit in rate_limits(rate):
        world = World(tasks(100, 0, 0), limit=limit)
        answers = fetch(world, [GetTask(task.id) for task in world.tasks])
        assert all(isinstance(answer, Answer) for _, answer in answers), limit
        if rate >= 5:
            assert world.time <= 1.5 * 100 / rate + 5, limit


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_wait_for_few_ends_soon_under_a_rate_limit(rate: float, count: int) -> None:
    for limit in rate_limits(rate):
        world = World(tasks(count, 8, 20), limit=limit)
        noticed = settled(watch(world))
        for task in world.tasks:
            late = noticed[task.id] - task.end - latency_slack(world)
            assert late <= pace(task.end) + 2 * count / rate, limit


@pytest.mark.parametrize("rate", RATES)
def test_a_wait_for_many_ends_soon_under_a_rate_limit(rate: float) -> None:
    for limit in rate_limits(rate):
        world = World(tasks(60, 8, 20), limit=limit)
        noticed = settled(watch(world))
        for task in world.tasks:
            late = noticed[task.id] - task.end - latency_slack(world)
            assert late <= pace(task.end) + 4 / rate, limit


def test_good_answers_speed_requests_up_again() -> None:
    world = World(tasks(400, 0, 0), [Fault(0, 2, "429")])
    fetch(world, [GetTask(task.id) for task in world.tasks])
    last = [r.at for r in world.requests][-100:]
    assert last[-1] - last[0] <= 5.0


# Transient and permanent errors


@pytest.mark.parametrize("kind", TRANSIENT)
@pytest.mark.parametrize("count", [1, 3, 8])
@pytest.mark.parametrize("seconds", [45.0, 600.0])
def test_a_transient_fault_never_ends_a_wait(kind: str, count: int, seconds: float) -> None:
    world = World(tasks(count, 10, 20), [Fault(0, seconds, kind)])
    events = watch(world)
    assert len(settled(events)) == count
    check_noticed(world, events)


def test_a_key_that_is_refused_is_not_tried_for_each_task() -> None:
    world = World(tasks(100, 0, 0), [Fault(0, FOR_GOOD, "401")])
    answers = fetch(world, [GetTask(task.id) for task in world.tasks])
    assert all(isinstance(answer, KeyRefused) for _, answer in answers)
    assert len(world.requests) <= MOST_IN_FLIGHT


@pytest.mark.parametrize("kind", ["200", "408", "409", "425", "429", "500", "503"])
@pytest.mark.parametrize("count", [2, 8])
def test_retry_after_is_obeyed_on_any_status(kind: str, count: int) -> None:
    fault = Fault(5, 100, kind, "task-0", retry_after=20.0, times=1)
    world = World(tasks(count, 60, 60), [fault])
    # Without lists, each task is asked for by itself.
    world.faults = [fault, *([Fault(0, FOR_GOOD, "403", LISTS)] if count > 5 else [])]
    watch(world)
    ((said, over),) = world.retry_afters
    assert not [at for at in world.singles("task-0") if said < at < over - world.latency]
    assert [at for at in world.singles("task-0") if over - world.latency <= at < over + 5]
    others = [r for r in world.requests if said + world.latency < r.at < over - world.latency]
    assert bool(others) == (kind != "429")


@pytest.mark.parametrize("status", ["503", "200"])
def test_retry_after_is_obeyed_of_a_list(status: str) -> None:
    world = World(tasks(60, 40, 41), [Fault(5, 100, status, LISTS, retry_after=15.0, times=1)])
    watch(world)
    ((said, over),) = world.retry_afters
    assert not [r for r in world.lists() if said < r.at < over - world.latency]
    assert [r for r in world.lists() if over - world.latency <= r.at < over + 6]


def test_retry_after_of_four_jobs_binds_all() -> None:
    faults = [
        Fault(0, FOR_GOOD, "403", LISTS),
        Fault(5, 100, "503", SINGLES, retry_after=20.0, times=4),
    ]
    world = World(tasks(8, 60, 60), faults)
    watch(world)
    said, over = world.retry_afters[3]
    assert said < 7
    assert not [r for r in world.requests if said + world.latency < r.at < over - world.latency]


def test_a_long_retry_after_ends_at_the_deadline() -> None:
    world = World(tasks(1, 5, 5), [Fault(0, FOR_GOOD, "503", retry_after=3600.0)])
    events = watch(world, timeout=30)
    assert stop(events) == (30.0, StopReason.DEADLINE)


@pytest.mark.parametrize("others", [0, 3, 8])
def test_a_task_never_seen_is_asked_for_twice_in_three_seconds(others: int) -> None:
    world = World(tasks(others, 30, 30))
    events = watch(world, [*(task.id for task in world.tasks), "unknown"])
    error = failed(events)["unknown"]
    assert isinstance(error.error, TaskNotFound)
    assert error.document is None
    assert len(world.singles("unknown")) >= 2
    assert 3.0 <= error.at - START <= 3.0 + pace(0) + latency_slack(world)
    assert len(settled(events)) == others


@pytest.mark.parametrize("job", [GetTask("unknown"), Acknowledge("unknown")])
def test_get_and_ack_ask_twice_for_a_task_never_seen(job: GetTask | Acknowledge) -> None:
    world = World(tasks(3, 0, 0))
    answers = fetch(world, [GetTask("task-0"), job, GetTask("task-1")])
    assert [isinstance(answer, Answer) for _, answer in answers] == [True, False, True]
    assert isinstance(answers[1][1], TaskNotFound)
    assert sum(r.job == job for r in world.requests) >= 2
    assert 3.0 <= world.time <= 6.0


@pytest.mark.parametrize("created", [0.5, 2.0])
def test_a_task_that_is_readable_a_moment_later_is_waited_for(created: float) -> None:
    world = World([SimulatedTask("task-0", 10.0, created)])
    check_noticed(world, watch(world))
    world = World([SimulatedTask("task-0", 10.0, created)])
    ((_, answer),) = fetch(world, [GetTask("task-0")])
    assert isinstance(answer, Answer)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_task_that_is_gone_for_ten_seconds_has_failed(count: int) -> None:
    # The list hides each second task, the last one too.
    world_tasks = tasks(count, 60, 61)[::-1]
    faults = [Fault(5, FOR_GOOD, "404", "task-0"), Fault(5, FOR_GOOD, "hidden", LISTS)]
    world = World(world_tasks, faults)
    events = watch(world)
    error = failed(events)["task-0"]
    assert isinstance(error.error, TaskNotFound)
    assert error.document is not None
    assert error.document.state == "RUNNING"
    first = next(at for at in world.singles("task-0") if at >= 5)
    assert first + 10 <= error.at - START <= first + 10 + pace(20) + latency_slack(world)
    assert len(settled(events)) == count - 1


@pytest.mark.parametrize("count", [1, 3, 8])
@pytest.mark.parametrize("seconds", [1.0, 5.0, 9.5])
def test_a_task_that_is_gone_for_a_moment_is_waited_for(count: int, seconds: float) -> None:
    world = World(tasks(count, 30, 31), [Fault(5, 5 + seconds, "404", SINGLES)])
    events = watch(world)
    assert not failed(events)
    check_noticed(world, events)


PERMANENT = ("400", "401", "403", "302")


@pytest.mark.parametrize("kind", PERMANENT)
def test_a_permanent_error_ends_a_wait_that_never_worked_at_once(kind: str) -> None:
    for count, seconds in ((1, 0.0), (3, 0.0), (8, 1.0)):
        world = World(tasks(count, 30, 30), [Fault(0, FOR_GOOD, kind)])
        events = watch(world)
        assert len(failed(events)) == count
        assert world.time <= seconds + latency_slack(world)
        assert len(world.singles()) <= count


@pytest.mark.parametrize("kind", PERMANENT)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_permanent_error_ends_a_wait_that_worked_at_the_third_time(kind: str, count: int) -> None:
    world = World(tasks(count, 60, 60), [Fault(10, FOR_GOOD, kind)])
    events = watch(world)
    errors = failed(events)
    assert len(errors) == count
    assert all(error.document is not None for error in errors.values())
    met = [r.at for r in world.requests if not r.is_good]
    assert len(met) >= 3
    assert world.time - met[0] - world.latency >= 5.0
    assert world.time - 10 <= 5.0 + 2 * pace(15) + latency_slack(world)


@pytest.mark.parametrize("kind", PERMANENT)
@pytest.mark.parametrize("count", [1, 3, 8])
@pytest.mark.parametrize("seconds", [0.5, 2.0, 4.5])
def test_a_permanent_error_that_passes_does_not_end_a_wait(
    kind: str, count: int, seconds: float
) -> None:
    world = World(tasks(count, 30, 31), [Fault(10, 10 + seconds, kind)])
    events = watch(world)
    assert not failed(events)
    check_noticed(world, events)


def test_permanent_errors_of_different_kinds_do_not_add_up() -> None:
    for kind in ("400", "401", "403", "302"):
        world = World(tasks(1, 60, 60), [Fault(5, 12, "404"), Fault(12, 16, kind)])
        events = watch(world)
        assert not failed(events)
        check_noticed(world, events)


def test_one_forbidden_task_does_not_end_the_others() -> None:
    world = World(tasks(3, 20, 20), [Fault(5, FOR_GOOD, "403", "task-0")])
    events = watch(world)
    assert set(failed(events)) == {"task-0"}
    assert set(settled(events)) == {"task-1", "task-2"}


def test_a_404_of_something_else_ends_a_wait_that_never_worked_after_three_seconds() -> None:
    world = World(tasks(2, 30, 30), [Fault(0, FOR_GOOD, "odd 404")])
    events = watch(world)
    errors = failed(events)
    assert len(errors) == 2
    assert all(3.0 <= e.at - START <= 8.0 for e in errors.values())
    assert all(e.error.exit_code == ExitCode.NO_ANSWER for e in errors.values())


def test_a_404_of_something_else_later_on_is_an_outage() -> None:
    world = World(tasks(2, 30, 30), [Fault(5, 60, "odd 404")])
    events = watch(world)
    check_noticed(world, events)
    assert sum(isinstance(event, OutageBegan) for event in events) == 1


# Bounds of the pace


@pytest.mark.parametrize("count", [1, 5, 8])
@pytest.mark.parametrize("age", [3600.0, 3 * DAY, 40 * DAY])
def test_no_look_is_more_than_a_minute_after_the_last(count: int, age: float) -> None:
    world = World(tasks(count, 1000, 1000, created=-age))
    watch(world, timeout=600)
    looks = [0.0, *(r.at for r in world.lists()), 600.0]
    for task in world.tasks:
        own = sorted([*world.singles(task.id), *(looks if count > 5 else looks[:: len(looks) - 1])])
        assert all(b - a <= LONGEST_GAP + latency_slack(world) for a, b in pairwise(own))


@pytest.mark.parametrize("count", [1, 5, 60, 1000])
@pytest.mark.parametrize("interval", [None, 0.7, 7.0, 29.0, 3600.0])
def test_a_last_look_is_taken_before_the_deadline(count: int, interval: float | None) -> None:
    world = World(tasks(count, 27.5, 27.5))
    noticed = settled(watch(world, timeout=30, interval=interval))
    assert len(noticed) == count


@pytest.mark.parametrize("interval", [0.1, 1.3, 10.0])
@pytest.mark.parametrize("count", [1, 5])
def test_an_interval_is_kept(interval: float, count: int) -> None:
    world = World(tasks(count, 100, 100), latency=0.0)
    watch(world, interval=interval, timeout=50)
    for task in world.tasks:
        gaps = [after - before for before, after in pairwise(world.singles(task.id))]
        assert all(abs(gap - interval) < ROUNDING for gap in gaps[:-1])
        assert gaps[-1] <= interval + ROUNDING


@pytest.mark.parametrize("task_type", [None, "create_vm"])
@pytest.mark.parametrize("first_end", [5.0, 29.0])
def test_a_thousand_tasks_take_thirty_requests(task_type: str | None, first_end: float) -> None:
    ended = [task._replace(task_type=task_type) for task in tasks(1000, first_end, 30)]
    world = World(ended)
    check_noticed(world, watch(world))
    assert len(world.requests) <= 30


# A suspend


@pytest.mark.parametrize("count", [1, 60])
def test_the_deadline_holds_over_a_suspend_and_a_last_look_is_taken(count: int) -> None:
    for suspend_at in (0.01, 1.0, 5.0, 9.9):
        world = World(
            tasks(count, suspend_at + 10, suspend_at + 15),
            suspend_at=suspend_at,
            suspend_seconds=20.0,
            last_look_seconds=5.0,
        )
        noticed = settled(watch(world, timeout=10))
        assert len(noticed) == count
        assert world.time <= suspend_at + 20 + 5


def test_a_wait_ends_soon_after_a_suspend_beyond_its_deadline() -> None:
    for fault in ((), (Fault(5, FOR_GOOD, "hang"),)):
        world = World(
            tasks(3, 900, 900), fault, suspend_at=6.0, suspend_seconds=20.0, last_look_seconds=5.0
        )
        events = watch(world, timeout=10)
        assert sum(isinstance(event, Unfinished) for event in events) == 3
        assert stop(events)[1] is StopReason.DEADLINE
        assert any(at >= 26 for at in world.singles())
        assert world.time <= 26 + 5


def test_a_suspend_within_a_wait_counts_and_does_not_end_it() -> None:
    world = World(tasks(3, 15, 100), suspend_at=10.0, suspend_seconds=20.0)
    events = watch(world, timeout=60)
    for task in world.tasks:
        if task.end <= 50:
            by = max(task.end + pace(task.end), 30 + pace(30)) + latency_slack(world)
            assert settled(events)[task.id] <= by
    assert stop(events) == (60.0, StopReason.DEADLINE)


# A state that the API's description does not have


@pytest.mark.parametrize("count", [1, 8])
def test_an_unknown_state_with_its_end_has_ended(count: int) -> None:
    ended = [task._replace(final="CANCELLED") for task in tasks(count, 5, 6)]
    events = watch(world := World(ended))
    check_noticed(world, events)
    assert {e.document.state for e in events if isinstance(e, Settled)} == {"CANCELLED"}


@pytest.mark.parametrize("count", [1, 8])
def test_an_unknown_state_without_its_end_is_under_way(count: int) -> None:
    active = [task._replace(active="CANCELLED") for task in tasks(count, 20, 21)]
    events = watch(world := World(active))
    check_noticed(world, events)
    assert {e.document.state for e in events if isinstance(e, Settled)} == {"FINISHED"}


def outages(events: list[Event]) -> tuple[int, int]:
    """How many outages were reported, and how many of them as over."""
    began = sum(isinstance(event, OutageBegan) for event in events)
    return began, sum(isinstance(event, OutageEnded) for event in events)


@pytest.mark.parametrize("count", [1, 8])
def test_trouble_is_reported_once_when_it_has_lasted(count: int) -> None:
    blip = World(tasks(count, 30, 30), [Fault(5, 100, "503", times=1)])
    assert outages(watch(blip)) == (0, 0)
    long = World(tasks(count, 90, 90), [Fault(5, 60, "503")])
    events = watch(long)
    assert outages(events) == (1, 1)
    (began,) = [event.at - START for event in events if isinstance(event, OutageBegan)]
    assert 6.5 <= began <= 5 + pace(0) + 3 + 1 + latency_slack(long)


@pytest.mark.parametrize("kind", ["503", "hang", "empty", "hidden", "endless", *PERMANENT])
def test_a_list_that_is_broken_for_good_is_reported_once_at_most(kind: str) -> None:
    world = World(tasks(8, 100, 110), [Fault(0, FOR_GOOD, kind, LISTS)])
    began, ended = outages(watch(world))
    assert began <= 1
    assert ended <= began
