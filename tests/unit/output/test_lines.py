"""Progress as lines of a log: each change, a heartbeat in silence, and trouble once."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import NoAnswer, TaskNotFound
from gcore_tasks_cli.output.progress import Progress, ProgressLines
from gcore_tasks_cli.output.words import state_words
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.polling.finder import Search
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, parse_task
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.tasks.query import TaskQuery
from tests.golden_files import assert_golden, assert_harmless
from tests.unit.output.samples import ANY_TEXT

REFUSED = NoAnswer("api.gcore.com: connection refused", transient=True)
OVER = {"created_on": "2026-05-23T05:00:00", "finished_on": "2026-05-23T05:00:19"}


def document(task_id: str = "a", state: str = "RUNNING", **fields: Any) -> Document:
    usual = {"id": task_id, "state": state, "task_type": "create_vm"}
    return parse_task(json.dumps(usual | fields))


def changed(at: float, task: Document, age: float | None = None) -> events.Changed:
    return events.Changed(at, task.id, task, None, at if age is None else age)


def settled(at: float, task: Document) -> events.Settled:
    return events.Settled(at, task.id, task)


def stopped(at: float) -> events.Stopped:
    return events.Stopped(at, events.StopReason.DEADLINE)


def log(
    happened: Sequence[events.Event],
    source: Sequence[str] | Search = "a",
    heartbeat: float = 60.0,
    **more: Any,
) -> list[tuple[float, str]]:
    """The lines for these events of a wait that began at 0, and when each was printed."""
    written: list[tuple[float, str]] = []
    progress = Progress(source, Expectations())
    lines = ProgressLines(
        lambda line: written.append((event.at, line)),
        progress,
        0.0,
        heartbeat,
        **more,
    )
    for event in happened:
        progress.on(event)
        lines.on(event)
    lines.close()
    return written


def printed(
    happened: Sequence[events.Event], source: Sequence[str] | Search = "a", **more: Any
) -> list[str]:
    return [line for _, line in log(happened, source, **more)]


def seconds_of_lines(happened: Sequence[events.Event], heartbeat: float = 60.0) -> list[float]:
    return [at for at, _ in log(happened, heartbeat=heartbeat)]


def test_a_wait_that_follows_has_heartbeats_while_nothing_is_active() -> None:
    done = document(state="FINISHED", **OVER)
    happened: list[events.Event] = [events.Found(0.5, 1, 1)]
    happened += [
        changed(1.0, done),
        settled(1.0, done),
        events.Tick(30.0),
        events.Tick(61.0),
        events.Tick(90.0),
        events.Stopped(200.0, events.StopReason.INTERRUPTED),
    ]
    assert printed(happened, Search(TaskQuery(), follow=True))[1:] == [
        "still following after 1 m 01 s: no task is active"
    ]


def test_a_whole_wait_reads_as_it_should() -> None:
    vm, volume = document(state="NEW"), document("b", "NEW", task_type="create_volume")
    done = document(state="FINISHED", **OVER)
    failed = document("b", "ERROR", task_type="create_volume", error="Quota\nexceeded")
    happened: list[events.Event] = [
        changed(0.2, vm),
        changed(0.3, volume),
        events.Tick(5.0),
        changed(6.0, document(detailed_state="BOOT")),
        events.OutageBegan(7.0, Outage(7.0, 7.0, REFUSED, None, 1)),
        events.Tick(8.0),
        events.OutageEnded(19.0, 12.0, 3),
        changed(19.5, done),
        settled(19.5, done),
        *[events.Tick(float(at)) for at in range(20, 150)],
        changed(150.0, failed),
        settled(150.0, failed),
        stopped(150.0),
    ]
    assert_golden("lines.txt", "".join(f"{line}\n" for line in printed(happened, "ab")))


@pytest.mark.parametrize(
    ("task", "age", "line"),
    [
        (document(detailed_state="RUNNING", task_type="new_kind"), 5.0,
         "a  new_kind  RUNNING  after 5 s"),
        (document(task_type=None), 5.0, "a  -  RUNNING  after 5 s"),
        (document(task_type=17), 5.0, "a  -  RUNNING  after 5 s"),
        (document(state="FINISHED"), 30.0, "a  create_vm  FINISHED  after 30 s"),
        (document(state="ERROR", error="no", **OVER), 30.0, "a  create_vm  ERROR  took 19 s: no"),
        (document(state="ERROR", error={"x": 1}), 3.0,
         'a  create_vm  ERROR  after 3 s: {"x": 1}'),
        (document(state="FINISHED", error="no", **OVER), 3.0, "a  create_vm  FINISHED  took 19 s"),
        (document(state="FINISHED", created_on="2026-05-23T05:00:00", finished_on="soon"), 3.0,
         "a  create_vm  FINISHED  after 3 s"),
        (document(state="ODD"), 3.0, "a  create_vm  ODD  after 3 s, usually 15–30 s"),
    ],
)  # fmt: skip
def test_a_change_says_what_is_known(task: Document, age: float, line: str) -> None:
    assert printed([changed(99.0, task, age)]) == [line]


def test_a_heartbeat_names_the_task_that_is_most_overdue() -> None:
    happened: list[events.Event] = [
        changed(1.0, document("o"), age=600.0),
        changed(2.0, document("y", "NEW"), age=1.0),
        changed(3.0, document("d", "FINISHED"), age=900.0),
        settled(3.0, document("d", "FINISHED")),
        events.Tick(63.0),
    ]
    assert printed(happened, "oyd?")[3:] == [
        "still waiting for 3 of 4 after 1 m 03 s: create_vm o RUNNING for 11 m 02 s, "
        "22 times longer than usual (usually 15–30 s)"
    ]
    slow = document("slow", task_type="create_k8s_cluster_v2")
    late: list[events.Event] = [
        changed(1.0, slow, age=1100.0),
        changed(1.0, document("o"), age=40.0),
        events.Tick(61.0),
    ]
    assert ": create_vm o RUNNING for 1 m 40 s, 3 times" in printed(late, ["slow", "o"])[-1]


def test_a_heartbeat_in_an_outage_says_for_how_long_there_was_no_answer() -> None:
    outage = Outage(20.0, 20.0, REFUSED, 62.4, 1)
    assert printed([changed(1.0, document()), events.Tick(61.2, outage)])[-1] == (
        "still waiting for 1 of 1 after 1 m 01 s: api.gcore.com: connection refused; "
        "no answer for 41 s, next try in 1 s"
    )
    trying = Outage(20.0, 20.0, REFUSED, None, 1)
    assert printed([events.Tick(61.2, trying)])[-1].endswith("no answer for 41 s, trying again")


def test_a_wait_that_has_never_reached_the_api_says_so_after_two_minutes() -> None:
    error = NoAnswer("cannot find x", hint="check the network", transient=True)
    outage = Outage(0.0, 0.0, error, None, 1, was_reached=False)
    ticks = [events.Tick(at, outage) for at in (63.0, 123.0)]
    said = printed([events.OutageBegan(3.0, outage), *ticks])
    assert said[0] == "cannot find x (check the network); trying again"
    assert said[1].endswith(
        ": cannot find x (check the network); no answer for 1 m 03 s, trying again"
    )
    never = "no answer for 2 m 03 s, since the start: the API was never reached, trying again"
    assert said[2].endswith(f": cannot find x (check the network); {never}")


def test_what_has_failed_is_not_waited_for() -> None:
    missing = TaskNotFound("there is no task b")
    failed = events.Failed(1.0, "b", missing, None)
    said, heartbeat = printed([failed, events.Tick(2.0), events.Tick(62.0)], "ab")
    assert said == "there is no task b"
    assert heartbeat.startswith("still waiting for 1 of 2 after 1 m 02 s")


def test_what_many_tasks_failed_with_is_printed_once() -> None:
    ids = [f"id-{n}" for n in range(6)]
    gone = [events.Failed(1.0, i, TaskNotFound(f"task {i} is gone"), None) for i in ids[:3]]
    refused = [events.Failed(2.0, i, NoAnswer("the API refused the key"), None) for i in ids[3:5]]
    assert printed([*gone, *refused, events.Tick(3.0)], ids) == [
        "task id-0, id-1, id-2 is gone",
        "the API refused the key (id-3, id-4)",
    ]


@pytest.mark.parametrize(
    "last",
    [
        stopped(99.0),
        events.Unfinished(99.0, "a", document()),
        settled(99.0, document(state="FINISHED")),
    ],
)
def test_the_end_is_no_heartbeat(last: events.Event) -> None:
    assert printed([last]) == []


def test_of_a_crowd_failures_have_lines_and_the_rest_a_summary() -> None:
    ids = "abcdefghijklmnopqrstuvwxyz"
    states = dict.fromkeys(ids[:20], "RUNNING") | {"c": "ERROR"}
    happened: list[events.Event] = [changed(1.0, document(i, state)) for i, state in states.items()]
    failed, summary = log([*happened, events.Tick(9.0), events.Tick(10.0), events.Tick(25.0)], ids)
    assert failed[1].startswith("c  create_vm  ERROR")
    assert summary == (10.0, "after 10 s: 1 ERROR, 19 RUNNING, 6 not seen yet of 26 tasks")


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.floats(0, 1e6))
def test_no_text_steers_a_log(first: str, second: str, third: str, age: float) -> None:
    task = document(first, second, detailed_state=third, task_type=f"[red]{third}[/red]")
    trouble = NoAnswer(f"[b]{first}[/b]")
    began = events.OutageBegan(2.0, Outage(2.0, 2.0, trouble, None, 1))
    lines = printed([changed(1.0, task, age), began, events.Tick(70.0)])
    assert len(lines) == 3
    for line in lines:
        assert "\n" not in line
        assert_harmless(line)
    assert one_line(state_words(task)) in lines[0]
    assert one_line(f"[red]{third}[/red]") in lines[0]
    assert one_line(f"[b]{first}[/b]") in lines[1]


@given(st.lists(st.floats(0.1, 30.0), min_size=1, max_size=40), st.floats(1.0, 50.0))
def test_no_silence_is_longer_than_promised(steps: list[float], heartbeat: float) -> None:
    at, happened = 0.0, list[events.Event]()
    for step in steps:
        at += step
        happened.append(events.Tick(at))
    times = [0.0, *seconds_of_lines(happened, heartbeat=heartbeat), at]
    assert seconds_of_lines(happened, heartbeat=0.0) == []
    gaps = [late - early for early, late in pairwise(times)]
    assert max(gaps) <= heartbeat + max(steps) + 1e-6
    assert min(gaps[:-1], default=heartbeat) >= heartbeat - 1e-6
