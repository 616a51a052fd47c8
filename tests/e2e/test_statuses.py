"""Each exit status of the contract, from a real run."""

import signal
from typing import Any

import pytest

from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    ENOUGH,
    OTHER,
    TASK,
    gtask,
    sandbox,
    signalled,
    started,
    task,
    wait_for_requests,
)

NEVER: dict[str, Any] = {"ends": "NEVER"}


def test_0_every_task_finished() -> None:
    with sandbox(tasks=[task(), task(OTHER)]) as server:
        ran = gtask(server, "watch", TASK, OTHER, "--interval", "0.1")
    assert ran.status == 0
    assert ran.out.count("FINISHED") == 2


def test_1_a_task_ended_in_error() -> None:
    with sandbox(tasks=[task(), task(OTHER, ends="ERROR", error="no quota")]) as server:
        ran = gtask(server, "watch", TASK, OTHER, "--interval", "0.1")
    assert ran.status == 1
    assert "no quota" in ran.out
    assert "FINISHED" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["get"], "ID"),
        (["get", ""], "empty"),
        (["get", ".."], "no task ID in an argument: '..'"),
        (["get", "null"], "jq prints null"),
        (["frobnicate"], "frobnicate"),
        (["watch", "x", "--timeout", "soon"], "--timeout: 'soon' is not a duration"),
        (["watch", "x", "--timeout", ""], "is not a duration"),
        (["watch", "x", "--interval", "0"], "--interval: the shortest is 0.1 s"),
        (["watch", "x", "--no-such"], "--no-such"),
    ],
)
def test_2_wrong_usage(arguments: list[str], said: str) -> None:
    with sandbox() as server:
        ran = gtask(server, *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.startswith("gtask: ")
    assert ran.out == ""
    assert not server.requests


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "GCORE_API_KEY is not set"),
        ({"GCORE_PERMANENT_TOKEN": "1$a"}, "GCORE_PERMANENT_TOKEN is set"),
        ({"GCORE_API_KEY": "a\nb"}, "control"),
        ({"GCORE_API_KEY": "k", "GCORE_BASE_URL": "http://example.com"}, "plain http"),
        ({"GCORE_API_KEY": "k", "GCORE_BASE_URL": "https://u:p@example.com"}, "password"),
        ({"GCORE_API_KEY": "k", "GCORE_BASE_URL": "what"}, "not an http or https URL"),
        ({"GCORE_API_KEY": "k", "SSL_CERT_FILE": "missing.pem"}, "SSL_CERT_FILE"),
    ],
)
def test_2_wrong_settings(variables: dict[str, str], said: str) -> None:
    ran = gtask(None, "get", TASK, env=variables)
    assert ran.status == 2
    assert said in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("command", ["get", "watch", "resources"])
def test_3_the_key_is_refused(command: str) -> None:
    with sandbox(tasks=[task()]) as server:
        ran = gtask(server, command, TASK, env={"GCORE_API_KEY": "wrong$key"})
    assert ran.status == 3
    assert "refused the key: Bad permanent token" in ran.err
    assert "is the key right, and still valid?" in ran.err
    assert "request ID for support: req-" in ran.err
    assert "wrong$key" not in ran.err
    assert len(server.requests) == 1


@pytest.mark.parametrize("command", ["get", "watch", "resources"])
def test_4_there_is_no_such_task_and_the_others_are_not_lost(command: str) -> None:
    with sandbox(tasks=[task()]) as server:
        ran = gtask(server, command, OTHER, TASK, "--json")
    assert ran.status == (124 if command == "resources" else 4) or ran.status == 4
    assert f"no such task: {OTHER}" in ran.err
    assert [d.get("id") or d.get("task_id") for d in ran.documents] == [TASK]


def test_4_created_nothing_of_the_type() -> None:
    created = {"volumes": ["v-1"]}
    with sandbox(tasks=[task(age=60, created_resources=created)]) as server:
        ran = gtask(server, "resources", TASK, "--type", "instances")
    assert ran.status == 4
    assert "created no instances" in ran.err
    assert "volumes" in ran.err
    assert ran.out == ""


def test_5_no_usable_answer() -> None:
    fault = {"do": "status", "status": 302, "headers": {"Location": "/elsewhere"}}
    with sandbox(tasks=[task()], faults=[fault]) as server:
        ran = gtask(server, "get", TASK)
    assert ran.status == 5
    assert "redirects to /elsewhere" in ran.err


