"""The sandbox responds as the API does; tasks of different ages stand for the passing of time."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.sandbox.world import PROJECT_ID, REGION_ID
from tests.servers.sandbox import SandboxServer
from tests.unit.sandbox.clients import TASKS, answer, fetched, raw, serving, statuses, until_end

HOUR = 3600
# Newest first: c, b, a. Only c is under way.
THREE = [
    {"id": "a", "age": 3 * HOUR, "created_resources": {"instances": ["i-1"]}},
    {"id": "b", "age": 2 * HOUR, "task_type": "create_volume", "ends": "ERROR", "error": "quota"},
    {"id": "c", "age": 1 * HOUR, "lasts": 9 * HOUR, "document": {"project_id": 9}},
]


@pytest.fixture(scope="module")
def three() -> Iterator[SandboxServer]:
    with serving(tasks=THREE) as server:
        yield server


def listed(server: SandboxServer, query: str = "") -> list[str]:
    return [document["id"] for document in answer(server, f"{TASKS}?{query}")["results"]]


def test_without_the_right_key_every_request_is_unauthorized(three: SandboxServer) -> None:
    for wrong in ("", "apikey ", "apikey wrong", "Bearer sandbox$key", "apikey SANDBOX$KEY"):
        for path in (TASKS, f"{TASKS}/a", "/"):
            response, body = fetched(three, path, Authorization=wrong)
            assert response.status == 401
            assert json.loads(body)["message"].startswith("Bad permanent token")
    assert fetched(three, TASKS, Authorization="APIKey sandbox$key")[0].status == 200


def test_a_task_moves_through_the_states() -> None:
    steps = {"starts_after": 100, "lasts": 300, "detailed_states": ["NETWORK", "DISKS", "BOOT"]}
    tasks = [{"id": str(age), "age": age, **steps} for age in (50, 150, 250, 350, 450)]
    with serving(tasks=tasks) as server:
        found = answer(server, TASKS)["results"]
    assert [task["state"] for task in found] == ["NEW", *["RUNNING"] * 3, "FINISHED"]
    details = [None, "NETWORK", "DISKS", "BOOT", "FINISHED"]
    assert [task["detailed_state"] for task in found] == details
    assert [task["finished_on"] is None for task in found] == [True] * 4 + [False]
    created, finished = (
        datetime.fromisoformat(found[4][f"{n}_on"]) for n in ("created", "updated")
    )
    assert (finished - created).total_seconds() == 400


def test_what_is_created_and_what_went_wrong_is_known_at_the_end(three: SandboxServer) -> None:
    finished, failed, running = (answer(three, f"{TASKS}/{name}") for name in "abc")
    created = {name: ids for name, ids in finished["created_resources"].items() if ids}
    assert created == {"instances": ["i-1"]}
    assert failed["created_resources"] is running["created_resources"] is None
    assert (finished["error"], failed["error"], running["error"]) == (None, "quota", None)


def test_a_task_may_never_end_and_may_vanish() -> None:
    tasks = [{"id": "a", "vanishes_after": 0}, {"id": "b", "age": 9, "lasts": 1, "ends": "NEVER"}]
    with serving(tasks=tasks) as server:
        assert statuses(server, ("GET", f"{TASKS}/a")) == [404]
        assert [task["state"] for task in answer(server, TASKS)["results"]] == ["RUNNING"]


def test_the_id_and_the_document_can_hold_anything() -> None:
    odd = {"state": 5, "new_field": {"x": [None]}, "data": "\ud800", "\ud800": 1}
    with serving(tasks=[{"id": "ab/ü?", "document": odd}]) as server:
        document = answer(server, f"{TASKS}/{quote('ab/ü?', safe='')}")
    assert {name: document[name] for name in odd} == odd


def test_unknown_paths_and_tasks_are_not_found(three: SandboxServer) -> None:
    paths = [f"{TASKS}{rest}" for rest in ("/missing", "/", "/a/b", "/a/acknowledge/x")]
    paths += ["/", "/cloud/v1/unknown/1/2", "/cloud/v1/1/2", "/other/v1/volumes/1/2"]
    assert statuses(three, *(("GET", path) for path in paths)) == [404] * len(paths)


def test_pages_join_to_the_whole_list() -> None:
    with serving(defaults=True, generate=[{"count": 1000}], tasks=[]) as server:
        assert len(listed(server)) == 10
        assert len(listed(server, "limit=1000")) == 1000
        pages = [answer(server, f"{TASKS}?limit=100&offset={n}") for n in range(0, 1200, 100)]
        ids = {document["id"] for page in pages for document in page["results"]}
        assert {page["count"] for page in pages} == {len(ids)} == {1045}
        assert pages[-1]["results"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "cba"),
        ("limit=1&offset=1&order_by=asc", "b"),
        (f"project_id={PROJECT_ID}&project_id=9", "cba"),
        ("from_timestamp={b}", "cb"),
        ("from_timestamp={b}Z", "cb"),
        ("from_timestamp={b}%2B00:00", "cb"),
        ("from_timestamp={b}%2B02:00", "cba"),
        ("to_timestamp={b}", "a"),
        ("from_timestamp={a}&to_timestamp={c}&state=ERROR", "b"),
        ("something_new=1", "cba"),
    ],
)
def test_filters(query: str, found: str, three: SandboxServer) -> None:
    # Without the fractions of a second in which each was created.
    created = {name: answer(three, f"{TASKS}/{name}")["created_on"] for name in "abc"}
    page = answer(three, f"{TASKS}?{query.format(**created)}")
    assert [document["id"] for document in page["results"]] == list(found)
    assert page["count"] == len(found) or "limit" in query


def test_wrong_query_parameters_are_refused(three: SandboxServer) -> None:
    nines = "9" * 6000
    queries = [f"limit={wrong}" for wrong in ("0", "1001", "-1", "ten", "", "1e2", "%D9%A3", nines)]
    queries += ["offset=-1", f"offset={nines}", f"limit={'0' * 12}{nines}", "order_by=newest"]
    queries += [
        "from_timestamp=yesterday",
        "to_timestamp=",
        "state=finished",
        "state=RUNNING&state=x",
    ]
    assert statuses(three, *(("GET", f"{TASKS}?{query}") for query in queries)) == [400] * 16


def test_active_tasks_of_a_project_and_region(three: SandboxServer) -> None:
    for project, found in ((PROJECT_ID, []), (9, ["c"])):
        page = answer(three, f"{TASKS}/{project}/{REGION_ID}/active")
        assert [document["id"] for document in page["results"]] == found


def test_wrong_methods_are_refused(three: SandboxServer) -> None:
    requests = [("POST", TASKS), ("DELETE", f"{TASKS}/a"), ("GET", f"{TASKS}/a/acknowledge")]
    requests += [("GET", f"{TASKS}/acknowledge_all"), ("POST", f"{TASKS}/1234/76/active")]
    assert statuses(three, *requests) == [405] * 5
    assert b"only GET" in fetched(three, TASKS, "POST")[1]


ODD_BYTES = st.binary(max_size=200) | st.text("GET /: HTP1.\r\n[", max_size=60).map(str.encode)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=ODD_BYTES)
@example(data=b"\x16\x03\x01\x02\x00\x01\x00\n\r\n\r\n")
@example(data=b"GET / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n")
@example(data=b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n")
def test_no_bytes_crash_the_server(three: SandboxServer, data: bytes) -> None:
    with raw(three, data) as connection:
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):  # it may close before it has read all
            assert until_end(connection)[:9] in (b"", b"HTTP/1.1 ")
    assert answer(three)["id"] == "a"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT"]),
    st.text(alphabet="/?&=%ab01.;+é", max_size=30),
    st.sampled_from(["/", f"{TASKS}", f"{TASKS}/", f"{TASKS}?", "/cloud/v1/", "http://["]),
)
def test_every_request_gets_a_json_response(
    three: SandboxServer, method: str, rest: str, start: str
) -> None:
    lines = [f"{method} {start}{rest} HTTP/1.1", "Authorization: apikey sandbox$key"]
    request = "\r\n".join([*lines, "Connection: close", "", ""])
    with raw(three, request.encode()) as connection:
        head, _, body = until_end(connection).partition(b"\r\n\r\n")
    assert int(head.split()[1]) in (200, 204, 400, 404, 405)
    assert body == b"" or isinstance(json.loads(body), dict)


def test_a_task_whose_document_says_that_it_is_not_acknowledged_can_be() -> None:
    pasted = {"acknowledged_at": None, "acknowledged_by": None}
    with serving(tasks=[{"id": "a", "age": HOUR, "document": pasted}]) as server:
        for _ in range(2):
            assert answer(server, f"{TASKS}/a/acknowledge", "POST")["acknowledged_at"]
        assert listed(server, "is_acknowledged=false") == []
