"""What `gtask list` shows people."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType

from gcore_tasks_cli.output.failure import advice, failure
from gcore_tasks_cli.output.list_notes import ListNotes
from gcore_tasks_cli.output.list_rows import Row, age_words, circumstances, plain_failure, row
from gcore_tasks_cli.output.terminal.table import Layout, failure_block, header, table
from gcore_tasks_cli.polling.pages import Page
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.query import TaskQuery

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
    return Document(task_id, state, "", {**FIELDS, **more})


DOCUMENTS = [
    document(1, "RUNNING", finished_on=None, created_on="2026-11-24T11:59:15"),
    document(2, task_type="create_k8s_cluster_v2"),
    document(3, "ERROR", error="Quota limit for volume_size exceeded by 20\nmore of it"),
    document(4, "SHELVED", task_type=None, created_on="soon", region_id=None),
]


def shown(renderable: RenderableType, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        console.print(renderable)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def shown_table(documents: list[Document], width: int) -> str:
    rows = [row(document, NOW) for document in documents]
    layout = Layout.of(rows, width, complete=True)
    return shown(Group(header(layout), table(rows, layout)), width)


def test_the_table_at_120() -> None:
    assert (
        shown_table(DOCUMENTS, 120)
        == """\
project 1234
state     type                   age   took  region  ID
RUNNING   create_vm              45s      -      76  26986bc0-748a-4448-b836-0a2aa465eb01
FINISHED  create_k8s_cluster_v2   3h  2m05s      76  26986bc0-748a-4448-b836-0a2aa465eb02
ERROR     create_vm               3h  2m05s      76  26986bc0-748a-4448-b836-0a2aa465eb03
  Quota limit for volume_size exceeded by 20
SHELVED   -                        -      -       -  26986bc0-748a-4448-b836-0a2aa465eb04
"""
    )


def test_the_table_at_80_leaves_out_columns_before_it_cuts_ids() -> None:
    assert (
        shown_table(DOCUMENTS, 80)
        == """\
project 1234
state     type                  age   took  ID
RUNNING   create_vm             45s      -  26986bc0-748a-4448-b836-0a2aa465eb01
FINISHED  create_k8s_cluster_…   3h  2m05s  26986bc0-748a-4448-b836-0a2aa465eb02
ERROR     create_vm              3h  2m05s  26986bc0-748a-4448-b836-0a2aa465eb03
  Quota limit for volume_size exceeded by 20
SHELVED   -                       -      -  26986bc0-748a-4448-b836-0a2aa465eb04
"""
    )


def test_ids_that_are_cut_still_differ() -> None:
    ids = ["26986bc0-748a-4448-b836-0a2aa465eb01", "26986bc0-9d21-4448-b836-0a2aa465eb02"]
    fields = {**FIELDS, "task_type": "create_loadbalancer"}
    tasks = [Document(each, "FINISHED", "", fields) for each in ids]
    for complete, cut in (
        (True, ["26986bc0-7…", "26986bc0-9…"]),
        (False, [i[:13] + "…" for i in ids]),
    ):
        rows = [row(each, NOW) for each in tasks]
        lines = shown(table(rows, Layout.of(rows, 60, complete=complete)), 60).splitlines()
        assert [line.split()[-1] for line in lines] == cut


def test_one_project_and_region_leave_room_for_whole_ids_at_80() -> None:
    assert (
        shown_table([document(1), document(2, task_type="create_loadbalancer")], 80)
        == """\
project 1234, region 76
state     type                 age   took  ID
FINISHED  create_vm             3h  2m05s  26986bc0-748a-4448-b836-0a2aa465eb01
FINISHED  create_loadbalancer   3h  2m05s  26986bc0-748a-4448-b836-0a2aa465eb02
"""
    )


ROWS = st.builds(Row, *(st.text(max_size=40).map(lambda t: t.replace("\n", " ")) for _ in range(8)))


@given(st.lists(ROWS, min_size=1, max_size=5), st.integers(30, 200), st.booleans())
def test_the_table_always_fits(rows: list[Row], width: int, complete: bool) -> None:
    harmless = [
        row._replace(**{name: "".join(c for c in getattr(row, name) if c.isprintable())
                        for name in Row._fields})
        for row in rows
    ]  # fmt: skip
    layout = Layout.of(harmless, width, complete=complete)
    for line in shown(table(harmless, layout), width).splitlines():
        assert cell_len(line) <= width


def test_a_hostile_task_is_harmless() -> None:
    evil = document(
        1, "\x1b[31mRED", task_type="a\nb", error="\x1b]0;x\x07[bold]y", region_id="\x9b"
    )
    text = shown_table([evil], 120)
    assert not set(text) & set("\x1b\x07\x9b")
    assert "[bold]y" in text
    assert "\x1b" not in plain_failure(failure(evil), circumstances(evil, NOW))


def test_a_failure_has_the_error_first() -> None:
    failed, what = failure(DOCUMENTS[2]), circumstances(DOCUMENTS[2], NOW)
    assert (
        shown(failure_block(failed, what), 80)
        == """\
