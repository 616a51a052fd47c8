"""What people read of tasks, at a terminal and in a pipe: all there is, and it is only text."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcore_tasks_cli.output import views
from gcore_tasks_cli.output.plain import PlainRenderer
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import TaskFields, parse_task
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
    return PlainRenderer().groups([views.created(task) for task in tasks])


def shown_resources(*tasks: TaskFields, width: int = 80) -> str:
    return shown(lambda terminal: terminal.groups([views.created(task) for task in tasks]), width)


@pytest.mark.parametrize("name", SAMPLES)
def test_cards_look_as_they_should(name: str) -> None:
    assert_golden(f"card_{name}.txt", framed_card(task_of(SAMPLES[name])))


@pytest.mark.parametrize("name", SAMPLES)
def test_plain_cards_look_as_they_should(name: str) -> None:
    assert_golden(f"plain_card_{name}.txt", plain_card(task_of(SAMPLES[name])))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_pipe_gets_the_same_without_the_model(name: str) -> None:
    document = parse_task(json.dumps(SAMPLES[name]))
    assert plain_card(document) == plain_card(task_of(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_both_kinds_of_card_say_the_same(name: str) -> None:
    task = task_of(SAMPLES[name])
    rows = plain_card(task).splitlines()
    framed = without_layout(framed_card(task))
    missing = [row.split()[0] for row in rows if without_layout(row) not in framed]
    assert missing == ["state", "type"], "these are the title of a card"


def test_the_border_has_the_colour_of_the_state() -> None:
    styles = {name: views.card(task_of(f), NOW).title[0][1].style for name, f in SAMPLES.items()}
    assert styles == {
        "finished": "green", "failed": "bold red", "running": "yellow", "odd": "magenta"
    }  # fmt: skip


def test_a_failure_without_a_reason_says_so() -> None:
    for none in (None, ""):
        task = task_of(FAILED | {"error": none})
        assert re.search("^error +the API gives no reason$", plain_card(task), re.M)
        assert "the API gives no reason" in framed_card(task)


def test_the_least_that_is_a_task_has_a_card() -> None:
    task = task_of({"id": "a", "state": "NEW"})
    assert plain_card(task) == "state  NEW\ntype   -\ntask   a\n"
    assert "· NEW  -" in framed_card(task)


def test_ages_go_by_the_given_time() -> None:
    task = task_of(RUNNING)
    assert "(2 m 29 s ago), for 2 m 29 s" in plain_card(task)
    earlier = plain_card(task, NOW - timedelta(minutes=5))
    assert "2026-05-23 05:07:31 UTC (in 2 m 31 s), for 0 s" in earlier


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "created_resources"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(field: str, text: str) -> None:
    task = with_text(field, text)
    plain, framed = plain_card(task), framed_card(task)
    assert_harmless(plain)
    assert_harmless(framed)
    harmless = lines(text) if field == "error" else one_line(text)
    # At the ends of a line, spaces are not to be seen.
    assert all(part.rstrip() in plain for part in harmless.split("\n"))
    if field not in ("state", "task_type", "detailed_state"):  # in the title, cut off at the edge
        assert without_layout(harmless) in without_layout(framed)
    assert max(map(cell_len, framed.splitlines())) <= 80


def test_more_than_anybody_reads_is_counted_and_plain_lines_are_whole() -> None:
    task = task_of({"id": "a", "state": "FINISHED", "data": list(range(300_000))})
    text = framed_card(task)
    assert "more characters, which --json has" in text
    assert len(text.splitlines()) < 2000
    assert plain_card(task).rstrip().endswith("- 299999")


@given(st.sampled_from([*TEXT_FIELDS, "created_resources"]), ANY_TEXT, st.integers(20, 120))
def test_no_text_steers_a_card(field: str, text: str, width: int) -> None:
    marked = f"[red]{text}[/red]"
    task = with_text(field, marked)
    plain, framed = plain_card(task), framed_card(task, width)
    assert_harmless(plain)
    assert_harmless(framed)
    if field != "error":
        assert one_line(marked) in plain
    assert max(map(cell_len, framed.splitlines())) <= width


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


def test_a_lone_surrogate_in_the_name_of_a_field_is_survived() -> None:
    document = parse_task('{"id":"a","state":"NEW","\\ud800":"odd"}')
    plain = plain_card(task_of(document.fields))
    assert_harmless(plain)
    assert "odd" in plain


def test_a_lone_surrogate_in_the_name_of_a_type_hides_nothing() -> None:
    created = {"instances": ["i-1"], "\ud800": ["x-1"]}
    task = task_of(FINISHED | {"created_resources": created})
    assert task.created()["instances"] == ["i-1"]
    assert "instances  i-1" in plain_card(task)


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


def at_depth(frames: int, task_text: str) -> Task:
    """The task read at a shallow stack and understood this many frames deeper, as gtask does."""
    document = parse_task(task_text)

    def descend(left: int) -> Task:
        return descend(left - 1) if left else task_of(document.fields)

    return descend(frames)


def test_a_deep_value_in_a_field_for_text_is_survived() -> None:
    for depth in range(900, 1000, 5):
        text = f'{{"id":"a","state":"ERROR","error":{"[" * depth}{"]" * depth}}}'
        try:
            task = at_depth(30, text)
        except ValueError:
            break  # too deep to be read at all: reported as such
        assert "error" in plain_card(task)


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


def test_one_task_needs_no_count_and_several_have_one() -> None:
    assert "task:" not in shown_results(TASKS[0])
    assert shown_results(*TASKS).splitlines()[-1] == (
        "4 tasks: 1 ERROR, 1 FINISHED, 1 RUNNING, 1 SUSPENDED"
    )


def test_in_brief_those_that_went_well_are_counted() -> None:
    good = [task_of(FINISHED | {"id": f"good-{n}"}) for n in range(40)]
    bad = [task_of(FAILED | {"id": f"bad-{n}"}) for n in range(2)]
    brief = views.results([*bad, *good], NOW, brief=True)
    first, *rest = shown(lambda terminal: terminal.entries(brief), 300).splitlines()
    assert first == "✔ FINISHED  40 create_vm; gtask list shows each"
    assert len(rest) == 11
    assert [line.startswith("✘ ERROR") for line in rest].count(True) == 2
    assert "\n".join(rest).count("request ID") == 2
    assert rest[-1] == "42 tasks: 2 ERROR, 40 FINISHED"
    assert len(plain_results(*bad, *good).splitlines()) == 42


def test_nothing_created_is_said_to_people_and_to_nobody_else() -> None:
    assert "(nothing)" in shown_resources(task_of(RUNNING))
    assert plain_resources(task_of(RUNNING)) == plain_resources() == ""


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "created_resources"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_results_is_shown_and_not_obeyed(field: str, text: str) -> None:
    task = with_text(field, text)
    summary, resources = shown_results(task, task_of(FINISHED)), shown_resources(task)
    for output in (summary, resources):
        assert_harmless(output)
        assert max(map(cell_len, output.splitlines())) <= 80
    plain = plain_results(task, task_of(FINISHED))
    assert_harmless(plain + plain_resources(task))
    if field in SUMMARISED:
        part = lines(text) if field == "error" else one_line(text)
        assert one_line(part).rstrip() in plain
        assert without_layout(part) in without_layout(summary)


@given(st.sampled_from(SUMMARISED), ANY_TEXT, st.integers(20, 120))
def test_no_text_steers_a_summary_or_a_table(field: str, text: str, width: int) -> None:
    marked = f"[red]{text}[/red]"
    task = with_text(field, marked)
    for output in (
        shown_results(task, task_of(FINISHED), width=width),
        shown_resources(task, width=width),
    ):
        assert_harmless(output)
        assert max(map(cell_len, output.splitlines())) <= width
    plain = plain_results(task, task_of(FINISHED))
    assert_harmless(plain + plain_resources(task))
    assert one_line(marked.replace("\r\n", "\n") if field == "error" else marked) in plain
    assert len(plain.splitlines()) == 2
    if field == "created_resources":
        assert one_line(marked) in plain_resources(task)


def test_a_failure_has_the_reason_first() -> None:
    failed = views.failed_entry(parse_task(json.dumps(FAILED)), NOW)
    assert (
        shown(lambda terminal: terminal.block(failed))
        == """\
✘ Quota limit for volume_size exceeded by 20
ask for more, or delete something
  create_volume, 2m ago, took 9 s, region 76, project 1234
  the quota is exceeded: delete what is no longer needed, or ask Gcore for a
  higher quota
  task 6a5f0c1e-0002-4a3b-9d6e-2f1b7c9e0a02
  request ID for support: req-3e1d0c55-7a21-4a4f-9d7b-55b0b4d5a0f1
"""
    )
    plain = PlainRenderer()
    first, second = plain.block(failed), plain.block(failed)
    assert first.startswith("Quota limit for volume_size exceeded by 20\n")
    assert second == f"\n{first}"
