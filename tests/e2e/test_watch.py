"""`gtask watch` and `gtask resources --wait` as processes."""

import json
import re
import signal
import urllib.request
from typing import Any

import pytest

from tests.e2e.harness import (
    ENOUGH,
    OTHER,
    TASK,
    TASK_TYPE,
    asked,
    gtask,
    sandbox,
    shell,
    signalled,
    started,
    task,
    wait_until,
    without_times,
)

FAST = ("--interval", "0.1")


def test_failures_come_last_where_the_eye_is() -> None:
    ids = [f"task-{n:02}" for n in range(40)]
    tasks = [task(each, age=9, ends="ERROR" if each == "task-03" else "FINISHED") for each in ids]
    with sandbox(tasks=tasks) as server:
        ran = gtask(server, "watch", *ids)
    *finished, failed = ran.out.splitlines()
    assert failed.startswith("ERROR")
    assert len(finished) == 39
    assert all(line.startswith("FINISHED") for line in finished)
    assert (ran.out + ran.err).count("task-03") == 2


def test_the_answer_of_a_write_call_is_watched_to_the_end() -> None:
    answer = json.dumps({"tasks": [TASK, OTHER]})
    with sandbox(tasks=[task(), task(OTHER)]) as server:
        ran = gtask(server, "watch", "-", "--json", *FAST, stdin=answer)
    assert ran.status == 0
    assert sorted(d["id"] for d in ran.documents) == sorted([TASK, OTHER])
    assert {d["state"] for d in ran.documents} == {"FINISHED"}


def test_a_pipeline_with_a_real_curl_creates_and_uses_an_id() -> None:
    script = """
    set -o pipefail
    curl -fsS -X POST -H "Authorization: APIKey $GCORE_API_KEY" -d '{}' \
      "$GCORE_BASE_URL/cloud/v1/networks/1/2" |
    gtask resources - --wait --interval 0.2 --type networks
    """
    with sandbox(defaults=True) as server:
        ran = shell(script, server)
    assert ran.status == 0, ran.err
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", ran.out)


def test_an_error_body_on_standard_input_is_that_error() -> None:
    body = '{"exception_class":"ValidationError","message":"flavor: missing","request_id":"r-1"}'
    with sandbox() as server:
        ran = gtask(server, "watch", "-", stdin=body)
        empty = gtask(server, "watch", "-", stdin="")
    assert ran.status == empty.status == 2
    assert "flavor: missing" in ran.err
    assert "r-1" in ran.err
    assert "standard input is empty" in empty.err
    assert not server.requests


@pytest.mark.parametrize(
    "answer",
    ['{"tasks": []}', "[]", '{"tasks":null}', "HTTP/2 204 \r\ndate: x\r\n\r\n",
     'HTTP/1.1 200 OK\r\nx: y\r\n\r\n{"tasks": []}'],
)  # fmt: skip
def test_an_answer_that_started_nothing_is_no_failure(answer: str) -> None:
    with sandbox() as server:
        ran = gtask(server, "watch", "-", stdin=answer)
        assert gtask(server, "watch", answer, "--quiet").err == ""
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "gtask: nothing to wait for: no task was started\n"
    assert not server.requests


def test_no_command_takes_it_for_a_failure_that_nothing_was_started() -> None:
    answer = '{"tasks": []}'
    with sandbox() as server:
        for command in (["get"], ["ack"], ["resources"], ["resources", "--wait"]):
            ran = gtask(server, *command, "-", stdin=answer)
            assert (ran.status, ran.out) == (0, "")
            assert ran.err == "gtask: nothing to wait for: no task was started\n"
        assert gtask(server, "resources", "-", "--type", "networks", stdin=answer).status == 4
        assert gtask(server, "watch", TASK[:0], "-", stdin=answer).status == 2
    assert not server.requests


@pytest.mark.parametrize("form", ["['%s', '%s']", "TaskIDList(tasks=['%s', '%s'])", "%s,%s"])
def test_what_the_samples_of_the_api_print_is_read(form: str) -> None:
    ids = form % (TASK, OTHER.upper())
    with sandbox(tasks=[task(), task(OTHER)]) as server:
        for arguments, stdin in (([ids], ""), (["-"], ids), (["-"], ids.encode("utf-16"))):
            ran = gtask(server, "watch", *arguments, "--json", *FAST, stdin=stdin)
            assert sorted(d["id"] for d in ran.documents) == sorted([TASK, OTHER])