✘ Quota limit for volume_size exceeded by 20
more of it
  create_vm, 3h ago, took 2 m 05 s, region 76, project 1234
  the quota is exceeded: delete what is no longer needed, or ask Gcore for a
  higher quota
  task 26986bc0-748a-4448-b836-0a2aa465eb03
  request ID for support: req-1
"""
    )
    assert failure(document(1, "ERROR")).error == "the API gives no reason"
    assert plain_failure(failed, what).startswith("Quota limit for volume_size exceeded by 20\n")


@pytest.mark.parametrize(
    ("error", "beginning"),
    [
        ("Quota limit for volume_size exceeded by 2", "the quota is exceeded: "),
        ("Quota exceeded for resources: ['ram']", "the quota is exceeded: "),
        ("Requested volume exceeds allowed gigabytes quota.", "the quota is exceeded: "),
        ("All quotas are used up", "the quota is exceeded: "),
        ("Time limit exceeded", ""),
        ("Not enough capacity in the region for this flavor", "the region has no capacity"),
        ("No valid host was found. There are not enough hosts available.", "the region has no"),
        ("Insufficient permissions", ""),
        ("Volume not found", ""),
        ("", ""),
    ],
)
def test_advice(error: str, beginning: str) -> None:
    assert advice(error).startswith(beginning)
    assert bool(advice(error)) == bool(beginning)


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0s"), (0, "0s"), (59.9, "59s"), (3599, "59m"), (90000, "1d")]
)
def test_ages(seconds: float, words: str) -> None:
    assert age_words(seconds) == words


def notes(query: TaskQuery, most: int | None, *, count: int, reached: int, matching: int) -> str:
    reported = ListNotes(query, most)
    documents = [document(n % 100) for n in range(reached)]
    shown = matching if most is None else min(most, matching)
    reported.count(Page(documents, count, reached, None), shown=shown, matching=matching)
    return reported.note() or ""


def test_what_was_left_out_is_said() -> None:
    plain, by_user = TaskQuery(), TaskQuery(users=(1,))
    assert notes(plain, 20, count=4321, reached=20, matching=20) == (
        "the newest 20 of 4,321 tasks; --limit N shows more, --all shows all"
    )
    assert notes(plain, 20, count=20, reached=20, matching=20) == ""
    assert notes(plain, None, count=50, reached=50, matching=50) == ""
    assert notes(by_user, 5, count=900, reached=100, matching=7) == (
        "the newest 5 that match, after looking at 100 of 900 tasks; "
        "--limit N shows more, --all shows all"
    )
    assert notes(by_user, 5, count=90, reached=90, matching=7) == (
        "the newest 5 of 7 tasks that match; --limit N shows more, --all shows all"
    )
    assert notes(by_user, 5, count=90, reached=90, matching=5) == ""
    assert notes(TaskQuery(projects=(3,), regions=(1, 2)), 5, count=0, reached=0, matching=0) == (
        "no task matches in project 3 and region 1, 2"
    )


def test_for_a_resource_the_note_says_what_was_searched() -> None:
    by_resource = TaskQuery(resources=("vm-1",))
    assert notes(by_resource, 20, count=45, reached=45, matching=2) == "searched 45 tasks"
    since = by_resource._replace(since=datetime(2026, 11, 1, 10, tzinfo=UTC))
    assert notes(since, 20, count=1, reached=1, matching=0) == (
        "no task matches; searched 1 task created since 2026-11-01 10:00 UTC"
    )
    assert notes(by_resource, 1, count=900, reached=100, matching=1) == (
        "the newest 1 that match, after looking at 100 of 900 tasks; "
        "--limit N shows more, --all shows all; searched 100 of 900 tasks"
    )
