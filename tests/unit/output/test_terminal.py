"""Views at a terminal: columns that fit, and colours that the environment allows."""

import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcore_tasks_cli.output import views
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal import TerminalRenderer, console
from gcore_tasks_cli.output.text import PlainRenderer, SummaryPrinter
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, parse_task
from tests.golden_files import assert_golden, shown
from tests.unit.output.samples import FINISHED, FakeTerminal, task_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIELDS = {
    "task_type": "create_vm",
    "created_on": "2026-11-24T09:00:00",
    "finished_on": "2026-11-24T09:02:05",
    "region_id": 76,
    "project_id": 1234,
    "request_id": "req-1",
}


def document(number: int, state: str = "FINISHED", **more: object) -> Document:
    task_id = f"26986bc0-748a-4448-b836-0a2aa465eb{number:02d}"
    return Document({"id": task_id, "state": state, **FIELDS, **more})


DOCUMENTS = [
    document(1, "RUNNING", finished_on=None, created_on="2026-11-24T11:59:15"),
    document(2, task_type="create_k8s_cluster_v2"),
    document(3, "ERROR", error="Quota limit for volume_size exceeded by 20\nmore of it"),
    document(4, "SHELVED", task_type=None, created_on="soon", region_id=None),
]


def shown_table(documents: list[Document], width: int) -> str:
    rows = [views.LIST_HEAD, *(views.row(document, NOW) for document in documents)]
    return shown(lambda terminal: terminal.table(rows), width)


@pytest.mark.parametrize("width", [120, 80, 60])
def test_the_table_leaves_out_columns_before_it_cuts_ids(width: int) -> None:
    assert_golden(f"list_{width}.txt", shown_table(DOCUMENTS, width))


def test_ids_that_are_cut_still_differ() -> None:
    ids = ["26986bc0-748a-4448-b836-0a2aa465eb01", "26986bc0-9d21-4448-b836-0a2aa465eb02"]
    fields = {**FIELDS, "task_type": "create_loadbalancer"}
    tasks = [Document({"id": each, "state": "FINISHED", **fields}) for each in ids]
    _, *lines = shown_table(tasks, 40).splitlines()
    assert [line.split()[-1] for line in lines] == [f"{i[:13]}…" for i in ids]


@given(
    st.lists(st.lists(st.text(max_size=40), min_size=8, max_size=8), min_size=1, max_size=5),
    st.integers(30, 200),
)
def test_the_table_always_fits(rows: list[list[str]], width: int) -> None:
    entries = [
        views.Entry(tuple(map(views.Cell, cells[:-1])), [(views.Cell(cells[-1]),)])
        for cells in ([one_line(cell) for cell in row] for row in rows)
    ]
    text = shown(lambda terminal: terminal.table(entries), width)
    assert max(map(cell_len, text.splitlines())) <= width


def test_columns_stay_from_page_to_page() -> None:
    for renderer in (PlainRenderer(), TerminalRenderer(io.StringIO(), {"COLUMNS": "120"})):
        first, second = (
            renderer.table([views.row(each, NOW)]).splitlines()[-1]
            for each in (document(1, task_type="create_loadbalancer"), document(2))
        )
        assert first.index("26986bc0") == second.index("26986bc0")


def test_what_does_not_fit_a_line_goes_on_in_an_indented_one() -> None:
    task = task_of(FINISHED)
    entries = views.results([task], NOW)
    wide, narrow = (
        shown(lambda terminal: terminal.entries(entries), width).splitlines() for width in (120, 60)
    )
    assert task.id in wide[0]
    assert task.id not in narrow[0]
    assert narrow[1].startswith(f"  {task.id}  ")


@pytest.mark.parametrize(("lines", "is_brief"), [("10", True), ("11", False)])
def test_results_that_fill_the_window_are_brief(lines: str, is_brief: bool) -> None:
    window = FakeTerminal()
    env = {"COLUMNS": "100", "LINES": lines}
    printer = SummaryPrinter(Streams(window, io.StringIO(), None, env=env))
    for _ in range(2):
        printer.show(parse_task(json.dumps(FINISHED)))
    printer.close()
    assert len(window.getvalue().splitlines()) == (2 if is_brief else 9)


@pytest.mark.parametrize("columns", ["0", "00", "²", "-1", "x", ""])
def test_an_odd_width_is_none(columns: str) -> None:
    assert console(io.StringIO(), {"COLUMNS": columns, "FORCE_COLOR": "1"}).width > 1
