"""What `gtask list` says of what it left out."""

from gcore_tasks_cli.output.outcome import ListNotes
from gcore_tasks_cli.polling.pages import Page
from gcore_tasks_cli.tasks.query import TaskQuery
from tests.unit.documents import document


def notes(query: TaskQuery, most: int | None, *, count: int, reached: int, matching: int) -> str:
    reported = ListNotes(query, most)
    documents = [document(str(n)) for n in range(reached)]
    shown = matching if most is None else min(most, matching)
    reported.count(Page(documents, count, reached), shown=shown, matching=matching)
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
    assert notes(by_resource, 1, count=900, reached=100, matching=1) == (
        "the newest 1 that match, after looking at 100 of 900 tasks; "
        "--limit N shows more, --all shows all; searched 100 of 900 tasks"
    )
