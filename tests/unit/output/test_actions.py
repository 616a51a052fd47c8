"""What GitHub Actions reads, where a run of gtask would be too slow or too large to show it."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gcore_tasks_cli.output.actions import annotation, code, outputs, summary
from gcore_tasks_cli.output.words import Reasons
from gcore_tasks_cli.sanitize import no_workflow_command, one_line
from gcore_tasks_cli.tasks.document import Document, parse_task
from tests.actions_runner import commands_in, outputs_in

RENDER = MarkdownIt("commonmark").enable("table").render
hostile = st.text(
    st.one_of(st.sampled_from("\n\r:#[]|`\\<>&%,= \t\x1b\u2028\u00a0EOF"), st.characters()),
    max_size=40,
)


def document(number: int = 1, state: str = "FINISHED", **fields: object) -> Document:
    return parse_task(json.dumps({"id": f"t-{number}", "state": state, **fields}))


@given(st.lists(hostile, max_size=4).map("".join))
def test_no_text_is_a_command(text: str) -> None:
    for poison in (text, f"::error::{text}", f"{text}##[error]", f" \t::debug::{text}"):
        assert commands_in(no_workflow_command(poison)) == []


@given(hostile)
def test_json_stays_the_same_document(text: str) -> None:
    body = json.dumps({text: [f"##[error]{text}", "###[a", "\\##["]}, ensure_ascii=False)
    assert json.loads(no_workflow_command(body)) == json.loads(body)
    assert commands_in(no_workflow_command(body)) == []


@given(hostile, hostile)
def test_any_failure_is_one_annotation(task_type: str, error: str) -> None:
    failed = document(state="ERROR", task_type=task_type, error=error, request_id=error)
    line = annotation(Reasons().task_error(failed))
    (command,) = commands_in(line)
    assert command.name == "error"
    assert command.properties == {"title": "gtask"}
    assert command.data.startswith(one_line(f"{task_type or 'task'} t-1 ended in ERROR: "))


@given(hostile)
def test_any_text_is_one_cell_of_code(text: str) -> None:
    html = RENDER(f"| a | b |\n| --- | --- |\n| {code(text)} | c |\n")
    assert html.count("<td>") == 2
    assert html.count("<code>") == (1 if code(text) != "-" else 0)
    assert "<a" not in html


@given(st.dictionaries(hostile, st.lists(hostile, min_size=1), max_size=4))
def test_any_outputs_are_read_back_and_no_other(created: dict[str, list[str]]) -> None:
    done = document(created_resources={"volumes": ["v-1"], **created})
    text = outputs([done], ["t-1"])
    read = outputs_in(text)
    assert read["state"] == "FINISHED"
    assert read["task-id"] == "t-1"
    assert set(read) - {"state", "task-id"} <= {name.lower() for name in ("volumes", *created)}


@pytest.mark.parametrize(
    ("states", "asked", "expected"),
    [
        (["FINISHED", "FINISHED"], 2, "FINISHED"),
        (["FINISHED", "RUNNING", "ERROR"], 3, "ERROR"),
        (["FINISHED", "RUNNING"], 2, "RUNNING"),
        (["RUNNING", "SUSPENDED", "FINISHED"], 3, "SUSPENDED"),
        (["FINISHED"], 2, "UNKNOWN"),
        ([], 1, "UNKNOWN"),
    ],
)
def test_the_state_of_several(states: Sequence[str], asked: int, expected: str) -> None:
    ended = {"SUSPENDED": {"finished_on": "2026-05-23T05:07:50"}}
    documents = [document(n, state, **ended.get(state, {})) for n, state in enumerate(states)]
    text = outputs(documents, [f"t-{n}" for n in range(asked)])
    assert outputs_in(text)["state"] == expected


def test_a_summary_of_many_stays_small_and_counts_the_rest() -> None:
    long = "é" * 1000
    created = {f"type-{n}": [long] * 5 for n in range(6)}
    documents = [document(n, created_resources=created) for n in range(300)]
    asked = [f"t-{n}" for n in (*range(300), *range(5000, 5030))]
    text = summary([*documents, document(5000, "ERROR", error="why")], asked)
    assert len(text.encode()) < 512 * 1024
    assert text.index("`why`") < text.index("`t-0`")
    assert "more tasks are not shown" in text
    assert "Not seen, for the reason in the annotation: `t-5001`, " in text
    assert text.endswith("`t-5020`, and 9 more.\n")


def test_an_output_too_large_for_actions_is_left_out() -> None:
    created = {"volumes": [f"v-{n}" for n in range(100_000)], "ports": ["p"]}
    text = outputs([document(created_resources=created)], ["t-1"])
    assert set(outputs_in(text)) == {"state", "task-id", "ports"}