def test_documents_come_as_soon_as_they_are_final() -> None:
    with sandbox(tasks=[task(OTHER, lasts=8.0), task()]) as server:
        process = started(server, "watch", OTHER, TASK, "--json", *FAST)
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        running = process.poll() is None
        rest = process.stdout.read().splitlines()
        process.communicate()
    assert first["id"] == TASK
    assert running
    assert [json.loads(line)["id"] for line in rest] == [OTHER]


def test_a_finished_task_is_not_asked_again() -> None:
    with sandbox(tasks=[task(lasts=0.0), task(OTHER, lasts=4.0)]) as server:
        ran = gtask(server, "watch", TASK, OTHER, *FAST)
    assert ran.status == 0
    assert asked(server, TASK) == 1
    assert asked(server, OTHER) > 3


def test_each_change_is_one_line_on_standard_error() -> None:
    details: dict[str, Any] = {
        "starts_after": 2.0,
        "lasts": 4.0,
        "detailed_states": ["NETWORK", "VOLUME"],
    }
    with sandbox(tasks=[task(**details)]) as server:
        ran = gtask(server, "watch", TASK, *FAST)
    reported = [line for line in ran.err.splitlines() if TASK in line]
    assert len(reported) == 4
    assert ["NEW" in reported[0], "NETWORK" in reported[1], "VOLUME" in reported[2]] == [True] * 3
    assert "FINISHED  took" in reported[3]


