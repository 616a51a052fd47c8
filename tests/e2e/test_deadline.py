"""One deadline for all that can block: standard input, key files, readers, a stopped process."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    ENOUGH,
    STUCK_SECONDS,
    TASK,
    command,
    environment,
    gtask,
    sandbox,
    started,
    task,
    wait_for_requests,
    wait_until,
)
from tests.servers.sandbox import SandboxServer

pytest.importorskip("posix", reason="FIFOs and job control are POSIX")

import pexpect

assert sys.platform != "win32"


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Its status and standard error; fails if it does not end soon."""
    try:
        status = process.wait(timeout=float(ENOUGH) + AT_ONCE_SECONDS)
        err = process.stderr.read().decode() if process.stderr is not None else ""
    finally:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    return status, err


@pytest.mark.parametrize("arguments", [("watch", "-"), ("resources", "-", "--wait")])
def test_standard_input_that_does_not_end(arguments: tuple[str, ...]) -> None:
    with sandbox(tasks=[task()]) as server:
        process = started(server, *arguments, "--timeout", "1", stdin=subprocess.PIPE)
        status, err = ended(process)
    assert (status, err) == (124, "gtask: no end of standard input after 1 s\n")


def test_a_key_file_that_blocks(tmp_path: Path) -> None:
    fifo = tmp_path / "key"
    os.mkfifo(fifo)
    with sandbox(tasks=[task()]) as server:
        env = environment(server, GCORE_API_KEY_FILE=str(fifo))
        del env["GCORE_API_KEY"]
        process = subprocess.Popen(
            command("watch", TASK, "--timeout", "1"), env=env, stderr=subprocess.PIPE
        )
        assert ended(process) == (124, "gtask: no API key after 1 s\n")


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_a_reader_that_stands_still(number: signal.Signals | None) -> None:
    large = {"data": {"text": "x" * 300_000}}
    timeout = ENOUGH if number is None else "600"
    with sandbox(tasks=[task(document=large)]) as server:
        process = started(server, "watch", TASK, "--json", "--timeout", timeout, "-i", "0.1")
        wait_for_requests(server, 2)
        if number is not None:
            process.send_signal(number)
        status, _ = ended(process)
    assert status == (124 if number is None else 143)


def test_a_wait_goes_on_after_it_was_stopped_at_the_live_view() -> None:
    with sandbox(tasks=[task(lasts=6.0)]) as server:
        # A process group of its own below a parent of the same session: one that can be stopped.
        script = (
            "import subprocess, sys\n"
            "job = subprocess.Popen(sys.argv[1:], process_group=0)\n"
            "print('pid', job.pid, flush=True)\n"
            "print('status', job.wait(), flush=True)"
        )
        shell = pexpect.spawn(
            sys.executable,
            ["-c", script, *command("watch", TASK)],
            env=environment(server, TERM="xterm"),
            timeout=STUCK_SECONDS,
            dimensions=(24, 100),
        )
        shell.expect(rb"pid (\d+)")
        pid = int(shell.match[1])
        wait_for_requests(server, 1)
        shell.expect(rb"RUNNING|NEW")
        os.kill(pid, signal.SIGTSTP)
        status = Path(f"/proc/{pid}/stat")
        wait_until(lambda: status.read_text().split()[2] == "T", "it has stopped")
        time.sleep(1.0)  # longer than any wait inside gtask: the stop itself is what is tested
        os.kill(pid, signal.SIGCONT)
        shell.expect(rb"status 0")


def test_an_empty_variable_is_not_everything() -> None:
    with sandbox(tasks=[task(ends="NEVER")]) as server:
        ran = gtask(server, "watch")
        assert not server.requests
    assert ran.status == 2
    assert "no task ID is given" in ran.err
    assert "--active" in ran.err


def start_a_network(server: SandboxServer) -> None:
    request = urllib.request.Request(
        f"{server.base_url}/cloud/v1/networks/1/1",
        data=b"{}",
        headers={"Authorization": f"APIKey {server.api_key}"},
    )
    urllib.request.urlopen(request).close()


def test_appear_waits_for_a_first_task_and_for_its_end() -> None:
    with sandbox(tasks=[], started={"lasts": 0.2}) as server:
        process = started(server, "watch", "--type", "create_network", "--appear", "60s", "--json")
        wait_for_requests(server, 2)
        start_a_network(server)
        out, err = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 0, err
    assert b"create_network" in out


def test_appear_goes_by_the_clock_of_the_api() -> None:
    over = task(age=300, lasts=1)
    scenario = {"tasks": [over], "started": {"lasts": 0}, "clock_offset": 600}
    with sandbox(**scenario) as server:
        process = started(server, "watch", "--appear", "60s", "--json")
        wait_for_requests(server, 3)
        start_a_network(server)
        out, err = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 0, err
    assert b"create_network" in out


