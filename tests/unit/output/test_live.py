"""The live view: one line a task, never larger than the window, whatever the API says."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcore_tasks_cli.errors import NoAnswer
from gcore_tasks_cli.output.live import frame
from gcore_tasks_cli.output.progress import TaskProgress
from gcore_tasks_cli.output.views import ATTENTION, Cell
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.expectations import Expectations
from tests.golden_files import assert_golden, assert_harmless
from tests.unit.output.samples import ANY_TEXT

NOW = 1000.0
VM = "26986bc0-748a-4448-b836-0a2aa465eb06"
OUTAGE = "https://api.gcore.com answered 503"


def live_row(
    task_id: str = VM,
    state: str | None = "RUNNING",
    elapsed: float | None = 12.0,
    *,
    error: str | None = None,
    is_over: bool = False,
    **fields: Any,
) -> TaskProgress:
    """A task in the view that was born so long before `NOW`; without a state it was not seen."""
    row = TaskProgress(task_id)
    if state is not None:
        row.document = Document({"id": task_id, "state": state, "task_type": "create_vm"} | fields)
    row.born = None if elapsed is None else NOW - elapsed
    row.ended = NOW if is_over else None
    row.error = None if error is None else NoAnswer(error)
    return row


ROW = live_row()
UNSEEN = live_row("6a5f0c1e-0001-4a3b-9d6e-2f1b7c9e0a01", None, None)
FINISHED = live_row(state="FINISHED", elapsed=19.0, is_over=True)
QUOTA = "Quota limit for volume_size exceeded"
FAILED = live_row(
    "6a5f0c1e-0002-4a3b-9d6e-2f1b7c9e0a02", "ERROR", 9.0,
    is_over=True, task_type="create_volume", error=QUOTA,
)  # fmt: skip
CLUSTER = live_row(
    "6a5f0c1e-0005-4a3b-9d6e-2f1b7c9e0a05", elapsed=725.0,
    task_type="create_k8s_cluster_v2", detailed_state="POST_DEPLOY_SETUP",
)  # fmt: skip
NEW = live_row("7", "NEW", 0.4, task_type=None)
ODD = live_row("8", "SUSPENDED", 45.0)
ROWS = [UNSEEN, NEW, ROW, CLUSTER, ODD, FINISHED, FAILED]
TEXTS = ("task_id", "state", "detailed_state", "task_type", "error")
ANY_ROW = st.builds(
    live_row, ANY_TEXT, ANY_TEXT | st.none(), st.none() | st.floats(-10, 1e7),
    error=ANY_TEXT | st.none(), is_over=st.booleans(), detailed_state=ANY_TEXT,
    task_type=ANY_TEXT | st.just("create_vm"),
)  # fmt: skip


def painted(
    rows: Sequence[TaskProgress], trouble: str | None = None, width: int = 100, height: int = 24
) -> list[str]:
    """The lines of the view, after looking whether they fit."""
    note = Cell(f"! {trouble}", "yellow") if trouble is not None else None
    lines = frame(rows, NOW, Expectations(), (width, height), note).plain.split("\n")
    assert len(lines) <= max(1, height - 1)
    assert max(map(cell_len, lines)) <= max(1, width - 1)
    return lines


def bar_of(row: TaskProgress) -> str:
    (line,) = painted([row])
    return "".join(re.findall("[━╌]", line))


@pytest.mark.parametrize("name", ["120", "80", "60", "40", "20", "low"])
def test_the_view_looks_as_it_should(name: str) -> None:
    width, height = (80, 6) if name == "low" else (int(name), 24)
    lines = painted(ROWS, OUTAGE, width, height)
    assert_golden(f"live_{name}.txt", "".join(f"{line.rstrip()}\n" for line in lines))


def test_what_the_view_says_of_itself_stands_below_the_tasks() -> None:
    assert painted([]) == [""]
    note = Cell("none is active", "dim")
    assert frame([], NOW, Expectations(), (80, 24), note).plain == "none is active"
    assert frame([FINISHED], NOW, Expectations(), (80, 24), note).plain.endswith("\nnone is active")
    assert frame([], NOW, Expectations(), (8, 1), note).plain == "none i…"


def test_trouble_is_the_last_line_below_the_total() -> None:
    assert painted(ROWS, "refused")[-1] == "! refused"
    *_, total, trouble = painted(ROWS, "refused", height=5)
    assert total.startswith("7 tasks: ") and trouble == "! refused"
    assert painted(ROWS, height=2)[0].startswith("7 tasks: ")
    assert painted(ROWS, "refused", height=3)[-1] == "! refused"


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_window_keeps_what_identifies_a_task(width: int) -> None:
    rows = [live_row(f"{n:08x}{VM[8:]}", task_type="create_loadbalancer") for n in range(3)]
    for n, line in enumerate(painted(rows, width=width)):
        assert f"{n:08x}…" in line
        assert "create_l" in line
        assert re.search(r"…  +12 s", line)


@pytest.mark.parametrize(
    ("width", "ending"),
    [
        (100, "1 h 05 m  130 times longer than usual (usually 15–30 s)"),
        (75, "1 h 05 m  130 times longer than usual"),
        (62, "1 h 05 m  130 times longer"),
        (55, "1 h 05 m  130 times…"),
        (45, "1 h 05 m"),
    ],
)
def test_what_is_said_of_a_stuck_task_is_shortened_before_it_is_cut(
    width: int, ending: str
) -> None:
    (line,) = painted([live_row(elapsed=3900.0)], width=width)
    assert line.endswith(ending)


def test_only_the_apis_finished_ends_a_bar() -> None:
    fills = {
        elapsed: bar_of(live_row(elapsed=elapsed)).count("━") for elapsed in (0.0, 15.1, 30.0, 30.1)
    }
    assert fills == {0.0: 0, 15.1: 5, 30.0: 9, 30.1: 0}
    assert len(bar_of(ROW)) == 10
    assert bar_of(live_row(task_type="new_kind")) == bar_of(FINISHED) == ""


def test_a_task_beyond_its_usual_time_has_no_bar_and_says_how_many_times_longer() -> None:
    text = frame([live_row(elapsed=61.0)], NOW, Expectations(), (100, 24))
    said = [text.plain[span.start : span.end] for span in text.spans if span.style == ATTENTION]
    assert said == ["1 m 01 s", "2 times longer than usual (usually 15–30 s)"]


def test_in_an_outage_each_state_is_marked_and_its_time_is_that_of_the_last_answer() -> None:
    text = frame([ROW, FINISHED], NOW, Expectations(), (100, 24), silence="no answer for 7 s")
    running, finished = text.plain.split("\n")
    assert running.endswith("12 s  no answer for 7 s")
    assert finished.endswith("19 s")


def test_the_detailed_state_stands_last_where_it_says_more() -> None:
    assert painted([CLUSTER], width=140)[0].endswith("usually 5–20 m  POST_DEPLOY_SETUP")
    assert painted([live_row(detailed_state="RUNNING")])[0].endswith("usually 15–30 s")
    assert painted([FAILED], width=120)[0].endswith("9 s  Quota limit for volume_size exceeded")


@pytest.mark.parametrize("width", [120, 80, 60])
def test_no_column_moves_when_a_detailed_state_or_another_state_comes(width: int) -> None:
    rows = [ROW, live_row("7", detailed_state="NETWORK"), live_row(state="NEW")]
    first = painted([ROW, ROW], width=width)[0]
    for row in rows:
        assert painted([row, ROW], width=width)[1] == first


@given(
    st.lists(ANY_ROW, max_size=6), ANY_TEXT | st.none(), st.integers(1, 130), st.integers(1, 9)
)  # fmt: skip
def test_no_text_breaks_the_view(
    rows: list[TaskProgress], trouble: str | None, width: int, height: int
) -> None:
    lines = painted(rows, trouble, width, height)
    assert_harmless("\n".join(lines))
    assert len(lines) == max(1, min(len(rows) + (trouble is not None), height - 1))
