"""Relative times go by the API's clock, whatever this machine's says."""

from urllib.parse import parse_qs, urlsplit

import pytest

from gcore_tasks_cli.times import parse_epoch
from tests.e2e.harness import OTHER, TASK, gtask, sandbox, task
from tests.servers.sandbox import SandboxServer


def since_of(server: SandboxServer) -> list[float]:
    """How long ago, on the API's clock, what was asked for had begun, in seconds."""
    queries = (parse_qs(urlsplit(path).query) for _, _, path in server.requests)
    times = (parse_epoch(query["from_timestamp"][0]) or 0.0 for query in queries)
    return [server.clock() - time for time in times]


@pytest.mark.parametrize("ahead", [-120.0, 0.0, 120.0])
def test_since_goes_by_the_apis_clock(ahead: float) -> None:
    tasks = [task(age=30, ends="NEVER"), task(OTHER, age=90, ends="NEVER")]
    with sandbox(tasks=tasks, clock_offset=ahead) as server:
        ran = gtask(server, "list", "--since", "1m", "--ids")
        asked = since_of(server)
    assert (ran.status, ran.out) == (0, f"{TASK}\n")
    # The list is asked for once more where the clocks differ, and only there.
    assert len(asked) == (1 if ahead == 0 else 2)
    assert 59 <= asked[-1] < 75


@pytest.mark.parametrize("ahead", [-120.0, 120.0])
def test_a_wait_finds_what_is_recent_by_the_apis_clock(ahead: float) -> None:
    tasks = [task(age=30, lasts=31), task(OTHER, age=90, ends="NEVER")]
    with sandbox(tasks=tasks, clock_offset=ahead) as server:
        ran = gtask(server, "watch", "--since", "1m", "--fields", "id,state", "--timeout", "60")
    assert (ran.status, ran.out) == (0, f"{TASK}\tFINISHED\n")


def test_ages_go_by_the_apis_clock() -> None:
    with sandbox(tasks=[task(age=90)], clock_offset=-7200.0) as server:
        ran = gtask(server, "get", TASK)
        assert "1 m" in ran.out
        assert " ago" in ran.out
        assert "2 h" not in ran.out + gtask(server, "list").out
