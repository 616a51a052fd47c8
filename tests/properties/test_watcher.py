"""The watcher in simulated time: whatever the API does, the promises of a wait hold."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Following, Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import Job, PageAnswer
from gcore_tasks_cli.polling.watcher import Watcher
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import Deadline
from tests.properties.simulation import START, Oracle, SimulatedPort, transient_fault

ENDINGS = (Settled, Failed, Unfinished)


def run(
    task_ids: list[str],
    port: SimulatedPort,
    goal: Goal | None = None,
    timeout: float = 600.0,
    interval: float | None = None,
    seed: int = 7,
) -> list[Event]:
    watcher = Watcher(
        task_ids,
        port,
        goal=goal or Goal(),
        deadline=Deadline.after(timeout, START),
        schedule=Schedule(interval),
        uniform=random.Random(seed).uniform,
    )
    return list(watcher.run())


def ends_after(seconds: float, state: str = "FINISHED") -> Oracle:
    return lambda _id, t: state if t >= seconds else "RUNNING"


LIST_PAGES: dict[str, Callable[[PageRequest, float], PageAnswer | ApiError]] = {
    "refused": lambda _request, _t: KeyRefused("not yours", status=403),
    "down": lambda _request, _t: transient_fault(),
    "odd": lambda _request, _t: PageAnswer([], 10**9, None),
}


@st.composite
def stories(draw: st.DrawFn) -> dict[str, list[tuple[float, str]]]:
    """For each task: from which time on what is answered."""
    said = st.sampled_from(["NEW", "RUNNING", "ODD", "503", "429", "404", "401", "403", "400"])
    count = draw(st.integers(1, 9))
    return {
        f"task-{n}": [
            (0.0, draw(said)),
            *draw(st.lists(st.tuples(st.floats(0, 300), said), max_size=5)),
            (draw(st.floats(0, 900)), draw(st.sampled_from(["FINISHED", "ERROR", "RUNNING"]))),
        ]
        for n in range(count)
    }


def as_oracle(story: dict[str, list[tuple[float, str]]]) -> Oracle:
    errors: dict[str, ApiError] = {
        "503": transient_fault(),
        "429": transient_fault(retry_after=9.0),
        "404": TaskNotFound("no such task", status=404),
        "401": KeyRefused("refused", status=401),
        "403": KeyRefused("forbidden", status=403),
        "400": ApiError("bad request", status=400),
    }

    def oracle(task_id: str, t: float) -> str | ApiError:
        # The last ending is final: a task that has ended stays so.
        steps = story[task_id]
        said = steps[-1][1] if t >= steps[-1][0] else max(s for s in steps[:-1] if s[0] <= t)[1]
        return errors.get(said, said)

    return oracle


@settings(max_examples=200, deadline=None)
@given(
    stories(),
    st.sampled_from([1.0, 7.5, 60.0, 600.0]),
    st.sampled_from([None, 0.1, 3.0]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, None, 0.01, 20.0]),
    st.sampled_from(["all", "some", "none", "refused", "down", "odd"]),
)
def test_every_id_ends_exactly_once_and_in_time(
    story: dict[str, list[tuple[float, str]]],
    timeout: float,
    interval: float | None,
    fail_fast: bool,
    any_one: bool,
    interrupt_at: float | None,
    lists: str,
) -> None:
    port = SimulatedPort(
        as_oracle(story),
        interrupt_at=interrupt_at,
        listed=list(story)[:: {"some": 2, "none": 99}.get(lists, 1)],
        list_page=LIST_PAGES.get(lists),
    )
    goal = Goal(fail_fast=fail_fast, any_one=any_one)
    events = run(list(story), port, goal, timeout, interval)

    ended = Counter(e.task_id for e in events if isinstance(e, ENDINGS))
    assert ended == Counter(list(story))
    assert isinstance(events[-1], Stopped)
    assert events[-1].at <= START + timeout + 1e-6
    assert all(asked < timeout for asked, _ in port.asked)
    assert all(asked < timeout for asked, _ in port.pages)


@settings(max_examples=100, deadline=None)
@given(stories())
def test_what_has_ended_is_never_asked_again(story: dict[str, list[tuple[float, str]]]) -> None:
    port = SimulatedPort(as_oracle(story), listed=list(story))
    ended_at: dict[str, float] = {}
    watcher = Watcher(
        list(story),
        port,
        goal=Goal(),
        deadline=Deadline.after(600.0, START),
        schedule=Schedule(),
        uniform=random.Random(7).uniform,
    )
    for event in watcher.run():
        if isinstance(event, (Settled, Failed)):
            ended_at[event.task_id] = event.at - START
    for asked, task_id in port.asked:
        assert asked <= ended_at.get(task_id, 600.0)


@given(st.floats(0.1, 30.0), st.integers(1, 5))
def test_an_interval_is_kept_exactly(interval: float, count: int) -> None:
    port = SimulatedPort(ends_after(120.0), latency_seconds=0.0)
    run([str(n) for n in range(count)], port, interval=interval)
    asked: dict[str, list[float]] = defaultdict(list)
    for time, task_id in port.asked:
        asked[task_id].append(time)
    for times in asked.values():
        gaps = [b - a for a, b in pairwise(times)]
        assert all(abs(gap - interval) < 1e-6 for gap in gaps)


@pytest.mark.parametrize("task_type", [None, "create_vm", "create_k8s_cluster_v2"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_state_is_never_older_than_promised(task_type: str | None, count: int) -> None:
    port = SimulatedPort(ends_after(590.0), latency_seconds=0.1, task_type=task_type)
    run([f"task-{n}" for n in range(count)], port)
    asked: dict[str, list[float]] = defaultdict(list)
    for time, task_id in port.asked:
        asked[task_id].append(time)
    for times in asked.values():
        for before, after in pairwise(times):
            assert after - before >= 0.45
            answered = after + 0.1
            assert answered - before <= (4.0 if answered <= 30 else max(4.0, answered / 15)) + 0.2
    every = sorted(time for time, _ in port.asked)
    # Two requests a second in all, after the first look at each.
    assert all(len([t for t in every if s < t <= s + 10]) <= 21 for s in every[count:])


def test_a_thousand_states_are_never_older_than_promised() -> None:
    ids = [f"task-{n}" for n in range(1000)]
    port = SimulatedPort(ends_after(120.0), listed=ids)
    run(ids, port)
    rounds = [time for time, request in port.pages if request.offset == 0]
    assert all(after - before <= 4.0 for before, after in pairwise(rounds) if after < 110)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=8), st.sampled_from(["FINISHED", "ERROR"]))
def test_the_end_is_noticed_within_one_gap(ends: list[float], state: str) -> None:
    ids = {str(n): end for n, end in enumerate(ends)}
    port = SimulatedPort(lambda i, t: state if t >= ids[i] else "RUNNING")
    for event in run(list(ids), port):
        if isinstance(event, Settled):
            late = event.at - START - ids[event.task_id]
            # The bounds that are promised, and the way of the request.
            assert late <= max(4.0, ids[event.task_id] / 15) + 0.2


def test_transient_faults_never_end_a_wait_and_are_told_once() -> None:
    port = SimulatedPort(lambda _i, t: transient_fault() if t < 300 else "FINISHED")
    events = run(["a", "b"], port)
    assert {e.task_id for e in events if isinstance(e, Settled)} == {"a", "b"}
    assert sum(isinstance(e, OutageBegan) for e in events) == 1
    assert sum(isinstance(e, OutageEnded) for e in events) == 1


def test_an_outage_of_many_tasks_is_probed_by_one_request_at_a_time() -> None:
    port = SimulatedPort(lambda _i, t: transient_fault() if t < 300 else "FINISHED")
    run([str(n) for n in range(500)], port)
    assert sum(20 < asked < 295 for asked, _ in port.asked) < 60


def test_retry_after_is_obeyed_by_all() -> None:
    port = SimulatedPort(lambda _i, t: transient_fault(retry_after=50.0) if t < 1 else "RUNNING")
    run(["a", "b"], port, timeout=100.0)
    assert not [t for t, _ in port.asked if 0.1 < t < 50]
    assert [t for t, _ in port.asked if t >= 50]


def test_retry_after_is_not_drawn_out_by_what_went_wrong_before() -> None:
    def story(_id: str, t: float) -> str | NoAnswer:
        if t < 4:
            return transient_fault()
        return transient_fault(retry_after=1.0) if t < 40 else "FINISHED"

    for seed in range(20):
        events = run(["a"], SimulatedPort(story), seed=seed)
        (ended,) = [event for event in events if isinstance(event, Settled)]
        # Once the API says when to come again, it is asked then.
        assert ended.at < START + 42


def test_a_long_retry_after_ends_at_the_deadline() -> None:
    port = SimulatedPort(lambda _i, _t: transient_fault(retry_after=3600.0))
    events = run(["a"], port, timeout=30.0)
    assert events[-1] == Stopped(START + 30.0, StopReason.DEADLINE)


def test_a_404_of_a_seen_task_passes_until_it_repeats() -> None:
    missing = TaskNotFound("no such task", status=404)
    blip = SimulatedPort(lambda _i, t: missing if 3.5 < t < 5.5 else ends_after(20)("", t))
    assert any(isinstance(e, Settled) for e in run(["a"], blip))
    both = {2: transient_fault(), 3: missing, 5: missing}
    mixed = SimulatedPort(lambda i, t: both.get(int(t)) or ends_after(20)(i, t))
    assert any(isinstance(e, Settled) for e in run(["a"], mixed, interval=1.0))
    gone = SimulatedPort(lambda _i, t: missing if t > 5 else "RUNNING")
    (failed,) = [e for e in run(["a"], gone) if isinstance(e, Failed)]
    assert failed.document is not None
    assert failed.document.state == "RUNNING"


def test_a_refused_key_ends_everything_at_once() -> None:
    revoked = KeyRefused("refused", status=401)
    port = SimulatedPort(lambda i, t: revoked if t > 5 and i == "a" else "RUNNING")
    events = run(["a", "b", "c"], port)
    failed = [e for e in events if isinstance(e, Failed)]
    assert {e.task_id for e in failed} == {"a", "b", "c"}
    assert all(e.document is not None for e in failed)
    assert events[-1].at < START + 15


def test_one_forbidden_task_does_not_end_the_others() -> None:
    forbidden = KeyRefused("forbidden", status=403)
    port = SimulatedPort(lambda i, t: forbidden if i == "a" else ends_after(10)(i, t))
    events = run(["a", "b"], port)
    assert [e.task_id for e in events if isinstance(e, Failed)] == ["a"]
    assert [e.task_id for e in events if isinstance(e, Settled)] == ["b"]


def test_changes_are_told_and_repetitions_are_not() -> None:
    def states(_id: str, t: float) -> str:
        return "NEW" if t < 5 else "RUNNING" if t < 10 else "FINISHED"

    port = SimulatedPort(states)
    changes = [e.document.state for e in run(["a"], port) if isinstance(e, Changed)]
    assert changes == ["NEW", "RUNNING", "FINISHED"]


def test_a_short_outage_that_hits_many_tasks_is_one_and_not_many() -> None:
    def oracle(_task_id: str, t: float) -> str | ApiError:
        return transient_fault() if t < 0.5 else "FINISHED"

    port = SimulatedPort(oracle)
    events = run([f"task-{n}" for n in range(500)], port)
    assert sum(isinstance(event, Settled) for event in events) == 500
    assert port.clock - START < 6.0


def test_a_wait_that_follows_takes_in_what_is_started_later() -> None:
    # task-n is started at 10·n seconds and takes eight.
    ids = [f"task-{n}" for n in range(5)]

    def state(task_id: str, t: float) -> str:
        age = t - 10 * int(task_id[5:])
        return "none" if age < 0 else "RUNNING" if age < 8 else "FINISHED"

    port = SimulatedPort(state, listed=ids)
    watcher = Watcher(
        ["task-0"],
        port,
        goal=Goal(
            following=Following(
                PageRequest((("state", "RUNNING"),), 1000, 0), lambda d: d.id != "task-3"
            ),
        ),
        deadline=Deadline.after(100.0, START),
        schedule=Schedule(),
        uniform=random.Random(7).uniform,
    )
    events = list(watcher.run())
    settled = [e.task_id for e in events if isinstance(e, Settled)]
    assert settled == ["task-0", "task-1", "task-2", "task-4"]
    assert events[-1] == Stopped(START + 100.0, StopReason.DEADLINE)


def test_following_ends_with_a_refused_key() -> None:
    refused = KeyRefused("refused", status=401)
    port = SimulatedPort(lambda _i, _t: "FINISHED", list_page=lambda _r, _t: refused)
    watcher = Watcher(
        ["a"],
        port,
        goal=Goal(following=Following(PageRequest((), 1000, 0), lambda _d: True)),
        deadline=Deadline.after(600.0, START),
        schedule=Schedule(),
        uniform=random.Random(7).uniform,
    )
    events = list(watcher.run())
    assert [e.error for e in events if isinstance(e, Failed)] == [refused]
    assert events[-1].at < START + 30


class SlowMachine(SimulatedPort):
    """Where looking at the clock takes a tenth of a millisecond, and nothing is ever answered."""

    def now(self) -> float:
        self.clock += 1e-4
        return self.clock

    def submit(self, job: Job) -> None:
        pass


def test_tasks_that_are_due_together_do_not_hold_up_the_deadline() -> None:
    port = SlowMachine(lambda _id, _t: "RUNNING")
    events = run([f"t{n}" for n in range(50_000)], port, timeout=5.0)
    assert sum(isinstance(event, Unfinished) for event in events) == 50_000
    assert events[-1].at <= START + 6.0
