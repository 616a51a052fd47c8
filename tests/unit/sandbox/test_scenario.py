"""Scenario files: what they can hold, and that every mistake is reported with its place."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.sandbox import scenario
from gcore_tasks_cli.sandbox.scenario import (
    AnyFault,
    Generated,
    Scenario,
    ScenarioError,
    SimulatedTask,
    builtin_tasks,
    parse_scenario,
)

KINDS = get_args(AnyFault)
KIND_NAMES = [name for kind in KINDS for name in get_args(kind.model_fields["do"].annotation)]
SCENARIO_KEYS, TASK_KEYS = list(Scenario.model_fields), list(SimulatedTask.model_fields)
ENTRY_KEYS = [*TASK_KEYS, *Generated.model_fields]
ENTRY_KEYS += sorted({key for kind in KINDS for key in kind.model_fields})
KEYS = [*SCENARIO_KEYS, *ENTRY_KEYS]
# Values that often look like a scenario: known keys, nested as in a scenario.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(KIND_NAMES),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(KEYS), some),
    max_leaves=15,
)


def parsed(**root: Any) -> Scenario:
    return parse_scenario(json.dumps(root))


def complaint(text: str | bytes) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    return str(caught.value)


def test_an_empty_scenario_is_the_built_in_one() -> None:
    for content in ("{}", b"{}", b"\xef\xbb\xbf{}", "{}".encode("utf-16")):
        assert parse_scenario(content) == Scenario()
    assert Scenario().all_tasks == builtin_tasks()


def test_the_ids_of_the_built_in_tasks_differ_in_their_first_characters() -> None:
    assert len({task.id[:6] for task in builtin_tasks()}) == len(builtin_tasks()) == 45


def test_tasks_in_the_file_replace_the_built_in_ones_unless_defaults_is_true() -> None:
    assert parsed(tasks=[{"id": "a"}]).all_tasks == [SimulatedTask(id="a")]
    both = parsed(tasks=[{"id": "a"}], defaults=True)
    assert both.all_tasks == [SimulatedTask(id="a"), *builtin_tasks()]
    assert parsed(defaults=False).all_tasks == []
    assert parsed(tasks=[]).all_tasks == parsed(generate=[]).all_tasks == []


def test_generated_tasks_are_many_and_the_same_at_every_start() -> None:
    generate = [{"count": 50, "task_type": "x", "lasts": [2, 4], "seed": 7}]
    tasks = parsed(generate=generate).all_tasks
    assert tasks == parsed(generate=generate).all_tasks
    assert len({task.id for task in tasks}) == 50
    assert {task.task_type for task in tasks} == {"x"}
    assert all(2 <= task.lasts <= 4 for task in tasks)
    assert [task.lasts for task in parsed(generate=[{"lasts": 3}]).all_tasks] == [3.0]
    assert len(parsed(generate=[{"count": 2}, {"count": 2, "ends": "ERROR"}]).all_tasks) == 4


def test_every_kind_of_fault_needs_nothing_but_its_name() -> None:
    faults = parsed(faults=[{"do": kind} for kind in KIND_NAMES]).faults
    assert [fault.do for fault in faults] == KIND_NAMES


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ({"latency": "1"}, "latency must be a valid number"),
        ({"latency": -1}, "latency must be greater than or equal to 0"),
        ({"clock_offset": float("nan")}, "clock_offset must be"),
        ({"api_key": " "}, "api_key must"),
        ({"tasks": [{"id": ""}]}, "tasks[0].id must match pattern"),
        ({"tasks": [{"id": "a", "colour": 1}]}, "tasks[0] has the unknown key 'colour'"),
        (
            {"tasks": [{"id": "a", "end": "ERROR"}]},
            "tasks[0] has the unknown key 'end': did you mean ends?",
        ),
        ({"tasks": [{"id": "a", "ends": "FAIL"}]}, "tasks[0].ends must be 'FINISHED', 'ERROR' or"),
        (
            {"started": {"id": "a"}},
            "started has the unknown key 'id': it may have task_type, starts_",
        ),
        ({"tasks": [{"id": "a", "detailed_states": ["X", 1]}]}, "tasks[0].detailed_states"),
        ({"tasks": [{"id": "a"}, {"id": "a"}]}, "has two tasks with the same id"),
        ({"generate": [{"count": 100_001}]}, "generate[0].count must be less than or"),
        ({"faults": [{}]}, "faults[0].do is missing"),
        ({"faults": ["reset"]}, "faults[0] must be an object"),
        ({"faults": [{"do": "close", "status": 500}]}, "faults[0] has the unknown key 'status'"),
        ({"faults": [{"do": "close", "paht": "*"}]}, "'paht': did you mean path?"),
        (
            {"faults": [{"do": "close", "method": "get"}]},
            "faults[0].method must be '*', 'GET', 'POST'",
        ),
        ({"faults": [{"do": "close", "path": "tasks/a"}]}, "faults[0].path must match pattern"),
        ({"faults": [{"do": "close", "requests": 1}]}, "requests must be a list of two numbers"),
        ({"faults": [{"do": "close", "requests": [1, 2, 3]}]}, "must be a list of two numbers"),
        ({"faults": [{"do": "close", "between": [0, "x"]}]}, "faults[0].between[1]"),
        ({"faults": [{"do": "status", "status": 99}]}, "faults[0].status must be greater than or"),
        ({"faults": [{"do": "truncate", "keep": 2}]}, "faults[0].keep must be less than or equal"),
        ({"faults": [{"do": "status", "headers": {"A": "b\r\nC: d"}}]}, "faults[0].headers.A"),
    ],
)
def test_a_mistake_is_reported_with_its_place(root: object, place: str) -> None:
    assert place in complaint(json.dumps(root))


@pytest.mark.parametrize(
    "text",
    ["", "{", b"\xff\xfe\xfd", b"\x80", "[" * 100_000, "{} {}", '{"latency": ' + "9" * 5000 + "}"],
)
def test_a_file_that_is_not_json_is_reported_as_such(text: str | bytes) -> None:
    assert complaint(text).startswith("is not JSON")


@settings(deadline=None)
@given(VALUES | st.dictionaries(st.sampled_from(SCENARIO_KEYS), VALUES, max_size=4))
def test_any_json_is_a_scenario_or_a_mistake(value: Any) -> None:
    try:
        assert isinstance(parse_scenario(json.dumps(value)), Scenario)
    except ScenarioError as error:
        assert str(error)


def test_the_guide_names_every_key_and_its_example_is_a_scenario() -> None:
    guide = Path(scenario.__file__).with_suffix(".md").read_text(encoding="utf-8")
    assert [key for key in (*KEYS, *KIND_NAMES) if f"`{key}`" not in guide] == []
    example = parse_scenario(guide.partition("```json\n")[2].partition("```")[0])
    assert (len(example.tasks), len(example.faults)) == (2, 2)
