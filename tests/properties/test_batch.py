"""Many tasks by few requests, in simulated time: lists save requests and decide nothing."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.errors import ApiError, KeyRefused, TaskNotFound
from gcore_tasks_cli.polling.events import (
    Event,
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import PageAnswer
from gcore_tasks_cli.polling.watcher import Watcher
from gcore_tasks_cli.tasks.document import parse_task
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import Deadline
from tests.properties.simulation import START, Oracle, SimulatedPort, transient_fault

MANY = [f"task-{n}" for n in range(1000)]


def run(
    task_ids: list[str], port: SimulatedPort, timeout: float = 600.0, interval: float | None = None
) -> list[Event]:
    watcher = Watcher(
        task_ids,
        port,
        goal=Goal(),
        deadline=Deadline.after(timeout, START),
        schedule=Schedule(interval),
        uniform=random.Random(7).uniform,
    )
    return list(watcher.run())


def ends_between(task_ids: list[str], first: float, last: float) -> tuple[Oracle, float]:
    """Tasks that end one after the other; with the time of the last end."""
    dice = random.Random(3)
    ends = {task_id: dice.uniform(first, last) for task_id in task_ids}
    return lambda i, t: "FINISHED" if t >= ends[i] else "RUNNING", max(ends.values())


def late_by(events: list[Event], last_end: float) -> float:
    return max(e.at for e in events if isinstance(e, Settled)) - START - last_end


@pytest.mark.parametrize("task_type", [None, "create_vm", "attach_volume"])
def test_a_thousand_tasks_take_few_requests_and_the_last_end_is_noticed(
    task_type: str | None,
) -> None:
    oracle, last_end = ends_between(MANY, 5, 30)
    port = SimulatedPort(oracle, listed=MANY, task_type=task_type)
    events = run(MANY, port)
    assert sum(isinstance(e, Settled) for e in events) == len(MANY)
    assert len(port.asked) + len(port.pages) <= 300
    assert late_by(events, last_end) <= 3.0


@settings(max_examples=60)
@given(
    st.sets(st.integers(0, 29)),
    st.integers(6, 30),
    st.sampled_from([None, "create_vm"]),
    st.integers(0, 10_000),
)
def test_whatever_the_list_hides_every_task_is_seen_to_its_end(
    hidden: set[int], count: int, task_type: str | None, seed: int
) -> None:
    ids = [f"task-{n}" for n in range(count)]
    dice = random.Random(seed)
    ends = {task_id: dice.uniform(0, 100) for task_id in ids}
    listed = [task_id for n, task_id in enumerate(ids) if n not in hidden]
    port = SimulatedPort(
        lambda i, t: "FINISHED" if t >= ends[i] else "RUNNING", listed=listed, task_type=task_type
    )
    events = run(ids, port)
    settled = {e.task_id: e.at - START for e in events if isinstance(e, Settled)}
    assert set(settled) == set(ids)
    # Never before its end, and within the longest gap of this age.
    assert all(ends[i] <= at <= ends[i] + max(4.0, ends[i] / 15) + 8 for i, at in settled.items())


def test_most_hidden_means_one_by_one() -> None:
    ids = MANY[:40]
    oracle, _ = ends_between(ids, 50, 60)
    port = SimulatedPort(oracle, listed=ids[:5])
    run(ids, port)
    assert len(port.pages) <= 2


@pytest.mark.parametrize(
    "answer", [KeyRefused("no", status=403), TaskNotFound("no", status=404), ApiError("bad")]
)
def test_a_list_that_is_refused_is_done_without(answer: ApiError) -> None:
    ids = MANY[:20]
    oracle, _ = ends_between(ids, 5, 10)
    port = SimulatedPort(oracle, list_page=lambda _request, _t: answer)
    events = run(ids, port)
    assert sum(isinstance(e, Settled) for e in events) == 20
    assert not any(isinstance(e, (Failed, OutageBegan)) for e in events)
    assert len(port.pages) == 1


def test_a_list_with_far_more_foreign_tasks_is_not_read() -> None:
    ids = MANY[:20]
    oracle, _ = ends_between(ids, 5, 10)
    port = SimulatedPort(oracle, list_page=lambda _r, _t: PageAnswer([], 50_000, None))
    run(ids, port)
    assert len(port.pages) == 1


def test_an_outage_in_list_mode_is_told_once_and_gone_through() -> None:
    ids = MANY[:50]

    def oracle(_id: str, t: float) -> str | ApiError:
        return transient_fault() if 5 < t < 60 else "FINISHED" if t >= 90 else "RUNNING"

    port = SimulatedPort(oracle, listed=ids)
    real = port._page
    port.list_page = lambda request, t: transient_fault() if 5 < t < 60 else again(request)

    def again(request: PageRequest) -> PageAnswer | ApiError:
        keep, port.list_page = port.list_page, None
        answer = real(request)
        port.list_page = keep
        return answer

    events = run(ids, port)
    assert sum(isinstance(e, Settled) for e in events) == 50
    assert sum(isinstance(e, OutageBegan) for e in events) == 1
    assert sum(isinstance(e, OutageEnded) for e in events) == 1


def test_ids_that_differ_in_case_only_all_end() -> None:
    ids = [*MANY[:10], "TASK-3", "Task-3"]
    oracle, _ = ends_between(ids, 5, 10)
    events = run(ids, SimulatedPort(oracle, listed=MANY[:10]))
    assert {e.task_id for e in events if isinstance(e, Settled)} == set(ids)


def test_the_deadline_gives_the_last_that_a_list_showed() -> None:
    port = SimulatedPort(lambda _i, _t: "RUNNING", listed=MANY[:30])
    events = run(MANY[:30], port, timeout=20.0)
    left = [e for e in events if isinstance(e, Unfinished)]
    assert len(left) == 30
    assert all(e.document is not None and e.document.state == "RUNNING" for e in left)


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_tasks_from_the_ends_of_the_calendar_are_waited_for(created: str) -> None:
    texts = [f'{{"id":"{i}","state":"RUNNING","created_on":"{created}"}}' for i in MANY[:10]]
    page = PageAnswer([parse_task(text) for text in texts], len(texts), None)
    port = SimulatedPort(lambda _i, _t: "RUNNING", list_page=lambda _request, _t: page)
    events = run(MANY[:10], port, timeout=20.0)
    assert len([e for e in events if isinstance(e, Unfinished)]) == 10
    assert len(port.pages) > 1


def test_the_cost_of_a_round_does_not_grow_with_what_has_ended() -> None:
    def rounds(ended: int) -> Iterator[int]:
        ids = MANY[: ended + 10]
        early = set(ids[:ended])
        port = SimulatedPort(
            lambda i, t: "FINISHED" if t >= (3 if i in early else 200) else "RUNNING", listed=ids
        )
        run(ids, port)
        yield sum(100 < t < 190 for t, _ in [*port.asked, *port.pages])

    assert next(rounds(900)) <= next(rounds(20)) + 1


def test_an_interval_holds_for_lists_too() -> None:
    port = SimulatedPort(lambda _i, _t: "RUNNING", listed=MANY[:30], latency_seconds=0.0)
    run(MANY[:30], port, timeout=50.0, interval=5.0)
    times = [t for t, _ in port.pages]
    assert times == [pytest.approx(5.0 * n) for n in range(10)]
    assert not port.asked


def test_a_list_that_fails_while_tasks_can_be_asked_for_is_given_up() -> None:
    ids = MANY[:20]
    oracle, _ = ends_between(ids, 40, 50)
    port = SimulatedPort(oracle, list_page=lambda _request, _t: transient_fault())
    events = run(ids, port)
    assert sum(isinstance(e, Settled) for e in events) == 20
    assert len(port.pages) < 12


def test_lists_are_read_again_after_an_outage() -> None:
    ids = MANY[:200]

    def oracle(_id: str, t: float) -> str | ApiError:
        return transient_fault() if 5 < t < 40 else "FINISHED" if t >= 90 else "RUNNING"

    port = SimulatedPort(oracle, listed=ids)

    def page(request: PageRequest, t: float) -> PageAnswer | ApiError:
        if 5 < t < 40:
            return transient_fault()
        port.list_page = None
        answer = port._page(request)
        port.list_page = page
        return answer

    port.list_page = page
    run(ids, port)
    assert sum(50 < t < 85 for t, _ in port.asked) < 10
    assert sum(50 < t < 85 for t, _ in port.pages) > 2