def test_appear_without_any_task_is_a_timeout() -> None:
    with sandbox(tasks=[task(task_type="delete_vm", age=900)]) as server:
        ran = gtask(server, "watch", "--type", "create_", "--appear", f"{ENOUGH}s")
        both = gtask(server, "watch", "--follow", "--appear", "1s")
        odd = gtask(server, "watch", "--appear", "soon")
    assert ran.status == 124
    assert "no task appeared" in ran.err
    assert (both.status, odd.status) == (2, 2)


def test_appear_waits_as_long_as_it_says_whatever_the_list_does() -> None:
    silent = {"do": "status", "status": 503, "path": "/cloud/v1/tasks"}
    with sandbox(tasks=[], faults=[silent]) as server:
        failing = gtask(server, "watch", "--appear", "4s", "--type", "create_")
    with sandbox(tasks=[task(task_type="delete_vm", age=900)]) as server:
        none = gtask(server, "watch", "--appear", "4s", "--type", "create_")
        short = gtask(server, "watch", "--appear", "50s", "--timeout", "4", "--type", "create_")
    assert "no task appeared in 4 s, and the last look failed: " in failing.err
    assert "last look failed" not in none.err
    for ran in (failing, none, short):
        assert ran.status == 124
        assert "no task appeared in 4 s" in ran.err
        assert "gtask: waiting up to 4 s for the first task\n" in ran.err
        assert 4 <= ran.seconds < 4 + AT_ONCE_SECONDS


def test_an_unknown_error_is_gtasks_own_fault(tmp_path: Path) -> None:
    # A dependency that is broken fails in a way that gtask does not know.
    (tmp_path / "typer.py").write_text("raise RuntimeError('broken\\x1b[31m')\n")
    env = {"PYTHONPATH": str(tmp_path)}
    ran = gtask(None, "get", TASK, env=env)
    assert ran.status == 70
    assert ran.err.startswith("gtask: internal error in gtask ")
    assert "\x1b" not in ran.err
    assert len(ran.err.splitlines()) == 2
    verbose = subprocess.run(
        command("get", TASK, "--verbose"), env=environment(None, **env), capture_output=True
    )
    assert verbose.returncode == 70
    assert b"Traceback" in verbose.stderr


# Once this file is there, the machine has slept for an hour: only the clock that counts sleep
# shows it.
_SLEEP = """
import os, time
real = time.clock_gettime
def clock_gettime(clock):
    has_slept = clock == time.CLOCK_BOOTTIME and os.path.exists({file!r})
    return real(clock) + 3600.0 * has_slept
time.clock_gettime = clock_gettime
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other clocks")
@pytest.mark.parametrize(("ends", "status"), [("NEVER", 124), ("FINISHED", 0)])
def test_the_deadline_holds_while_the_machine_sleeps(
    tmp_path: Path, ends: str, status: int
) -> None:
    slept = tmp_path / "slept"
    (tmp_path / "sitecustomize.py").write_text(_SLEEP.format(file=str(slept)))
    with sandbox(tasks=[task(ends=ends, lasts=1)]) as server:
        process = started(
            server, "watch", TASK, "--timeout", "2m", "-i", "10",
            variables={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        wait_for_requests(server, 1)
        wait_until(lambda: server.now() > 1, "the task has ended")
        slept.touch()
        _, err = process.communicate(timeout=STUCK_SECONDS)
    # What has ended meanwhile is seen by the last look.
    assert process.returncode == status, err


def test_the_heartbeat_begins_with_the_command() -> None:
    with sandbox(tasks=[task(age=9)]) as server:
        process = started(server, "watch", "-", "--heartbeat", "0.5", stdin=subprocess.PIPE)
        assert process.stderr is not None
        still = rb"\d\d:\d\d:\d\dZ still waiting for the end of standard input after \S+ s\n"
        first, second = process.stderr.readline(), process.stderr.readline()
        _, err = process.communicate(TASK.encode(), timeout=STUCK_SECONDS)
    assert re.fullmatch(still, first), first
    assert re.fullmatch(still, second), second
    assert process.returncode == 0
    assert re.search(rb"\d\d:\d\d:\d\dZ \S+  create_image  FINISHED", err), err


def test_a_refusal_that_leaves_a_task_under_way_prints_how_to_go_on() -> None:
    refused = {"do": "status", "status": 403, "body": {"message": "no"}, "between": [2, None]}
    with sandbox(tasks=[task(ends="NEVER")], faults=[refused]) as server:
        # The refusal ends the wait: it is believed after 5 s, on a busy machine later.
        ran = gtask(server, "watch", TASK, "--interval", "0.5", "--timeout", "1h")
    assert ran.status == 3
    assert ran.err.endswith(
        f"hint: to go on waiting: gtask watch {TASK} --interval 0.5 --timeout 1h\n"
    )
