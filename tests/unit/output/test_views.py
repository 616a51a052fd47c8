"""What people read of tasks, at a terminal and in a pipe: all there is, and it is only text."""

import json
import re
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcore_tasks_cli.output import views
from gcore_tasks_cli.output.text import PlainRenderer
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import Document, TaskFields, parse_task
from gcore_tasks_cli.tasks.model import Task
from tests.golden_files import assert_golden, assert_harmless, shown, without_layout
from tests.unit.output.samples import (
    ANY_TEXT,
    FAILED,
    FINISHED,
    HOSTILE,
    NOW,
    ODD,
    RUNNING,
    SAMPLES,
    TEXT_FIELDS,
    task_of,
    with_text,
)

TASKS = [task_of(fields) for fields in SAMPLES.values()]
SUMMARISED = ("id", "state", "task_type", "detailed_state", "error", "created_resources")


def plain_card(task: TaskFields, now: datetime = NOW) -> str:
    return PlainRenderer().card(views.card(task, now))


def framed_card(task: TaskFields, width: int = 80) -> str:
    return shown(lambda terminal: terminal.card(views.card(task, NOW)), width)


def plain_results(*tasks: TaskFields) -> str:
    return PlainRenderer().entries(views.results(tasks, NOW))


def shown_results(*tasks: TaskFields, width: int = 80) -> str:
    return shown(lambda terminal: terminal.entries(views.results(tasks, NOW)), width)


def plain_resources(*tasks: TaskFields) -> str:
    return PlainRenderer().entries(views.resources(tasks, in_groups=False))


def shown_resources(*tasks: TaskFields, width: int = 80) -> str:
    entries = views.resources(tasks, in_groups=True)
    return shown(lambda terminal: terminal.entries(entries), width)


@pytest.mark.parametrize("name", SAMPLES)
def test_both_kinds_of_card_say_the_same_with_the_model_and_without(name: str) -> None:
    task = task_of(SAMPLES[name])
    plain, framed = plain_card(task), framed_card(task)
    assert_golden(f"card_{name}.txt", framed)
    assert_golden(f"plain_card_{name}.txt", plain)
    assert plain_card(parse_task(json.dumps(SAMPLES[name]))) == plain
    inside = without_layout(framed)
    missing = [row.split()[0] for row in plain.splitlines() if without_layout(row) not in inside]
    assert missing == ["state", "type"], "these are the title of a card"


def test_the_border_has_the_colour_of_the_state() -> None:
    samples = {**SAMPLES, "unknown": RUNNING | {"state": "SUSPENDED"}}
    styles = {name: views.card(task_of(f), NOW)[0][1].style for name, f in samples.items()}
    assert styles == {
        "finished": "green",
        "failed": "bold red",
        "running": "yellow",
        "odd": "bold red",  # ended, in a state that is not the API's
        "unknown": "magenta",
    }


def test_a_failure_without_a_reason_says_so() -> None:
    for none in (None, ""):
        task = task_of(FAILED | {"error": none})
        assert re.search("^error +the API gives no reason$", plain_card(task), re.M)
        assert "the API gives no reason" in framed_card(task)


def test_the_least_that_is_a_task_has_a_card() -> None:
    task = task_of({"id": "a", "state": "NEW"})
    assert plain_card(task) == "state  NEW\ntype   -\ntask   a\n"
    assert "· NEW  -" in framed_card(task)


def shown_in_all_views(task: Task, width: int) -> tuple[list[str], list[str]]:
    """Card, results, resources and failure of a task in a pipe, and at a terminal; all harmless."""
    document = Document(dict(task))
    row, failure = views.row(document, NOW), views.failed(document, NOW)
    other, pipe = task_of(FINISHED), PlainRenderer()
    plain = [plain_card(task), plain_results(task, other), plain_resources(task)]
    plain += [pipe.table([row]), pipe.entries([failure])]
    framed = [
        framed_card(task, width),
        shown_results(task, other, width=width),
        shown_resources(task, width=width),
        shown(lambda terminal: terminal.table([row]), width),
        shown(lambda terminal: terminal.entries([failure]), width),
    ]
    for text in (*plain, *framed):
        assert_harmless(text)
    assert max(cell_len(line) for text in framed for line in text.splitlines()) <= width
    return plain, framed


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "created_resources"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(field: str, text: str) -> None:
    (card, results, *_), (framed, summary, *_) = shown_in_all_views(with_text(field, text), 80)
    harmless = lines(text) if field == "error" else one_line(text)
    # At the ends of a line, spaces are not to be seen.
    assert all(part.rstrip() in card for part in harmless.split("\n"))
    if field not in ("state", "task_type", "detailed_state"):  # in the title, cut off at the edge
        assert without_layout(harmless) in without_layout(framed)
    if field in SUMMARISED:
        assert one_line(harmless).rstrip() in results
        seen = without_layout(harmless)  # a long type is cut
        assert seen[: 9 if field == "task_type" else None] in without_layout(summary)


