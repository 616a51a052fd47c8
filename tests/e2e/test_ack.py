"""`gtask ack`, as its users meet it."""

import json
import os

import pytest

from tests.e2e.harness import STUCK_SECONDS, command, environment, gtask
from tests.e2e.listing import active, failed, past, sandbox, task_id

ACK_ALL = "/cloud/v1/tasks/acknowledge_all"


@pytest.mark.measured
def test_some_are_acknowledged_and_one_failure_loses_no_other() -> None:
    with sandbox([past(n) for n in range(4)]) as server:
        done = gtask(server, "ack", task_id(1), "nowhere-1", "-", stdin=f"{task_id(3)}\n")
        assert done.status == 4
        assert done.out.splitlines() == [
            f"acknowledged  FINISHED  {task_id(n)}  create_vm" for n in (1, 3)
        ]
        assert "no such task: nowhere" in done.err
        left = gtask(server, "list", "--unacknowledged", "--ids")
        assert left.out.split() == [task_id(0), task_id(2)]


def test_json_is_the_document() -> None:
    with sandbox([failed(1, "no")]) as server:
        done = gtask(server, "ack", task_id(1), "--json")
    assert json.loads(done.out)["acknowledged_at"] is not None


def test_a_lost_answer_is_asked_for_again() -> None:
    with sandbox([past(1)], [{"do": "truncate", "requests": [1, 2], "keep": 0.1}]) as api:
        done = gtask(api, "ack", task_id(1))
        assert [method for _, method, _ in api.requests] == ["POST"] * 3
    assert done.status == 0


def test_all_needs_a_yes_where_nobody_can_be_asked() -> None:
    with sandbox([past(1)]) as server:
        done = gtask(server, "ack", "--all")
        assert not server.requests
    assert done.status == 2
    assert "--yes" in done.err


def test_all_tells_how_many_and_where() -> None:
    tasks = [past(n, document={"project_id": 5 + n % 2}) for n in range(6)]
    fault = {"do": "status", "path": ACK_ALL, "requests": [1, 1], "content_type": "text/html"}
    with sandbox(tasks, [fault]) as server:
        done = gtask(server, "ack", "--all", "--yes", "--project", "5")
        assert (done.status, done.out) == (0, "")
        assert done.err == "gtask: acknowledged 3 ended tasks in project 5\n"
        again = gtask(server, "ack", "--all", "--yes", env={"GCORE_CLOUD_PROJECT_ID": "5"})
        assert (
            again.err == "gtask: all tasks that have ended are already acknowledged in project 5\n"
        )
        assert len(gtask(server, "list", "--unacknowledged", "--ids").out.split()) == 3
        rest = gtask(server, "ack", "--all", "-y")
        assert rest.err == "gtask: acknowledged 3 ended tasks in all projects and regions\n"


@pytest.mark.parametrize(
    "arguments",
    [[], ["--all", "x"], ["--all", "--json"], ["x", "--project", "1"], ["--all", "--region", "a"]],
)
def test_bad_input(arguments: list[str]) -> None:
    with sandbox([past(1)]) as server:
        done = gtask(server, "ack", *arguments)
        assert not server.requests
    assert done.status == 2
    assert done.err.startswith("gtask: ")


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "acknowledged"), [("y", True), ("", False), ("no", False)])
@pytest.mark.measured
def test_a_terminal_is_asked(answer: str, acknowledged: bool) -> None:
    import pexpect

    with sandbox([past(0), past(1), active(2)]) as server:
        child = pexpect.spawn(
            command()[0], ["ack", "--all"], env=environment(server), timeout=STUCK_SECONDS
        )
        child.expect_exact(
            "Acknowledge 2 ended tasks in all projects and regions? It cannot be undone. [y/N] "
        )
        child.sendline(answer)
        child.expect_exact(
            "acknowledged 2 ended tasks" if acknowledged else "nothing was acknowledged"
        )
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == (0 if acknowledged else 130)
        posts = [path for _, method, path in server.requests if method == "POST"]
        assert bool(posts) == acknowledged
