"""Every kind of fault over a real socket: what plain clients see of it."""

import json
import time
from contextlib import closing, suppress
from http.client import IncompleteRead
from typing import Any

import pytest

from tests.servers.sandbox import SandboxServer
from tests.unit.sandbox.clients import (
    PATH,
    TASKS,
    answer,
    asked,
    client,
    eventually,
    fetched,
    is_refused,
    port_of,
    raw,
    serving,
    statuses,
    until_end,
)

GET = ("GET", PATH)
FIRST = {"requests": [1, 1]}


def test_a_fault_counts_only_the_requests_that_it_matches() -> None:
    fault = {"do": "status", "method": "POST", "path": f"{TASKS}/a*", "requests": [2, 3]}
    acknowledge, all_of_them = (
        ("POST", f"{PATH}{end}") for end in ("/acknowledge", "cknowledge_all?b")
    )
    requests = [acknowledge, GET, ("POST", "/"), all_of_them, acknowledge, acknowledge]
    with serving(fault) as server:
        assert statuses(server, *requests) == [200, 200, 404, 503, 503, 200]


def test_the_first_fault_in_the_file_wins_and_the_others_count_on() -> None:
    first, both = {"do": "status", "status": 500, **FIRST}, {"do": "status", "requests": [1, 2]}
    with serving(first, both) as server:
        assert statuses(server, GET, GET, GET) == [500, 503, 200]


def test_a_fault_can_hit_every_third_request() -> None:
    with serving({"do": "status", "every": 3, "requests": [2, 7]}) as server:
        assert statuses(server, *[GET] * 9) == [200, 200, 200, 503, 200, 200, 503, 200, 200]


def test_a_fault_is_active_from_its_begin_until_just_before_its_end() -> None:
    over: dict[str, Any] = {"do": "close", "between": [0, 0]}
    later = {"do": "close", "between": [3600, None]}
    with serving(over, later, {"do": "status", "status": 500, "between": [0, 3600]}) as server:
        assert statuses(server, GET) == [500]


def test_a_rate_limit_refuses_what_is_beyond_it_in_a_second() -> None:
    with serving({"do": "limit", "per_second": 3, "retry_after": 7, "path": PATH}) as server:
        answers = [fetched(server) for _ in range(20)]
        seconds = int(server.now()) + 1
        refused = [(response, body) for response, body in answers if response.status == 429]
        assert 3 <= len(answers) - len(refused) <= 3 * seconds
        assert [response.status for response, _ in answers[:3]] == [200] * 3
        assert {response.headers["Retry-After"] for response, _ in refused} <= {"7"}
        assert {json.loads(body)["message"] for _, body in refused} <= {"too many requests"}
        assert statuses(server, ("GET", TASKS)) == [200]


@pytest.mark.parametrize(
    "slow", [{"latency": 0.05}, {"faults": [{"do": "delay", "seconds": 0.05}]}]
)
def test_latency_and_delay_come_before_the_normal_response(slow: dict[str, Any]) -> None:
    with serving(**slow) as server:
        began = time.monotonic()
        assert answer(server)["id"] == "a"
        assert time.monotonic() - began >= 0.05


def test_reset_sends_rst_and_close_sends_fin() -> None:
    with serving({"do": "reset", **FIRST}, {"do": "close", "requests": [2, 2]}) as server:
        with raw(server) as connection, pytest.raises(ConnectionResetError):
            until_end(connection)
        with raw(server) as connection:
            assert until_end(connection) == b""
        assert statuses(server, GET) == [200]


def test_truncate_announces_more_than_it_sends() -> None:
    with serving({"do": "truncate", "keep": 0.25, **FIRST}) as server:
        with closing(client(server)) as connection, pytest.raises(IncompleteRead) as caught:
            asked(connection, server).read()
        _, whole = fetched(server)
        assert caught.value.partial == whole[: len(whole) // 4]
        assert caught.value.expected == len(whole) - len(caught.value.partial)


@pytest.mark.parametrize("kind", ["silent", "drip", "delay", "endless"])
def test_stopping_ends_hanging_connections_and_frees_the_port(kind: str) -> None:
    long = {"drip": {"interval": 3600}, "delay": {"seconds": 3600}}.get(kind, {})
    with serving({"do": kind, "path": PATH, **long}) as server, raw(server) as connection:
        eventually(lambda: len(server.requests) == 1)
        server.stop()
        with suppress(ConnectionResetError):
            until_end(connection)
        assert is_refused(server)
        with SandboxServer(server.scenario, port=port_of(server)) as again:
            assert statuses(again, ("GET", "/")) == [404]