def test_more_than_anybody_reads_is_counted_and_plain_lines_are_whole() -> None:
    task = task_of({"id": "a", "state": "FINISHED", "data": list(range(20_000))})
    text = framed_card(task)
    assert "more characters, which --json has" in text
    assert len(text.splitlines()) < 2000
    assert plain_card(task).rstrip().endswith("19999: 19999")


@given(st.sampled_from([*TEXT_FIELDS, "created_resources"]), ANY_TEXT, st.integers(20, 120))
def test_no_text_steers_a_view(field: str, text: str, width: int) -> None:
    marked = f"[red]{text}[/red]"
    (card, results, resources, *_), _ = shown_in_all_views(with_text(field, marked), width)
    harmless = one_line(marked.replace("\r\n", "\n") if field == "error" else marked)
    assert field == "error" or harmless in card
    assert field not in SUMMARISED or harmless in results
    assert field != "created_resources" or harmless in resources
    assert len(results.splitlines()) == 2


@given(st.dictionaries(st.text(min_size=1), ANY_TEXT, max_size=3))
def test_no_name_of_a_field_steers_a_card(fields: dict[str, str]) -> None:
    unknown = {f"_{name}": value for name, value in fields.items()}
    task = task_of({**unknown, "id": "a", "state": "NEW", "data": {"nested": [fields]}})
    plain = plain_card(task)
    assert_harmless(plain)
    assert_harmless(framed_card(task))
    for name, value in unknown.items():
        assert any(
            row.startswith(one_line(name)) and row.endswith(one_line(value).rstrip())
            for row in plain.split("\n")
        )


def test_a_lone_surrogate_in_a_name_hides_nothing() -> None:
    created = {"instances": ["i-1"], "\ud800": ["x-1"]}
    plain = plain_card(task_of({**FINISHED, "created_resources": created, "\ud800": "odd"}))
    assert_harmless(plain)
    assert "instances  i-1" in plain
    assert "odd" in plain


@pytest.mark.parametrize("field", ["data", "new_field"])
def test_deep_nesting_is_told_and_not_followed(field: str) -> None:
    nested: Any = "deepest"
    for _ in range(900):
        nested = [nested]
    task = task_of(RUNNING | {field: nested})
    assert "deepest" in plain_card(task)
    assert "[[[" in framed_card(task)
    for _ in range(100_000):
        nested = {"a": nested}
    task = Task.model_construct(id="a", state="NEW", data=nested)
    assert "nested too deeply" in plain_card(task)


def test_a_long_name_does_not_make_every_line_long() -> None:
    task = task_of({"id": "a", "state": "NEW", "n" * 10_000: 1, "data": list(range(100))})
    assert len(plain_card(task)) < 50_000


def test_a_summary_looks_as_it_should() -> None:
    assert_golden("summary.txt", shown_results(*TASKS))
    assert_golden("plain_summary.txt", plain_results(*TASKS))


def test_resources_look_as_they_should() -> None:
    several = [task_of(fields) for fields in (FINISHED, RUNNING, ODD)]
    assert_golden("resources.txt", shown_resources(task_of(FINISHED)))
    assert_golden("resources_of_several.txt", shown_resources(*several))
    assert_golden("plain_resources.txt", plain_resources(*several))


def test_in_brief_those_that_went_well_are_counted() -> None:
    good = [task_of(FINISHED | {"id": f"good-{n}"}) for n in range(40)]
    bad = [task_of(FAILED | {"id": f"bad-{n}"}) for n in range(2)]
    brief = views.results([*bad, *good], NOW, brief=True)
    first, *rest, total = shown(lambda terminal: terminal.entries(brief), 300).splitlines()
    listed = f"gtask list --all --state FINISHED --since {FINISHED['created_on']}"
    assert first == f"✔ FINISHED  40 create_vm; to see each: {listed}"
    reason, *others = [line for line in rest if line.startswith("✘")]
    assert reason.startswith("✘ 2 tasks: Quota limit")
    assert [line.startswith("✘ ERROR") for line in others] == [True, True]
    assert total == "42 tasks: 2 ERROR, 40 FINISHED"
    assert len(plain_results(*bad, *good).splitlines()) == 43
    assert "task:" not in shown_results(TASKS[0])


