"""Scenario files: what they can hold, and that every mistake is reported with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.sandbox import scenario
from gcore_tasks_cli.sandbox.fault_kinds import FAULT_KINDS
from gcore_tasks_cli.sandbox.fields import ScenarioError
from gcore_tasks_cli.sandbox.scenario import (
    DEFAULT_KEY,
    Scenario,
    builtin_scenario,
    parse_scenario,
)
from gcore_tasks_cli.sandbox.tasks import SimulatedTask
from gcore_tasks_cli.sandbox.world import World

KIND_NAMES = [kind.name for kind in FAULT_KINDS]
FAULT_KEYS = ("do", "method", "path", "requests", "between")
KEYS = [
    *("api_key", "latency", "clock_offset", "defaults", "tasks", "generate", "faults"),
    *SimulatedTask.__dataclass_fields__,
    *("count", "seed", "do", "method", "path", "requests", "between", "status", "body"),
    *("headers", "content_type", "interval", "keep", "seconds"),
]
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 30) | st.floats() | st.integers() | st.text()
    | st.sampled_from([*KIND_NAMES, "a", "NEVER"])
)  # fmt: skip
# Values that often look like a scenario: known keys, nested as in a scenario.
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)


def parsed(**root: Any) -> Scenario:
    return parse_scenario(json.dumps(root))


def complaint(text: str | bytes) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    return str(caught.value)


def test_an_empty_scenario_is_the_built_in_one() -> None:
    assert parse_scenario("{}") == parse_scenario(b"{}") == builtin_scenario()


def test_the_ids_of_the_built_in_tasks_differ_in_their_first_characters() -> None:
    builtin = builtin_scenario()
    beginnings = {task.id[:6] for task in (*builtin.tasks, *builtin.past)}
    assert len(beginnings) == len(builtin.tasks) + len(builtin.past)


def test_tasks_in_the_file_replace_the_built_in_ones_unless_defaults_is_true() -> None:
    assert parsed(tasks=[{"id": "a"}]) == Scenario(tasks=(SimulatedTask("a"),))
    both = parsed(tasks=[{"id": "a"}], defaults=True)
    assert both.tasks == (SimulatedTask("a"), *builtin_scenario().tasks)
    assert both.past == builtin_scenario().past
    assert parsed(defaults=False) == Scenario()


@pytest.mark.parametrize("key", ["tasks", "generate"])
def test_an_empty_list_of_tasks_means_none(key: str) -> None:
    scenario = parsed(**{key: []})
    assert (scenario.tasks, scenario.past) == ((), ())


def test_what_is_started_differs_from_the_built_in_tasks_in_what_is_given() -> None:
    world = World(parsed(started={"lasts": 2, "ends": None}), epoch=0.0)
    task = world.start("create", "network", now=5.0)
    assert (task.task_type, task.lasts, task.ends) == ("create_network", 2.0, "FINISHED")
    assert list(task.created_resources) == ["networks"]
    assert task.age == -5.0


def test_every_field_of_a_task_can_be_given() -> None:
    fields = {
        "id": "a",
        "task_type": "create_lab",
        "starts_after": 0.5,
        "lasts": 2,
        "ends": "ERROR",
        "error": "no",
        "created_resources": {"labs": ["1"]},
        "detailed_states": ["X", "Y"],
        "age": 9,
        "vanishes_after": 3.5,
        "document": {"data": None},
    }
    task = SimulatedTask(**{**fields, "detailed_states": ("X", "Y")})  # type: ignore[arg-type]
    assert parsed(tasks=[fields]).tasks == (task,)


def test_null_means_the_default() -> None:
    fields = dict.fromkeys(SimulatedTask.__dataclass_fields__)
    nothing = {name: None for name in fields if name not in ("id", "vanishes_after")}
    assert parsed(tasks=[{**nothing, "id": "a"}]).tasks == (SimulatedTask("a"),)
    assert parsed(api_key=None, latency=None, clock_offset=None) == builtin_scenario()


def test_a_task_that_vanishes_after_null_never_vanishes() -> None:
    assert parsed(tasks=[{"id": "a", "vanishes_after": None}]).tasks[0].vanishes_after is None


def test_generated_tasks_are_many_and_the_same_at_every_start() -> None:
    generate = [{"count": 50, "task_type": "x", "lasts": [2, 4], "seed": 7}]
    scenario = parsed(generate=generate)
    assert scenario == parsed(generate=generate)
    assert len({task.id for task in scenario.tasks}) == 50
    assert {task.task_type for task in scenario.tasks} == {"x"}
    assert all(2 <= task.lasts <= 4 for task in scenario.tasks)
    assert [task.lasts for task in parsed(generate=[{"lasts": 3}]).tasks] == [3.0]


def test_two_generators_without_a_seed_make_different_tasks() -> None:
    scenario = parsed(generate=[{"count": 2}, {"count": 2, "ends": "ERROR"}])
    assert len(scenario.tasks) == 4


def test_settings_of_the_server_are_read() -> None:
    scenario = parsed(api_key=" k$1 ", latency=0.25, clock_offset=30, defaults=False)
    assert scenario == Scenario(api_key="k$1", latency=0.25, clock_offset=30.0)
    assert parsed().api_key == DEFAULT_KEY


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_kind_of_fault_is_known(kind: str) -> None:
    (fault,) = parsed(faults=[{"do": kind}]).faults
    assert fault.kind.name == kind
    assert (fault.method, fault.path) == ("*", "*")
    assert (fault.requests, fault.between) == ((1, None), (0.0, None))
    assert fault.parameters.get("status") == {"status": 503, "body": 200}.get(kind)


def test_a_fault_names_the_requests_that_it_matches() -> None:
    (fault,) = parsed(
        faults=[{"do": "status", "method": "POST", "path": "*/acknowledge", "requests": [2, 3],
                 "between": [1, 2.5], "headers": {"Retry-After": "date+5"}, "body": {"a": 1}}]
    ).faults  # fmt: skip
    assert (fault.method, fault.path) == ("POST", "*/acknowledge")
    assert (fault.requests, fault.between) == ((2, 3), (1.0, 2.5))
    assert fault.parameters["headers"] == {"Retry-After": "date+5"}
    assert fault.parameters["body"] == {"a": 1}


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ([], "scenario must be an object"),
        ({"task": []}, "scenario.task is not known; did you mean tasks?"),
        ({"latency": "1"}, "scenario.latency"),
        ({"latency": -1}, "scenario.latency"),
        ({"latency": True}, "scenario.latency"),
        ({"clock_offset": float("nan")}, "scenario.clock_offset"),
        ({"clock_offset": float("inf")}, "scenario.clock_offset"),
        ({"defaults": 1}, "scenario.defaults must be true or false"),
        ({"api_key": 5}, "scenario.api_key"),
        ({"api_key": " "}, "api_key"),
        ({"api_key": "a\nb"}, "api_key"),
        ({"api_key": "ключ"}, "api_key"),
        ({"tasks": {}}, "tasks must be a list"),
        ({"tasks": ["a"]}, "tasks[0] must be an object"),
        ({"tasks": [{"id": "a"}, {}]}, "tasks[1].id is missing"),
        ({"tasks": [{"id": ""}]}, "tasks[0].id is missing"),
        ({"tasks": [{"id": 5}]}, "tasks[0].id must be a string"),
        ({"tasks": [{"id": "a", "colour": 1}]}, "tasks[0].colour is not known; it is one of age,"),
        ({"tasks": [{"id": "a", "end": "ERROR"}]}, "tasks[0].end is not known; did you mean ends?"),
        (
            {"tasks": [{"id": "a", "ends": "FAIL"}]},
            "tasks[0].ends must be one of FINISHED, ERROR, NEVER, not 'FAIL'",
        ),
        ({"tasks": [{"id": "a", "ends": "finish"}]}, "not 'finish'; did you mean FINISHED?"),
        ({"generate": [{"ends": "never"}]}, "generate[0].ends must be one of"),
        ({"started": {"ends": "OK"}}, "scenario.started.ends must be one of"),
        ({"started": {"id": "a"}}, "scenario.started.id is not known"),
        ({"tasks": [{"id": "a", "lasts": "5s"}]}, "tasks[0].lasts"),
        ({"tasks": [{"id": "a", "detailed_states": ["X", 1]}]}, "tasks[0].detailed_states"),
        ({"tasks": [{"id": "a", "created_resources": []}]}, "tasks[0].created_resources"),
        ({"tasks": [{"id": "a"}, {"id": "a"}]}, "two tasks have the same id"),
        ({"generate": [{"count": -1}]}, "generate[0].count"),
        ({"generate": [{"count": 1.5}]}, "generate[0].count"),
        ({"generate": [{"count": 200_000}]}, "more than 100000 tasks"),
        ({"generate": [{"lasts": [5, 1]}]}, "generate[0].lasts must not go backwards"),
        ({"generate": [{"lasts": [5, None]}]}, "generate[0].lasts"),
        ({"faults": [{}]}, "faults[0].do must be one of refuse, close,"),
        ({"faults": [{"do": "explode"}]}, "faults[0].do must be one of"),
        ({"faults": [{"do": "refused"}]}, "not 'refused'; did you mean refuse?"),
        ({"faults": [{"do": ["close"]}]}, "faults[0].do must be one of"),
        ({"faults": [{"do": "close", "who": 1}]}, "faults[0].who is not known"),
        ({"faults": [{"do": "close", "status": 500}]}, "faults[0].status is not known"),
        ({"faults": [{"do": "refuse", "path": "*"}]}, "faults[0].path is not known"),
        ({"faults": [{"do": "close", "method": "get"}]}, "not 'get'; did you mean GET?"),
        ({"faults": [{"do": "close", "path": "tasks/a"}]}, "faults[0].path must be a path, or a"),
        ({"faults": [{"do": "close", "requests": 1}]}, "faults[0].requests"),
        ({"faults": [{"do": "close", "requests": [3, 1]}]}, "faults[0].requests"),
        ({"faults": [{"do": "close", "between": [0, "x"]}]}, "faults[0].between[1]"),
        ({"faults": [{"do": "status", "status": 99}]}, "faults[0].status"),
        ({"faults": [{"do": "status", "headers": {"A": 1}}]}, "faults[0].headers.A"),
        ({"faults": [{"do": "status", "headers": {"A": "b\r\nC: d"}}]}, "faults[0].headers.A"),
    ],
)
def test_a_mistake_is_reported_with_its_place(root: object, place: str) -> None:
    assert place in complaint(json.dumps(root))


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "body", "content_type": "text/html\r\nX-More: yes"},
        {"do": "status", "status": 199},
        {"do": "drip", "interval": -1},
        {"do": "truncate", "keep": 2},
    ],
)
def test_impossible_values_of_a_fault_are_reported_with_their_place(fault: dict[str, Any]) -> None:
    assert f"faults[0].{list(fault)[1]}" in complaint(json.dumps({"faults": [fault]}))


@pytest.mark.parametrize(
    "text",
    ["", "{", b"\xff\xfe\xfd", b"\x80", "[" * 100_000, "{} {}", '{"latency": ' + "9" * 5000 + "}"],
)
def test_a_file_that_is_not_json_is_reported_as_such(text: str | bytes) -> None:
    assert complaint(text).startswith("is not JSON")


def test_a_number_beyond_all_floats_is_reported_with_its_place() -> None:
    assert "scenario.latency" in complaint('{"latency": 1' + "0" * 400 + "}")


@given(st.binary())
@example(b"\xef\xbb\xbf{}")
@example("{}".encode("utf-16"))
def test_any_bytes_are_a_scenario_or_a_mistake(data: bytes) -> None:
    try:
        assert isinstance(parse_scenario(data), Scenario)
    except ScenarioError as error:
        assert str(error)


@settings(deadline=None)
@given(VALUES | st.dictionaries(st.sampled_from(KEYS[:7]), VALUES, max_size=4))
def test_any_json_is_a_scenario_or_a_mistake(value: Any) -> None:
    try:
        assert isinstance(parse_scenario(json.dumps(value)), Scenario)
    except ScenarioError as error:
        assert str(error)


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(KEYS[7:]), VALUES, max_size=4), max_size=2),
    st.sampled_from(["tasks", "generate", "faults"]),
    st.sampled_from(KIND_NAMES),
)
def test_any_entry_is_understood_or_named_in_the_error(
    entries: list[dict[str, Any]], section: str, kind: str
) -> None:
    usual: dict[str, dict[str, Any]]
    usual = {"tasks": {"id": "a"}, "generate": {"count": 1}, "faults": {"do": kind}}
    whole = {section: [{**usual[section], **entry} for entry in entries]}
    try:
        assert isinstance(parse_scenario(json.dumps(whole)), Scenario)
    except ScenarioError as error:
        assert section in str(error) or "tasks" in str(error)


def test_the_guide_names_every_key_and_its_example_is_a_scenario() -> None:
    guide = Path(scenario.__file__).with_suffix(".md").read_text(encoding="utf-8")
    keys = [*scenario.KEYS, *scenario.TASK_KEYS, *scenario.GENERATE_KEYS, *FAULT_KEYS, *KIND_NAMES]
    keys += [key for kind in FAULT_KINDS for key in kind.keys]
    assert [key for key in keys if f"`{key}`" not in guide] == []
    example = parse_scenario(guide.partition("```json\n")[2].partition("```")[0])
    assert (len(example.tasks), len(example.faults)) == (2, 2)
