"""For whoever is on call: tasks that are stuck, outages as events, a wait that reaches nothing."""

import re
from pathlib import Path

from tests.actions_runner import commands_in
from tests.e2e.harness import ENOUGH, OTHER, TASK, gtask, sandbox, task

UNREACHABLE = {"GCORE_API_KEY": "1_a", "GCORE_BASE_URL": "https://nothing.invalid"}
CHECK = "check the network, GCORE_BASE_URL and HTTPS_PROXY"
STUCK = task(TASK, task_type="create_vm", age=4000, ends="NEVER")
YOUNG = task(OTHER, task_type="create_vm", age=1, ends="NEVER")


def test_overdue_tasks_are_found_by_the_history_of_their_type() -> None:
    history = [task(f"past-{n}", task_type="my_type", age=900, lasts=5 + n) for n in range(4)]
    slow = task("slow-1", task_type="my_type", age=60, ends="NEVER")
    unknown = task("odd-1", task_type="other_type", age=60, ends="NEVER")
    with sandbox(tasks=[STUCK, YOUNG, slow, unknown, *history]) as server:
        ran = gtask(server, "list", "--overdue", "--ids")
        paths = [path for _, _, path in server.requests]
    assert (ran.status, set(ran.out.split())) == (0, {TASK, "slow-1"}), ran.err
    asked = [kind for path in paths for kind in re.findall(r"task_type=(\w+)", path)]
    assert sorted(asked) == ["create_vm", "my_type", "other_type"]


def test_overdue_is_what_is_documented_where_there_is_no_history() -> None:
    refused = {"do": "status", "status": 403, "requests": [2, None]}
    with sandbox(tasks=[STUCK, YOUNG], faults=[refused]) as server:
        ran = gtask(server, "list", "--overdue", "--ids")
    assert (ran.status, ran.out.split()) == (0, [TASK]), ran.err


def test_overdue_excludes_what_is_not_about_active_tasks() -> None:
    for option in (("--failed",), ("--state", "ERROR")):
        ran = gtask(None, "list", "--overdue", *option, env=UNREACHABLE)
        assert (ran.status, "--overdue" in ran.err) == (2, True)


