"""For whoever is on call: tasks that are stuck, outages as events, a wait that reaches nothing."""

import re

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
    assert re.search(
        rf"still waiting for 1 of 1 .* RUNNING for .*, {times}$", ran.err, re.MULTILINE
    )
    support = r"; request ID for support: req-[0-9a-f-]{36}"
    assert re.search(rf"not finished after 8 s \(create_vm {TASK}: {times}{support}\)", ran.err)


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