@pytest.mark.measured
def test_a_task_under_way_that_already_has_an_error_says_so() -> None:
    error = "the region has reached the limit of flavor g1-standard-1"
    fields = {"error": error}
    with sandbox(tasks=[task(ends="NEVER", document=fields)]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", ENOUGH, "--heartbeat", "1", *FAST)
    assert ran.status == 124
    first, *rest = [line for line in ran.err.splitlines() if error in line]
    assert f"with the error: {error}" in first
    assert any("still waiting for 1 of 1" in line for line in rest)
    assert re.search(rf"{TASK} RUNNING for .*, with the error: {error}$", rest[-1])


def test_quiet_says_nothing_but_errors() -> None:
    with sandbox(tasks=[task(), task(OTHER, ends="ERROR", error="no quota")]) as server:
        good = gtask(server, "watch", TASK, "--quiet", *FAST)
        bad = gtask(server, "watch", OTHER, "--quiet", *FAST)
        data = gtask(server, "watch", TASK, "--quiet", "--json", *FAST)
    assert (good.status, good.out, good.err) == (0, "", "")
    assert bad.status == 1
    assert "no quota" in bad.err
    assert bad.out == ""
    assert data.documents[0]["state"] == "FINISHED"
    assert data.err == ""


def test_fail_fast_ends_at_the_first_error_and_loses_nothing() -> None:
    tasks = [task(ends="ERROR", lasts=4.0), task(OTHER, ends="NEVER")]
    with sandbox(tasks=tasks) as server:
        ran = gtask(server, "watch", OTHER, TASK, "--fail-fast", "--json", *FAST)
    assert ran.status == 1
    assert sorted(d["state"] for d in ran.documents) == ["ERROR", "RUNNING"]


def test_any_ends_at_the_first_task_that_ends() -> None:
    with sandbox(tasks=[task(lasts=4.0), task(OTHER, ends="NEVER")]) as server:
        ran = gtask(server, "watch", OTHER, TASK, "--any", "--json", *FAST)
    assert ran.status == 0
    assert sorted(d["state"] for d in ran.documents) == ["FINISHED", "RUNNING"]


def test_what_cannot_be_an_id_is_not_asked_for() -> None:
    odd = [{"id": i, "state": "RUNNING"} for i in ("..", "\ud800x", "x" * 70_000)]
    page = {"count": 4, "results": [*odd, {"id": TASK, "state": "RUNNING"}]}
    fault = {"do": "body", "path": "/cloud/v1/tasks", "body": page}
    with sandbox(tasks=[task(age=9)], faults=[fault]) as server:
        ran = gtask(server, "watch", "--active")
        paths = {path for _, _, path in server.requests if "?" not in path}
    assert (ran.status, paths) == (0, {f"/cloud/v1/tasks/{TASK}"})
    assert "waiting for 1 active task\n" in ran.err
    assert len(ran.err) < 1000


@pytest.mark.measured
def test_events_of_one_look_do_not_say_that_a_task_under_way_has_ended() -> None:
    with sandbox(tasks=[task(age=9), task(OTHER, ends="NEVER")]) as server:
        ran = gtask(server, "watch", f"{TASK} {OTHER}", "--events", "--timeout", "0")
    assert ran.status == 124
    last = {event["task_id"]: event["event"] for event in ran.documents}
    assert last == {TASK: "ended", OTHER: "unfinished"}


def test_timeout_0_checks_once() -> None:
    with sandbox(tasks=[task(age=9), task(OTHER, ends="NEVER")]) as server:
        done = gtask(server, "watch", TASK, "--timeout", "0")
        still = gtask(server, "watch", OTHER, "--timeout", "0", "--json")
    assert done.status == 0
    assert still.status == 124
    assert asked(server, OTHER) == 1
    assert still.documents[0]["state"] == "RUNNING"


def test_silence_is_broken_by_a_sign_of_life() -> None:
    with sandbox(tasks=[task(ends="NEVER")]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", "8", "--heartbeat", "1", *FAST)
        none = gtask(server, "watch", TASK, "--timeout", "2.5", "--heartbeat", "0", *FAST)
    assert 1 <= ran.err.count("still waiting for 1 of 1") <= 8
    assert "still waiting" not in none.err


def test_trouble_is_told_once_when_it_starts_and_once_when_it_is_over() -> None:
    fault = {"do": "status", "status": 502, "between": [0.5, 6], "body": "<html>Bad</html>"}
    with sandbox(tasks=[task(lasts=7.0)], faults=[fault]) as server:
        ran = gtask(server, "watch", TASK, *FAST)
    assert ran.status == 0
    assert ran.err.count("trying again") == 1
    assert ran.err.count("the API answers again, after") == 1


@pytest.mark.measured
def test_resources_are_tables_json_and_bare_ids() -> None:
    created = {"instances": ["vm-1"], "volumes": ["v-1", "v-2"], "ddos_profiles": [7]}
    with sandbox(tasks=[task(age=9, created_resources=created)]) as server:
        table = gtask(server, "resources", TASK)
        bare = gtask(server, "resources", TASK, "--type", "volumes", "--type", "ddos_profiles")
        data = gtask(server, "resources", TASK, "--json")
    assert (table.status, bare.status, data.status) == (0, 0, 0)
    assert ["volumes", "v-2", TASK] in [line.split() for line in table.out.splitlines()]
    assert sorted(bare.out.split()) == ["7", "v-1", "v-2"]
    assert data.documents == [
        {"task_id": TASK, "state": "FINISHED", "created_resources": created},
    ]


def test_resources_of_a_failed_task() -> None:
    with sandbox(tasks=[task(age=9, ends="ERROR", error="no capacity")]) as server:
        ran = gtask(server, "resources", TASK, "--type", "instances")
        waited = gtask(server, "resources", TASK, "--type", "instances", "--wait")
    assert ran.status == waited.status == 1
    assert ran.out == waited.out == ""
    assert "no capacity" in ran.err
    assert "no capacity" in waited.err


def test_a_closed_pipe_ends_gtask_quietly() -> None:
    with sandbox(tasks=[task(), task(OTHER, lasts=20.0)]) as server:
        watched = shell(
            f"gtask watch {TASK} {OTHER} --json --fail-fast --interval 0.1 --timeout 8"
            " 2>/dev/null | head -c 1; echo ${PIPESTATUS[0]}",
            server,
        )
        got = shell(f"gtask get {TASK} {OTHER} 2>&1 | head -n 0; echo ${{PIPESTATUS[0]}}", server)
        no_error = shell(f"gtask get nothing 2>&-; gtask get {TASK} --json >&-; echo $?", server)
    assert watched.out.startswith("{")
    assert got.out.strip() in ("141", "0")
    assert no_error.out.strip() == "0"
    assert "Traceback" not in watched.err + got.err + no_error.err


def test_jq_reads_the_stream() -> None:
    with sandbox(tasks=[task(), task(OTHER)]) as server:
        ran = shell(f"gtask watch {TASK} {OTHER} --json --interval 0.1 | jq -r .state", server)
    assert ran.out == "FINISHED\nFINISHED\n"


@pytest.mark.measured
def test_events_tell_programs_each_change_and_each_end() -> None:
    tasks = [task(starts_after=2.0, lasts=2.0, created_resources={"volumes": ["v"]})]
    with sandbox(tasks=[*tasks, task(OTHER, ends="NEVER")]) as server:
        ids = (TASK, OTHER, "missing-1")
        ran = gtask(server, "watch", *ids, "--events", "--timeout", "10", *FAST)
        both = gtask(server, "watch", TASK, "--events", "--json")
    assert ran.status == 4
    of_task = [e for e in ran.documents if e["task_id"] == TASK]
    assert [(e["event"], e.get("from"), e.get("to")) for e in of_task] == [
        ("changed", None, "NEW"),
        ("changed", "NEW", "RUNNING"),
        ("changed", "RUNNING", "FINISHED"),
        ("ended", None, None),
    ]
    assert of_task[-1]["created_resources"] == {"volumes": ["v"]}
    assert of_task[-1]["duration_seconds"] in (4.0, 5.0)
    (failed,) = [e for e in ran.documents if e["event"] == "failed"]
    assert (failed["task_id"], failed["exit_status"]) == ("missing-1", 4)
    (left,) = [e for e in ran.documents if e["event"] == "unfinished"]
    assert (left["task_id"], left["state"]) == (OTHER, "RUNNING")
    assert both.status == 2


def test_many_tasks_are_watched_by_lists_and_summed_up() -> None:
    ids = [f"task-{n}" for n in range(300)]
    tasks = [task(i, lasts=2.0 + n / 150, age=0.0) for n, i in enumerate(ids)]
    tasks[7] |= {"ends": "ERROR", "error": "no quota"}
    with sandbox(tasks=tasks) as server:
        ran = gtask(server, "watch", "-", "--json", stdin=" ".join(ids))
    assert ran.status == 1
    assert sorted(d["id"] for d in ran.documents) == sorted(ids)
    assert len(server.requests) < 60
    assert "no quota" in ran.err
    assert "1 ERROR, 299 FINISHED of 300 tasks" in ran.err
    assert len(ran.err.splitlines()) < 12


def test_follow_goes_on_without_any_task_and_takes_no_ids() -> None:
    with sandbox(tasks=[task(age=9.0)]) as server:
        ran = gtask(server, "watch", "--follow", "--timeout", "4", "--heartbeat", "1")
        quiet = gtask(server, "watch", "--follow", "--timeout", "2", "--quiet")
        with_id = gtask(server, "watch", TASK, "--follow")
    assert ran.status == 0
    assert ran.seconds > 4
    *heartbeats, last = without_times(ran.err).splitlines()
    assert heartbeats
    # A busy machine may not have the first list within a heartbeat.
    expected = r"still (following after \d s: no task is active|waiting for the list of .*)"
    assert all(re.fullmatch(expected, heartbeat) for heartbeat in heartbeats), ran.err
    assert last == "gtask: followed for 4 s; no task is active"
    assert (quiet.status, quiet.err) == (0, "")
    assert with_id.status == 2


@pytest.mark.measured
def test_follow_has_no_end_of_its_own_and_counts_what_it_took_in() -> None:
    later = {"task_type": TASK_TYPE, "ends": "NEVER"}
    with sandbox(tasks=[task(lasts=1.0)], started=later) as server:
        process = started(server, "watch", "--follow", "--type", TASK_TYPE)
        assert process.stdout is not None
        first = process.stdout.readline()  # at once: there is no end to wait for
        call = urllib.request.Request(
            f"{server.base_url}/cloud/v1/volumes/1/2",
            data=b"{}",
            headers={"Authorization": f"apikey {server.api_key}"},
        )
        (new,) = json.load(urllib.request.urlopen(call))["tasks"]
        wait_until(lambda: asked(server, new) > 0, "the new task is asked for")
        ran = signalled(process, signal.SIGINT)
    assert ran.status == 130
    assert first.startswith(b"FINISHED")
    assert "interrupted (SIGINT), 1 of 2 tasks not finished" in ran.err
    assert "to go on waiting" not in ran.err