@pytest.mark.parametrize(
    ("option", "ends", "status"), [("--any", "FINISHED", 0), ("--fail-fast", "ERROR", 1)]
)
def test_what_decides_at_once_is_not_spoilt_by_what_does_not_answer(
    option: str, ends: str, status: int
) -> None:
    tasks = [task(age=9, ends=ends), task(OTHER, **NEVER)]
    with sandbox(tasks=tasks, faults=[{"do": "silent", "path": f"*/{OTHER}"}]) as server:
        ran = gtask(server, "watch", TASK, OTHER, option, "--timeout", "0")
    assert ran.status == status
    assert "gave no answer" not in ran.err


@pytest.mark.parametrize("quiet", [(), ("--quiet",), ("--json",)])
@pytest.mark.parametrize(
    ("option", "ends", "status"), [("--any", "FINISHED", 0), ("--fail-fast", "ERROR", 1)]
)
def test_what_stops_early_says_so_and_how_to_go_on(
    option: str, ends: str, status: int, quiet: tuple[str, ...]
) -> None:
    tasks = [task(ends=ends), *(task(f"never-{n}", **NEVER) for n in range(3))]
    ids = [each["id"] for each in tasks]
    with sandbox(tasks=tasks) as server:
        ran = gtask(server, "watch", *ids, option, *quiet, "--timeout", "1h", "--interval", "0.1")
    assert ran.status == status
    assert f"gtask: stopped by {option} with 3 of 4 tasks not finished\n" in ran.err
    going_on = ran.err.splitlines()[-1]
    assert going_on.startswith("hint: to go on waiting: gtask watch never-0 never-1 never-2 ")
    given = {option, *quiet, "--timeout", "1h", "--interval", "0.1"}
    assert set(going_on.split("never-2 ")[1].split()) == given


def test_a_quiet_look_says_nothing_of_a_task_under_way_and_all_of_an_error() -> None:
    with sandbox(tasks=[task(**NEVER)]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", "0", "--quiet")
        lost = gtask(server, "watch", TASK, OTHER, "--timeout", "0", "--quiet")
    assert (ran.status, ran.out, ran.err) == (124, "", "")
    assert lost.status == 4
    assert lost.err.startswith(f"gtask: no such task: {OTHER}\n")
    assert TASK not in lost.err


def test_124_the_timeout_passed() -> None:
    with sandbox(tasks=[task(**NEVER)]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", ENOUGH, "--interval", "0.1", "--json")
    assert ran.status == 124
    assert "1 of 1 task not finished after 8 s" in ran.err
    assert f"gtask watch {TASK}" in ran.err
    assert [d["state"] for d in ran.documents] == ["RUNNING"]


def test_124_resources_of_an_unfinished_task() -> None:
    with sandbox(tasks=[task(**NEVER)]) as server:
        ran = gtask(server, "resources", TASK)
    assert ran.status == 124
    assert (
        ran.err
        == f"gtask: not yet: task {TASK} is RUNNING\nhint: to wait until it has ended: --wait\n"
    )


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["130", "143"]
)
def test_130_and_143_a_signal_ends_the_wait(number: signal.Signals, status: int) -> None:
    with sandbox(tasks=[task(**NEVER)]) as server:
        process = started(server, "watch", TASK, "--json")
        wait_for_requests(server, 1)
        assert process.stderr is not None
        process.stderr.readline()  # the first state was printed
        ran = signalled(process, number)
    assert ran.status == status
    assert ran.seconds < AT_ONCE_SECONDS
    assert [d["state"] for d in ran.documents] == ["RUNNING"]
    assert f"gtask watch {TASK}" in ran.err


def test_several_at_once_tell_the_most_important() -> None:
    tasks = [task(ends="ERROR"), task(OTHER)]
    forbidden = {"do": "status", "status": 403, "path": f"*/{OTHER}", "body": {"message": "no"}}
    with sandbox(tasks=tasks, faults=[forbidden]) as server:
        ran = gtask(server, "watch", "unknown-1", TASK, OTHER, "--interval", "0.1")
    assert ran.status == 3
    assert "no such task: unknown-1" in ran.err
    assert "forbids" in ran.err
    assert "ERROR" in ran.out