def test_equal_failures_are_one_story() -> None:
    bad = [task_of(FAILED | {"id": f"bad-{n}", "request_id": f"req-{n}"}) for n in range(30)]
    other = task_of(FAILED | {"id": "other", "error": "No valid host"})
    entries = views.results([*bad, other], NOW)
    lines = shown(lambda terminal: terminal.entries(entries), 300).splitlines()
    head, *below = lines
    assert head == "✘ 30 tasks: Quota limit for volume_size exceeded by 20"
    assert below[1].startswith("  hint: the quota is exceeded")
    assert below[2] == "  request ID for support: req-0"
    for n, line in enumerate(below[3:33]):
        assert f"bad-{n} " in line and "Quota" not in line
    assert "other" in below[33]
    assert below[34] == "  No valid host"


def test_a_heading_in_a_pipe_moves_no_column() -> None:
    bad = [task_of(FAILED | {"id": f"bad-{n}", "error": "x" * 90}) for n in range(2)]
    good, heading, *failed = plain_results(task_of(FINISHED), *bad).splitlines()
    assert heading.startswith(f"2 tasks: {'x' * 90}, request ID for support: ")
    assert [line.index("create_volume") for line in failed] == [good.index("create_vm")] * 2
    assert good.index("create_vm") == len("FINISHED  ")


def test_a_long_line_of_its_own_leaves_the_others_aligned() -> None:
    tasks = [task_of(FAILED | {"id": f"bad-{n}", "error": "x" * 90}) for n in range(2)]
    text = shown_results(*tasks, task_of(RUNNING | {"id": "late", "detailed_state": None}))
    assert len({line.index("took 9 s") for line in text.splitlines() if "took 9 s" in line}) == 1
    running, failed = (next(x for x in text.splitlines() if i in x) for i in ("late", "bad-0"))
    assert running.index("late") == failed.index("bad-0")


def test_an_active_task_that_takes_longer_than_usual_says_so() -> None:
    late = task_of(
        RUNNING
        | {"task_type": "create_vm", "created_on": "2026-05-23T03:00:00", "request_id": "req-1"}
    )
    (words_of_it,) = {
        line.strip() for line in shown_results(late).splitlines() if "than usual" in line
    }
    assert re.fullmatch(r"\d+ times longer than usual \(usually 15–30 s\)", words_of_it)
    assert "request ID for support: req-1" in shown_results(late)
    assert ("overdue", words_of_it) in [(label, cell.text) for label, cell in views.card(late, NOW)]
    assert views.row(late, NOW).below[0][0].text == words_of_it
    assert views.row(task_of(FINISHED), NOW).below == []


def test_nothing_created_is_said_to_people_and_to_nobody_else() -> None:
    assert "(nothing)" in shown_resources(task_of(RUNNING))
    assert plain_resources(task_of(RUNNING)) == plain_resources() == ""


def test_a_failure_says_why_and_where() -> None:
    failed = views.failed(parse_task(json.dumps(FAILED)), NOW)
    assert_golden("failed.txt", shown(lambda terminal: terminal.entries([failed])))
    (line,) = PlainRenderer().entries([failed]).splitlines()
    assert "took 9 s  Quota limit for volume_size exceeded by 20" in line
    assert line.endswith(", 2 m ago, region 76, project 1234")


@given(st.lists(st.tuples(*[st.text("ab語 ", max_size=9)] * 3), max_size=5))
def test_columns_are_aligned_and_nothing_is_cut_off(rows: list[tuple[str, str, str]]) -> None:
    widths = [max(1, *map(len, column)) + 2 for column in zip(*rows, strict=True)][:2]
    for line, row in zip(views.columns(rows), rows, strict=True):
        starts = (0, widths[0], sum(widths))
        cells = [line[at:end].rstrip() for at, end in pairwise((*starts, None))]
        assert cells == [cell.rstrip() for cell in row]


def test_a_long_cell_does_not_make_every_row_long() -> None:
    assert sum(map(len, views.columns([("x" * 10_000, "a"), *[("x", "a")] * 100]))) < 50_000
