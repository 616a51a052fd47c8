"""Progress as lines of a log: each change, a heartbeat in silence, and trouble once."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import NoAnswer, TaskNotFound
from gcore_tasks_cli.output.progress_lines import (
    LineProgress,
    change_line,
    usual_words,
)
from gcore_tasks_cli.output.task_text import state_words
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Outage,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.pace.expectations import Expectations
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import Document, parse_task
from tests.golden_files import assert_golden, assert_harmless
from tests.unit.output.terminal.test_cards import ANY_TEXT, HOSTILE

REFUSED = NoAnswer("api.gcore.com: connection refused", transient=True)
OVER = {"created_on": "2026-05-23T05:00:00", "finished_on": "2026-05-23T05:00:19"}


def document(task_id: str = "a", state: str = "RUNNING", **fields: Any) -> Document:
    usual = {"id": task_id, "state": state, "task_type": "create_vm"}
    return parse_task(json.dumps(usual | fields))


def changed(at: float, task: Document, age: float | None = None) -> Changed:
    return Changed(at, task.id, task, None, at if age is None else age)


def settled(at: float, task: Document) -> Settled:
    return Settled(at, task.id, task)


def printed(events: Sequence[Event], total: int = 1, heartbeat: float = 60.0) -> list[str]:
    """The lines for these events of a wait that began at 0."""
    written: list[str] = []
    progress = LineProgress(written.append, total, 0.0, heartbeat)
    for event in events:
        progress.take(event)
    progress.close()
    return written


def test_a_wait_that_follows_has_heartbeats_while_nothing_is_active() -> None:
    written: list[str] = []
    progress = LineProgress(written.append, 1, 0.0, 60.0, follows=True)
    done = document(state="FINISHED", **OVER)
    for event in (changed(1.0, done), settled(1.0, done), Tick(30.0), Tick(61.0), Tick(90.0)):
        progress.take(event)
    progress.take(Stopped(200.0, StopReason.INTERRUPTED))
    assert written[1:] == ["still following after 1 m 01 s: no task is active"]


def test_what_ends_first_does_not_make_the_others_late() -> None:
    expectations = Expectations()
    for n in range(40):
        times = {
            "created_on": "2026-01-01T00:00:00",
            "finished_on": f"2026-01-01T00:00:0{3 + n % 3}",
        }
        expectations.saw_end(document(str(n), "FINISHED", task_type="create_vm", **times))
    planned = expectations.durations("create_vm")
    assert planned is not None
    assert planned.usual[1] < 15
    assert usual_words(expectations.usual("create_vm")) == "usually 15–30 s"


def seconds_of_lines(
    events: Sequence[Event], total: int = 1, heartbeat: float = 60.0
) -> list[float]:
    """When something was printed."""
    times: list[float] = []
    progress = LineProgress(lambda _: times.append(now), total, 0.0, heartbeat)
    for event in events:
        now = event.at
        progress.take(event)
    return times


def test_a_whole_wait_reads_as_it_should() -> None:
    vm, volume = document(state="NEW"), document("b", "NEW", task_type="create_volume")
    done = document(state="FINISHED", **OVER)
    failed = document("b", "ERROR", task_type="create_volume", error="Quota\nexceeded")
    events: list[Event] = [
        changed(0.2, vm),
        changed(0.3, volume),
        Tick(5.0),
        changed(6.0, document(detailed_state="BOOT")),
        OutageBegan(7.0, Outage(7.0, 6.0, REFUSED, None, 1)),
        Tick(8.0),
        OutageEnded(19.0, 12.0, 4),
        changed(19.5, done),
        settled(19.5, done),
        *[Tick(float(at)) for at in range(20, 150)],
        changed(150.0, failed),
        settled(150.0, failed),
        Stopped(150.0, StopReason.ALL_SETTLED),
    ]
    assert_golden("lines.txt", "".join(f"{line}\n" for line in printed(events, total=2)))


def test_each_change_is_told_and_nothing_else() -> None:
    tasks = [document(state="NEW"), document(), document(detailed_state="BOOT")]
    events: list[Event] = [changed(float(n), task) for n, task in enumerate(tasks)]
    quiet: list[Event] = [Tick(2.1), settled(3.0, tasks[-1]), Stopped(3.0, StopReason.ANY)]
    assert printed([*events, *quiet]) == [
        change_line(e, Expectations()) for e in events if isinstance(e, Changed)
    ]


@pytest.mark.parametrize(
    ("task", "age", "line"),
    [
        (document(), 12.0, "a  create_vm  RUNNING  after 12 s, usually 15–30 s"),
        (document(detailed_state="BOOT"), 0.4,
         "a  create_vm  RUNNING (BOOT)  after 0.4 s, usually 15–30 s"),
        (document(detailed_state="RUNNING", task_type="new_kind"), 5.0,
         "a  new_kind  RUNNING  after 5 s"),
        (document(task_type=None), 5.0, "a  -  RUNNING  after 5 s"),
        (document(task_type=17), 5.0, "a  -  RUNNING  after 5 s"),
        (document(state="FINISHED"), 30.0, "a  create_vm  FINISHED  after 30 s"),
        (document(state="FINISHED", **OVER), 30.0, "a  create_vm  FINISHED  took 19 s"),
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
    assert change_line(changed(99.0, task, age), Expectations()) == line
    assert printed([changed(99.0, task, age)]) == [line]


@pytest.mark.parametrize(
    ("task_type", "words"),
    [
        (None, None),
        ("never_heard_of", None),
        ("create_vm", "usually 15–30 s"),
        ("delete_bm", "usually 1–2 m"),
        ("create_loadbalancer", "usually 30–90 s"),
        ("create_k8s_cluster_v2", "usually 5–15 m"),
    ],
)
def test_usual_durations_are_said_in_words(task_type: str | None, words: str | None) -> None:
    assert usual_words(Expectations().usual(task_type)) == words


def test_trouble_is_told_when_it_starts_and_when_it_is_over() -> None:
    events: list[Event] = [
        OutageBegan(1.0, Outage(1.0, 0.0, REFUSED, None, 1)),
        *[Tick(float(at)) for at in range(2, 30)],
        OutageEnded(30.0, 29.0, 9),
        Tick(31.0),
    ]
    assert printed(events) == [
        "api.gcore.com: connection refused; trying again",
        "the API answers again, after 29 s",
    ]


def test_silence_is_broken_every_so_often() -> None:
    ticks: list[Event] = [Tick(at / 2) for at in range(1, 400)]
    assert seconds_of_lines(ticks) == [60.0, 120.0, 180.0]
    assert seconds_of_lines([changed(50.0, document()), *ticks[101:]]) == [50.0, 110.0, 170.0]
    assert seconds_of_lines(ticks, heartbeat=0.0) == []


def test_a_sign_of_life_names_the_task_that_runs_the_longest() -> None:
    events: list[Event] = [
        changed(1.0, document("old"), age=600.0),
        changed(2.0, document("young", "NEW"), age=1.0),
        changed(3.0, document("done", "FINISHED"), age=900.0),
        settled(3.0, document("done", "FINISHED")),
        Tick(63.0),
    ]
    assert printed(events, total=4)[3:] == [
        "still waiting for 3 of 4 after 1 m 03 s: create_vm old RUNNING for 11 m 02 s"
    ]


def test_a_heartbeat_before_any_answer_says_so() -> None:
    assert printed([Tick(60.0)], total=2) == [
        "still waiting for 2 of 2 after 1 m 00 s: no answer of the API yet"
    ]


def test_a_heartbeat_in_an_outage_says_for_how_long_there_was_no_answer() -> None:
    outage = Outage(20.5, 20.0, REFUSED, 62.4, 7)
    assert printed([changed(1.0, document()), Tick(61.2, outage)])[-1] == (
        "still waiting for 1 of 1 after 1 m 01 s: api.gcore.com: connection refused; "
        "no answer for 41 s, next try in 1 s"
    )
    trying = outage._replace(next_try=None)
    assert printed([Tick(61.2, trying)])[-1].endswith("no answer for 41 s, trying again")
    # Where something else is answered meanwhile, for how long requests have been failing.
    flapping = outage._replace(answered=50.0, next_try=None)
    assert printed([Tick(61.2, flapping)])[-1].endswith("refused; for 41 s, trying again")


def test_what_has_failed_is_not_waited_for() -> None:
    missing = TaskNotFound("there is no task gone")
    events: list[Event] = [Failed(1.0, "gone", missing, None), Tick(61.0)]
    assert printed(events, total=2)[0].startswith("still waiting for 1 of 2 after 1 m 01 s")


@pytest.mark.parametrize(
    "last", [Stopped(99.0, StopReason.DEADLINE), Unfinished(99.0, "a", document(), None)]
)
def test_the_end_is_no_sign_of_life(last: Event) -> None:
    assert printed([last]) == []


@pytest.mark.parametrize(
    "last",
    [settled(99.0, document(state="FINISHED")), Failed(99.0, "a", TaskNotFound("gone"), None)],
)
def test_nothing_is_waited_for_when_the_last_task_has_ended(last: Event) -> None:
    assert printed([last]) == []


@pytest.mark.parametrize("field", ["id", "state", "detailed_state", "task_type", "error"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_on_its_line(field: str, text: str) -> None:
    fields: dict[str, Any] = {"id": "a", "state": "ERROR" if field == "error" else "X"}
    task = parse_task(json.dumps(fields | {field: text}))
    for line in printed([changed(1.0, task), Tick(61.0)]):
        assert "\n" not in line
        assert_harmless(line)
    harmless = one_line(lines(text) if field == "error" else text).strip()
    assert harmless in printed([changed(1.0, task)])[0]


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.floats(0, 1e6))
def test_no_text_steers_a_log(first: str, second: str, third: str, age: float) -> None:
    task = document(first, second, detailed_state=third, task_type=f"[red]{third}[/red]")
    trouble = NoAnswer(f"[b]{first}[/b]")
    lines = printed(
        [changed(1.0, task, age), OutageBegan(2.0, Outage(2.0, 1.0, trouble, None, 1)), Tick(70.0)]
    )
    assert len(lines) == 3
    for line in lines:
        assert "\n" not in line
        assert_harmless(line)
    assert one_line(state_words(task)) in lines[0]
    assert one_line(f"[red]{third}[/red]") in lines[0]
    assert one_line(f"[b]{first}[/b]") in lines[1]


@given(st.lists(st.floats(0.1, 30.0), min_size=1, max_size=40), st.floats(1.0, 50.0))
def test_nobody_waits_longer_for_a_sign_than_promised(steps: list[float], heartbeat: float) -> None:
    at, events = 0.0, list[Event]()
    for step in steps:
        at += step
        events.append(Tick(at))
    times = [0.0, *seconds_of_lines(events, heartbeat=heartbeat), at]
    gaps = [late - early for early, late in pairwise(times)]
    assert max(gaps) <= heartbeat + max(steps) + 1e-6
    assert min(gaps[:-1], default=heartbeat) >= heartbeat - 1e-6