def test_a_stuck_task_is_said_to_be_stuck_in_the_log_and_at_the_deadline() -> None:
    with sandbox(tasks=[STUCK]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", ENOUGH, "--heartbeat", "1")
    assert ran.status == 124
    times = r"13\d times longer than usual \(usually 15–30 s\)"
    assert re.search(rf"Z {TASK}  create_vm  RUNNING  .*, {times}$", ran.err, re.MULTILINE)
    support = r"; request ID for support: req-[0-9a-f-]{36}"
    stuck = rf": create_vm {TASK} RUNNING for .*, {times}{support}$"
    assert re.search(rf"still waiting for 1 of 1 after [\d.]+ s{stuck}", ran.err, re.MULTILINE)
    assert re.search(rf"1 of 1 task not finished after 8 s{stuck}", ran.err, re.MULTILINE)


def test_an_outage_is_two_events() -> None:
    fault = {"do": "status", "status": 503, "between": [1.0, 6.0]}
    with sandbox(tasks=[task(lasts=8)], faults=[fault]) as server:
        ran = gtask(server, "watch", TASK, "--events", "--interval", "0.5", "--timeout", "60")
    assert ran.status == 0
    began, ended = (each for each in ran.documents if each["event"].startswith("outage"))
    # It is over once nothing has failed for a while, which may be after the task's end.
    assert (began["event"], ended["event"]) == ("outage_began", "outage_ended")
    assert "503" in began["message"]
    assert began["status"] == 503
    assert 3 <= ended["duration_seconds"] <= 15


def test_a_wait_that_reaches_nothing_says_what_to_check_at_once_and_at_its_deadline() -> None:
    for source in ((TASK,), ("--active",)):
        ran = gtask(None, "watch", *source, "--timeout", ENOUGH, env=UNREACHABLE)
        assert ran.status == 124
        first, *_, last, _ = ran.err.splitlines()
        assert first.endswith(f"({CHECK}); trying again"), first
        assert last.endswith(f"({CHECK})"), last


REASON = "Quota limit for volume_size exceeded by 20"
THIRTY = [task(f"task-{n}", ends="ERROR", error=REASON) for n in range(30)]
IDS = [each["id"] for each in THIRTY]


def test_of_thirty_equal_failures_a_log_and_quiet_print_the_reason_and_the_advice_once() -> None:
    for option in ("--json", "--quiet"):
        with sandbox(tasks=THIRTY) as server:
            ran = gtask(server, "watch", *IDS, option)
        assert (ran.status, ran.err.count(REASON), ran.err.count("hint: ")) == (1, 1, 1), ran.err
        assert ran.err.count("request ID for support") == 1
        first, *others = [line for line in ran.err.splitlines() if "task-" in line]
        (named,) = re.findall(r"task-\d+", first)
        assert len(others) == 29
        assert all(line.endswith(f"the same error as {named}") for line in others)


def test_of_thirty_equal_failures_github_shows_one_annotation() -> None:
    other = task("other-1", ends="ERROR", error="out of stock")
    with sandbox(tasks=[*THIRTY, other]) as server:
        ran = gtask(server, "watch", *IDS, "other-1", env={"GITHUB_ACTIONS": "true"})
    texts = sorted(each.data for each in commands_in(ran.err))
    assert len(texts) == 2
    five = r"(create_image task-\d+, ){5}"
    assert re.match(rf"{five}and 25 more ended in ERROR: {REASON}\nhint: ", texts[1])
    assert texts[0].startswith("create_image other-1 ended in ERROR: out of stock\nhint: ")


def test_resources_says_why_a_task_that_it_waited_for_failed() -> None:
    for options in (["--quiet"], ["--progress", "none"], ["--type", "volumes", "--json"]):
        with sandbox(tasks=THIRTY[:2]) as server:
            ran = gtask(server, "resources", *IDS[:2], "--wait", *options)
        assert ran.status == 1
        *_, failure, _, _, other = ran.err.splitlines()
        assert re.match(rf"gtask: create_image task-\d ended in ERROR: {REASON}$", failure)
        assert re.match(r"gtask: .* ended in ERROR: the same error as task-\d$", other)


def test_what_a_type_usually_takes_is_remembered_and_needs_no_request(tmp_path: Path) -> None:
    seen = {"GTASK_NO_HISTORY": "", "XDG_CACHE_HOME": str(tmp_path)}
    history = [task(f"past-{n}", task_type="my_type", age=900, lasts=5 + n) for n in range(4)]
    slow = task("slow-1", task_type="my_type", age=600, ends="NEVER")
    late = re.compile(r"\d+ times longer than usual \(usually \d+–\d+ s\)")
    commands = (("list", "--active"), ("get", "slow-1"))
    with sandbox(tasks=[slow, *history]) as server:
        for command in commands:
            assert not late.search(gtask(server, *command, env=seen).out)
        gtask(server, "list", "--overdue", env=seen)
        kept = tmp_path / "gtask" / "durations"
        assert kept.stat().st_mode & 0o777 == 0o600
        for command in commands:
            server.requests.clear()
            assert late.search(gtask(server, *command, env=seen).out), command
            assert len(server.requests) == 1
            assert not late.search(
                gtask(server, *command, env=seen | {"GTASK_NO_HISTORY": "1"}).out
            )
        for content in (b"\xff\x00" * 999, b"my_type\t127.0.0.1\tnan\tinf\n", b"my_type\t\t0\t0\n"):
            kept.write_bytes(content)
            assert gtask(server, "get", "slow-1", env=seen).status == 0
        gtask(server, "watch", "slow-1", "--timeout", "4", env=seen)
        assert late.search(gtask(server, "get", "slow-1", env=seen).out)
    with sandbox(tasks=[slow]) as other:  # another API has other durations
        assert not late.search(gtask(other, "get", "slow-1", env=seen).out)
