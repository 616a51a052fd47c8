"""The sandbox responds as the API does, at any point in time."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.sandbox.fields import ScenarioError
from gcore_tasks_cli.sandbox.messages import Request, Response
from gcore_tasks_cli.sandbox.respond import respond
from gcore_tasks_cli.sandbox.scenario import (
    DEFAULT_KEY,
    Scenario,
    builtin_scenario,
    parse_scenario,
)
from gcore_tasks_cli.sandbox.tasks import NEVER, PROJECT_ID, REGION_ID, USER_ID, SimulatedTask
from gcore_tasks_cli.sandbox.world import World

EPOCH = 1_779_512_400.0  # 2026-05-23T05:00:00Z
KEY = {"authorization": f"apikey {DEFAULT_KEY}"}
TASKS = "/cloud/v1/tasks"


def world_of(*tasks: SimulatedTask) -> World:
    return World(Scenario(tasks=tasks), EPOCH)


def ask(world: World, target: str, method: str = "GET", now: float = 0.0) -> Response:
    return respond(world, Request(method, target, KEY), now)


def answer(world: World, target: str, method: str = "GET", now: float = 0.0) -> Any:
    """The document of a request that succeeds."""
    response = ask(world, target, method, now)
    assert response.status == 200, response.body
    return json.loads(response.body)


def listed(world: World, query: str = "", now: float = 0.0) -> list[str]:
    return [document["id"] for document in answer(world, f"{TASKS}{query}", now=now)["results"]]


# Newest first: c, b, a; created 10, 20 and 30 seconds before the start.
THREE = (
    SimulatedTask("a", "create_vm", lasts=5.0, age=30.0),
    SimulatedTask("b", "create_volume", lasts=5.0, ends="ERROR", error="quota", age=20.0),
    SimulatedTask("c", "create_vm", lasts=100.0, age=10.0, document={"project_id": 9}),
)


@pytest.mark.parametrize(
    "authorization",
    [None, "", "apikey", "apikey ", "apikey wrong", f"Bearer {DEFAULT_KEY}", DEFAULT_KEY,
     f"apikey {DEFAULT_KEY.upper()}"],
)  # fmt: skip
@pytest.mark.parametrize("target", [TASKS, f"{TASKS}/a", "/", f"{TASKS}/acknowledge_all"])
def test_without_the_right_key_every_request_is_unauthorized(
    authorization: str | None, target: str
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    response = respond(world_of(*THREE), Request("GET", target, headers), 0.0)
    assert response.status == 401
    error = json.loads(response.body)
    assert error["exception_class"] == "UnauthorizedError"
    assert error["message"].startswith("Bad permanent token")
    assert error["request_id"].startswith("req-")


def test_the_scheme_of_the_key_is_case_insensitive() -> None:
    for scheme in ("apikey", "APIKey", "APIKEY"):
        headers = {"authorization": f"{scheme} {DEFAULT_KEY}"}
        assert respond(world_of(*THREE), Request("GET", TASKS, headers), 0.0).status == 200


def test_a_task_moves_from_new_through_running_to_its_end() -> None:
    world = world_of(SimulatedTask("a", starts_after=1.0, lasts=2.0))
    states = [answer(world, f"{TASKS}/a", now=now)["state"] for now in (0, 0.99, 1, 2.99, 3, 1e6)]
    assert states == ["NEW", "NEW", "RUNNING", "RUNNING", "FINISHED", "FINISHED"]


def test_detailed_states_share_the_time_of_running() -> None:
    steps = ("NETWORK", "DISKS", "BOOT")
    world = world_of(SimulatedTask("a", starts_after=1.0, lasts=3.0, detailed_states=steps))
    states = [
        answer(world, f"{TASKS}/a", now=now)["detailed_state"] for now in (0, 1, 2, 3, 3.9, 4)
    ]
    assert states == [None, "NETWORK", "DISKS", "BOOT", "BOOT", "FINISHED"]


def test_times_follow_from_the_tasks_age_and_duration() -> None:
    world = world_of(SimulatedTask("a", lasts=60.0, age=30.0))
    running, over = (answer(world, f"{TASKS}/a", now=now) for now in (0.0, 30.0))
    assert running["created_on"] == over["created_on"] == "2026-05-23T04:59:30"
    assert running["finished_on"] is None
    assert over["finished_on"] == over["updated_on"] == "2026-05-23T05:00:30"


def test_only_a_finished_task_has_created_something() -> None:
    task = SimulatedTask("a", lasts=1.0, created_resources={"instances": ["i-1"]})
    world = world_of(task)
    assert answer(world, f"{TASKS}/a")["created_resources"] is None
    created = answer(world, f"{TASKS}/a", now=1.0)["created_resources"]
    assert created["instances"] == ["i-1"]
    assert {name for name, ids in created.items() if ids} == {"instances"}


def test_only_a_failed_task_has_an_error() -> None:
    world = world_of(*THREE, SimulatedTask("d", lasts=0.0, ends="ERROR"))
    assert answer(world, f"{TASKS}/a")["error"] is None
    assert answer(world, f"{TASKS}/b")["error"] == "quota"
    assert answer(world, f"{TASKS}/d")["error"] == "unknown error"


def test_a_task_may_never_end_or_end_in_a_state_of_its_own() -> None:
    world = world_of(
        SimulatedTask("a", lasts=1.0, ends=NEVER), SimulatedTask("b", lasts=1.0, ends="SUSPENDED")
    )
    assert answer(world, f"{TASKS}/a", now=1e6)["state"] == "RUNNING"
    assert answer(world, f"{TASKS}/b", now=1.0)["state"] == "SUSPENDED"


def test_a_task_vanishes_at_the_given_time() -> None:
    world = world_of(SimulatedTask("a", vanishes_after=2.0), SimulatedTask("b"))
    assert ask(world, f"{TASKS}/a", now=1.9).status == 200
    assert ask(world, f"{TASKS}/a", now=2.0).status == 404
    assert listed(world, now=2.0) == ["b"]


def test_the_document_can_hold_anything() -> None:
    odd = {"state": 5, "new_field": {"x": [None]}, "data": "\ud800"}
    document = answer(world_of(SimulatedTask("a", document=odd)), f"{TASKS}/a")
    assert {name: document[name] for name in odd} == odd


@given(
    st.floats(0, 100), st.floats(0, 100), st.lists(st.sampled_from("XYZ"), max_size=4),
    st.lists(st.floats(0, 300), min_size=2),
)  # fmt: skip
def test_no_task_ever_goes_back(
    starts_after: float, lasts: float, steps: list[str], times: list[float]
) -> None:
    task = SimulatedTask("a", starts_after=starts_after, lasts=lasts, detailed_states=tuple(steps))
    phases = [task.phase(now) for now in sorted(times)]
    assert phases == sorted(phases)
    order = ["NEW", "RUNNING", "FINISHED"]
    states = [order.index(task.state(now)) for now in sorted(times)]
    assert states == sorted(states)


def test_an_encoded_id_is_the_same_id() -> None:
    world = world_of(SimulatedTask("a b/ü?"))
    assert answer(world, f"{TASKS}/{quote('a b/ü?', safe='')}")["id"] == "a b/ü?"


@pytest.mark.parametrize(
    "target",
    [f"{TASKS}/missing", f"{TASKS}/", f"{TASKS}/a/b", f"{TASKS}/a/acknowledge/x", "/", "",
     "/cloud/v1/unknown/1/2", "/cloud/v1/volumes", "/other/v1/volumes/1/2"],
)  # fmt: skip
def test_unknown_paths_and_tasks_are_not_found(target: str) -> None:
    response = ask(world_of(*THREE), target)
    assert response.status == 404
    assert json.loads(response.body)["exception_class"] == "NotFoundError"


def test_the_list_is_newest_first_unless_asked_otherwise() -> None:
    world = world_of(*THREE)
    assert listed(world) == listed(world, "?order_by=desc") == ["c", "b", "a"]
    assert listed(world, "?order_by=asc") == ["a", "b", "c"]


def test_pages_join_to_the_whole_list() -> None:
    world = World(builtin_scenario(), EPOCH)
    whole = answer(world, f"{TASKS}?limit=1000")
    assert whole["count"] == len(whole["results"]) == 45
    pages = [answer(world, f"{TASKS}?limit=7&offset={n}") for n in range(0, 49, 7)]
    assert [document for page in pages for document in page["results"]] == whole["results"]
    assert {page["count"] for page in pages} == {45}


def test_a_page_holds_ten_tasks_by_default() -> None:
    assert len(listed(World(builtin_scenario(), EPOCH))) == 10


def test_beyond_the_end_a_page_is_empty() -> None:
    assert answer(world_of(*THREE), f"{TASKS}?offset=3") == {"count": 3, "results": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=RUNNING", ["c"]),
        ("state=FINISHED&state=ERROR", ["b", "a"]),
        ("state=finished", []),
        ("task_type=create_vm", ["c", "a"]),
        ("task_type=create_vm&state=FINISHED", ["a"]),
        (f"project_id={PROJECT_ID}", ["b", "a"]),
        ("project_id=9", ["c"]),
        (f"region_id={REGION_ID}", ["c", "b", "a"]),
        ("region_id=0", []),
        ("is_acknowledged=true", []),
        ("is_acknowledged=false", ["c", "b", "a"]),
        ("from_timestamp=2026-05-23T04:59:40", ["c", "b"]),
        ("from_timestamp=2026-05-23T04:59:40Z", ["c", "b"]),
        ("from_timestamp=2026-05-23T06:59:40%2B02:00", ["c", "b"]),
        ("to_timestamp=2026-05-23T04:59:40", ["b", "a"]),
        ("from_timestamp=2026-05-23T04:59:35&to_timestamp=2026-05-23T04:59:45", ["b"]),
        ("limit=1&offset=1&order_by=asc", ["b"]),
        ("something_new=1", ["c", "b", "a"]),
    ],
)
def test_filters(query: str, found: list[str]) -> None:
    assert listed(world_of(*THREE), f"?{query}") == found


def test_the_count_is_that_of_the_filtered_tasks() -> None:
    assert answer(world_of(*THREE), f"{TASKS}?task_type=create_vm&limit=1")["count"] == 2


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=-1", "limit=ten", "limit=", "limit=1e2", "limit=٣",
     "offset=-1", "offset=x", f"offset={'9' * 6000}", f"limit={'0' * 12}{'9' * 6000}",
     "order_by=newest", "order_by=", "from_timestamp=yesterday", "to_timestamp=",
     "from_timestamp=2026-13-01"],
)  # fmt: skip
def test_wrong_query_parameters_are_refused(query: str) -> None:
    response = ask(world_of(*THREE), f"{TASKS}?{query}")
    assert response.status == 400
    error = json.loads(response.body)
    assert error["exception_class"] == "ValidationError"
    assert error["message"]


def test_active_tasks_of_a_project_and_region() -> None:
    world = world_of(*THREE, SimulatedTask("d", starts_after=5.0))
    here = answer(world, f"{TASKS}/{PROJECT_ID}/{REGION_ID}/active")
    assert [document["id"] for document in here["results"]] == ["d"]
    there = answer(world, f"{TASKS}/9/{REGION_ID}/active")
    assert [document["id"] for document in there["results"]] == ["c"]


def test_acknowledging_marks_one_task_once() -> None:
    world = world_of(*THREE)
    before = answer(world, f"{TASKS}/a")
    assert before["acknowledged_at"] is None
    acknowledged = answer(world, f"{TASKS}/a/acknowledge", "POST", now=60.0)
    assert acknowledged == before | {
        "acknowledged_at": "2026-05-23T05:01:00",
        "acknowledged_by": USER_ID,
    }
    assert answer(world, f"{TASKS}/a/acknowledge", "POST", now=90.0) == acknowledged
    assert answer(world, f"{TASKS}/a", now=90.0) == acknowledged
    assert listed(world, "?is_acknowledged=true", now=90.0) == ["a"]
    assert listed(world, "?is_acknowledged=false", now=90.0) == ["c", "b"]


def test_acknowledging_all_respects_the_filters() -> None:
    world = world_of(*THREE)
    response = ask(world, f"{TASKS}/acknowledge_all?project_id={PROJECT_ID}", "POST")
    assert (response.status, response.body) == (204, b"")
    assert listed(world, "?is_acknowledged=true") == ["b", "a"]
    assert ask(world, f"{TASKS}/acknowledge_all", "POST").status == 204
    assert listed(world, "?is_acknowledged=true") == ["c", "b", "a"]


def test_a_missing_task_cannot_be_acknowledged() -> None:
    assert ask(world_of(*THREE), f"{TASKS}/missing/acknowledge", "POST").status == 404


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("POST", TASKS, "GET"),
        ("DELETE", f"{TASKS}/a", "GET"),
        ("HEAD", f"{TASKS}/a", "GET"),
        ("GET", f"{TASKS}/a/acknowledge", "POST"),
        ("GET", f"{TASKS}/acknowledge_all", "POST"),
        ("POST", f"{TASKS}/1234/76/active", "GET"),
        ("GET", "/cloud/v1/volumes/1234/76", "POST"),
        ("PATCH", "/cloud/v1/volumes/1234/76/v-1", "DELETE"),
    ],
)
def test_wrong_methods_are_refused_with_the_right_one(
    method: str, target: str, allowed: str
) -> None:
    response = ask(world_of(*THREE), target, method)
    assert response.status == 405
    assert allowed in json.loads(response.body)["message"]


@pytest.mark.parametrize(
    ("method", "target", "task_type"),
    [
        ("POST", "/cloud/v1/volumes/1234/76", "create_volume"),
        ("POST", "/cloud/v2/instances/1234/76", "create_vm"),
        ("POST", "/cloud/v1/networks/1234/76", "create_network"),
        ("DELETE", "/cloud/v1/instances/1234/76/i-1", "delete_vm"),
        ("DELETE", "/cloud/v1/volumes/1234/76/v-1", "delete_volume"),
    ],
)
def test_write_calls_start_tasks_that_finish(method: str, target: str, task_type: str) -> None:
    world = world_of(*THREE)
    (task_id,) = answer(world, target, method, now=100.0)["tasks"]
    assert listed(world, now=100.0) == [task_id, "c", "b", "a"]
    begun = answer(world, f"{TASKS}/{task_id}", now=100.0)
    assert begun["task_type"] == task_type
    assert begun["state"] in ("NEW", "RUNNING")
    assert begun["created_on"] == "2026-05-23T05:01:40"
    assert answer(world, f"{TASKS}/{task_id}", now=120.0)["state"] == "FINISHED"


@pytest.mark.parametrize("kind", ["volumes", "networks"])
def test_deleting_creates_nothing(kind: str) -> None:
    world = world_of()
    (task_id,) = answer(world, f"/cloud/v1/{kind}/1234/76/x", "DELETE")["tasks"]
    created = answer(world, f"{TASKS}/{task_id}", now=60.0)["created_resources"]
    assert not any(created.values())


def test_a_target_that_is_not_a_url_is_refused() -> None:
    assert ask(world_of(), "http://[half/cloud/v1/tasks").status in (400, 404)


def test_a_document_that_a_scenario_can_hold_can_be_sent() -> None:
    def deeper(frames: int, world: World) -> Response:
        return deeper(frames - 1, world) if frames else ask(world, f"{TASKS}/a")

    for depth in range(900, 1000, 5):
        nested = "[" * depth + "]" * depth
        text = f'{{"tasks": [{{"id": "a", "document": {{"data": {nested}}}}}]}}'
        try:
            scenario = parse_scenario(text)
        except ScenarioError:
            break  # too deep to be read at all
        assert deeper(30, World(scenario, EPOCH)).status == 200


@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", ""]),
    st.text(alphabet="/?&=%ab01.;+ é", max_size=30),
    st.sampled_from(["", "/cloud/v1/tasks", "/cloud/v1/tasks/", "/cloud/v1/tasks?", "/cloud/v1/"]),
)
def test_every_request_gets_a_json_response(method: str, rest: str, start: str) -> None:
    response = ask(world_of(*THREE), start + rest, method)
    assert response.status in (200, 204, 400, 404, 405)
    assert response.body == b"" or isinstance(json.loads(response.body), dict)
