"""`gtask get` for people: cards and plain lines show all there is, and obey none of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcore_tasks_cli.output.plain import plain_card
from gcore_tasks_cli.output.terminal.cards import card
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import parse_task
from gcore_tasks_cli.tasks.model import Task
from tests.golden_files import assert_golden, assert_harmless, shown, without_layout

NOW = datetime(2026, 5, 23, 5, 10, tzinfo=UTC)
COMMON: dict[str, Any] = {
    "id": "26986bc0-748a-4448-b836-0a2aa465eb06",
    "created_on": "2026-05-23T05:07:31",
    "updated_on": "2026-05-23T05:07:50",
    "project_id": 1234,
    "region_id": 76,
    "client_id": 8,
    "user_id": 4321,
    "user_client_id": 8,
    "request_id": "req-3e1d0c55-7a21-4a4f-9d7b-55b0b4d5a0f1",
    "job_id": "d8334c12-2881-4c4a-84ad-1b21fea73ad1",
    "schedule_id": None,
    "lifecycle_policy_id": None,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "detailed_state": None,
    "error": None,
    "data": None,
}
FINISHED = COMMON | {
    "state": "FINISHED",
    "task_type": "create_vm",
    "detailed_state": "FINISHED",
    "finished_on": "2026-05-23T05:07:50",
    "acknowledged_at": "2026-05-23T05:09:00Z",
    "acknowledged_by": 4321,
    "created_resources": {
        "images": [],
        "instances": ["169942e0-9b53-42df-95ef-1a8b6525c2bd"],
        "ports": None,
        "volumes": [
            "726ecfcc-7fd0-4e30-a86e-7892524aa483",
            "9d9cd6a1-4c85-4c5f-9f0a-1f6f1d0c7a11",
        ],
    },
    "data": {
        "name": "web-1",
        "flavor": "g1-standard-1-2",
        "volumes": [{"source": "image", "size": 10, "boot_index": 0}, {"size": 1.50}],
        "interfaces": [{"type": "external"}],
        "tags": [],
        "user_data": None,
    },
}
FAILED = COMMON | {
    "id": "6a5f0c1e-0002-4a3b-9d6e-2f1b7c9e0a02",
    "state": "ERROR",
    "task_type": "create_volume",
    "finished_on": "2026-05-23T05:07:40",
    "error": "Quota limit for volume_size exceeded by 20\nask for more, or delete something",
    "created_resources": None,
    "data": {"name": "data-1", "size": 500, "type_name": "ssd_hiiops"},
}
RUNNING = COMMON | {
    "id": "6a5f0c1e-0005-4a3b-9d6e-2f1b7c9e0a05",
    "state": "RUNNING",
    "task_type": "create_k8s_cluster_v2",
    "detailed_state": "POST_DEPLOY_SETUP",
    "finished_on": None,
    "created_resources": {},
}
ODD: dict[str, Any] = {
    "id": "task/7",
    "state": "SUSPENDED",
    "task_type": ["create", "vm"],
    "created_on": "yesterday",
    "updated_on": 1779512400,
    "finished_on": {"at": None},
    "project_id": "p-1",
    "region_id": 76.5,
    "client_id": True,
    "error": {"code": 17, "text": "new kind of error"},
    "request_id": 5,
    "created_resources": {"quantum_boxes": ["q-1", 2], "instances": "i-1", "odd": {"a": 1}},
    "data": "[bold]not markup[/bold]",
    "progress": 0.5,
    "tags": {"env": "prod", "empty": {}, "list": ["a", ["b"]]},
    "empty": [],
    "nothing": None,
}
SAMPLES = {"finished": FINISHED, "failed": FAILED, "running": RUNNING, "odd": ODD}
TEXT_FIELDS = (
    *("id", "state", "task_type", "detailed_state", "error", "request_id", "job_id"),
    *("schedule_id", "created_on", "updated_on", "finished_on", "acknowledged_at", "data"),
    *("project_id", "acknowledged_by", "new_field"),
)
HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "[red]x[/red] [/] [link=http://a]b[/link]",
    "\u202egnp.exe\u2066\u200f",
    "a\x00b\r\nc\td\x9b1A\x7f\u2028",
    "\ud800 lone \udfff",
    "long" * 500,
    "wide語" * 40,
    " ",
]
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), min_size=1)


def task_of(fields: dict[str, Any]) -> Task:
    return Task.from_fields(fields)


def with_text(field: str, text: str) -> Task:
    """A running task with this text in one field, alone or as deep as fields go."""
    if field == "created_resources":
        kind = text.encode("utf-8", "replace").decode()
        return task_of(RUNNING | {field: {"volumes": [text], kind: [text]}})
    if field == "data":
        return task_of(RUNNING | {field: {"a": [{"b": text}], text: text}})
    if field == "acknowledged_by":
        return task_of(RUNNING | {field: text, "acknowledged_at": COMMON["created_on"]})
    return task_of(RUNNING | {field: text})


@pytest.mark.parametrize("name", SAMPLES)
def test_cards_look_as_they_should(name: str) -> None:
    assert_golden(f"card_{name}.txt", shown(card(task_of(SAMPLES[name]), now=NOW)))


@pytest.mark.parametrize("name", SAMPLES)
def test_plain_cards_look_as_they_should(name: str) -> None:
    assert_golden(f"plain_card_{name}.txt", plain_card(task_of(SAMPLES[name]), now=NOW))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_pipe_gets_the_same_without_the_model(name: str) -> None:
    document = parse_task(json.dumps(SAMPLES[name]))
    assert plain_card(document, now=NOW) == plain_card(task_of(SAMPLES[name]), now=NOW)


@pytest.mark.parametrize("name", SAMPLES)
def test_both_kinds_of_card_say_the_same(name: str) -> None:
    task = task_of(SAMPLES[name])
    rows = plain_card(task, now=NOW).splitlines()
    framed = without_layout(shown(card(task, now=NOW)))
    missing = [row.split()[0] for row in rows if without_layout(row) not in framed]
    assert missing == ["state", "type"], "these are the title of a card"


def test_the_border_has_the_colour_of_the_state() -> None:
    styles = {name: card(task_of(fields), now=NOW).border_style for name, fields in SAMPLES.items()}
    assert styles == {
        "finished": "green", "failed": "bold red", "running": "yellow", "odd": "magenta"
    }  # fmt: skip


def test_a_failure_without_a_reason_says_so() -> None:
    for none in (None, ""):
        task = task_of(FAILED | {"error": none})
        assert re.search("^error +the API gives no reason$", plain_card(task, now=NOW), re.M)
        assert "the API gives no reason" in shown(card(task, now=NOW))


def test_the_least_that_is_a_task_has_a_card() -> None:
    task = task_of({"id": "a", "state": "NEW"})
    assert plain_card(task, now=NOW) == "state  NEW\ntype   -\ntask   a\n"
    assert "· NEW  task" in shown(card(task, now=NOW))


def test_ages_go_by_the_given_time() -> None:
    task = task_of(RUNNING)
    assert "(2 m 29 s ago), for 2 m 29 s" in plain_card(task, now=NOW)
    earlier = plain_card(task, now=NOW - timedelta(minutes=5))
    assert "2026-05-23 05:07:31 UTC (in 2 m 31 s), for 0 s" in earlier


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "created_resources"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(field: str, text: str) -> None:
    task = with_text(field, text)
    plain, framed = plain_card(task, now=NOW), shown(card(task, now=NOW))
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
    text = shown(card(task, now=NOW))
    assert "more characters, which --json has" in text
    assert len(text.splitlines()) < 2000
    assert plain_card(task, now=NOW).rstrip().endswith("- 299999")


@given(st.sampled_from([*TEXT_FIELDS, "created_resources"]), ANY_TEXT, st.integers(20, 120))
def test_no_text_steers_a_card(field: str, text: str, width: int) -> None:
    marked = f"[red]{text}[/red]"
    task = with_text(field, marked)
    plain, framed = plain_card(task, now=NOW), shown(card(task, now=NOW), width)
    assert_harmless(plain)
    assert_harmless(framed)
    if field != "error":
        assert one_line(marked) in plain
    assert max(map(cell_len, framed.splitlines())) <= width


@given(st.dictionaries(st.text(min_size=1), ANY_TEXT, max_size=3))
def test_no_name_of_a_field_steers_a_card(fields: dict[str, str]) -> None:
    unknown = {f"_{name}": value for name, value in fields.items()}
    task = task_of({**unknown, "id": "a", "state": "NEW", "data": {"nested": [fields]}})
    plain = plain_card(task, now=NOW)
    assert_harmless(plain)
    assert_harmless(shown(card(task, now=NOW)))
    for name, value in unknown.items():
        assert any(
            row.startswith(one_line(name)) and row.endswith(one_line(value).rstrip())
            for row in plain.split("\n")
        )


def test_a_lone_surrogate_in_the_name_of_a_field_is_survived() -> None:
    document = parse_task('{"id":"a","state":"NEW","\\ud800":"odd"}')
    plain = plain_card(task_of(document.fields), now=NOW)
    assert_harmless(plain)
    assert "odd" in plain


def test_a_lone_surrogate_in_the_name_of_a_type_hides_nothing() -> None:
    created = {"instances": ["i-1"], "\ud800": ["x-1"]}
    task = task_of(FINISHED | {"created_resources": created})
    assert task.created()["instances"] == ["i-1"]
    assert "instances  i-1" in plain_card(task, now=NOW)


@pytest.mark.parametrize("field", ["data", "new_field"])
def test_deep_nesting_is_told_and_not_followed(field: str) -> None:
    nested: Any = "deepest"
    for _ in range(900):
        nested = [nested]
    task = task_of(RUNNING | {field: nested})
    assert "deepest" in plain_card(task, now=NOW)
    assert "[[[" in shown(card(task, now=NOW))
    for _ in range(100_000):
        nested = {"a": nested}
    task = Task.model_construct(id="a", state="NEW", data=nested)
    assert "nested too deeply" in plain_card(task, now=NOW)


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
        assert "error" in plain_card(task, now=NOW)


def test_a_long_name_does_not_make_every_line_long() -> None:
    task = task_of({"id": "a", "state": "NEW", "n" * 10_000: 1, "data": list(range(100))})
    assert len(plain_card(task, now=NOW)) < 50_000
