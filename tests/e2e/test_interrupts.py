"""SIGINT and SIGTERM at any moment: gone within a second, with its status and no traceback."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    OTHER,
    STUCK_SECONDS,
    TASK,
    command,
    environment,
    sandbox,
    signalled,
    started,
    task,
    wait_for_requests,
    wait_until,
    wait_until_full,
    wait_until_reading,
)
from tests.fault_matrix.clients import name_lookup_path

pytest.importorskip("posix", reason="signals are POSIX")

assert sys.platform != "win32"

BOTH = pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
# While Python itself starts, only Python can answer a signal.
GTASKS_OWN = b"gcore_tasks_cli" + os.sep.encode()
# What Python says when a signal ends its own start, with a traceback or without.
PYTHONS_OWN = (b"Traceback", b"Fatal Python error")
# What Python says when it goes on after a signal in its own start.
EATEN = (b"Error processing line", b"Exception ignored in")


@BOTH
@pytest.mark.parametrize("after", [n / 25 for n in range(8)])
def test_during_the_start(number: signal.Signals, status: int, after: float) -> None:
    with sandbox(tasks=[task(ends="NEVER")]) as server:
        env = {k: v for k, v in environment(server).items() if not k.startswith("COVERAGE_")}
        process = subprocess.Popen(
            command("watch", TASK), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(after)
        began = time.monotonic()
        process.send_signal(number)
        try:
            _, err = process.communicate(timeout=AT_ONCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            _, err = process.communicate()
            # Python's own start has eaten it, and said so.
            assert any(said in err for said in EATEN)
            return
    assert time.monotonic() - began < AT_ONCE_SECONDS
    if GTASKS_OWN in err or not any(said in err for said in PYTHONS_OWN):
        # Killed by the signal itself: before gtask's first line, the shell says the same status.
        assert process.returncode in (status, -number)
        assert b"Traceback" not in err


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "silent"},
        {"do": "drip", "interval": 0.1},
        {"do": "drip_headers", "interval": 0.1},
        {"do": "status", "status": 429, "headers": {"Retry-After": "3600"}},
        {"do": "close"},
    ],
    ids=["no answer", "dripping body", "dripping head", "Retry-After", "backoff"],
)
def test_in_a_request_and_in_a_backoff(fault: dict[str, Any]) -> None:
    with sandbox(tasks=[task(ends="NEVER")], faults=[{**fault, "requests": [2, None]}]) as server:
        process = started(server, "watch", TASK, "--json", "--interval", "0.1")
        wait_for_requests(server, 2)
        time.sleep(0.1)
        ran = signalled(process, signal.SIGTERM)
    assert ran.status == 143
    assert ran.seconds < AT_ONCE_SECONDS
    assert [d["state"] for d in ran.documents] == ["RUNNING"]
    assert "interrupted (SIGTERM), 1 of 1 task not finished" in ran.err
    assert f"gtask watch {TASK}" in ran.err


@BOTH
def test_in_a_name_lookup_that_hangs(number: signal.Signals, status: int, tmp_path: Path) -> None:
    looked_up = tmp_path / "looked up"
    with sandbox() as server:
        env = environment(server, NAME_LOOKUP="hang:600", PYTHONPATH=name_lookup_path())
        env["NAME_LOOKUP_FILE"] = str(looked_up)
        env["GCORE_BASE_URL"] = server.base_url.replace("127.0.0.1", "localhost")
        process = subprocess.Popen(
            command("watch", TASK), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        wait_until(looked_up.exists, "the name is looked up")
        ran = signalled(process, number)
    assert ran.status == status
    assert ran.seconds < AT_ONCE_SECONDS


@BOTH
@pytest.mark.parametrize("arguments", [["get"], ["resources"]])
def test_in_get_and_resources(number: signal.Signals, status: int, arguments: list[str]) -> None:
    with sandbox(tasks=[task(age=9)], faults=[{"do": "silent", "path": f"*/{OTHER}"}]) as server:
        process = started(server, *arguments, TASK, OTHER, "--json")
        wait_for_requests(server, 2)
        assert process.stdout is not None
        first = process.stdout.readline()
        ran = signalled(process, number)
    assert TASK.encode() in first
    assert ran.status == status
    assert ran.seconds < AT_ONCE_SECONDS


@BOTH
def test_while_reading_standard_input(number: signal.Signals, status: int) -> None:
    with sandbox() as server:
        process = started(server, "watch", "-", stdin=subprocess.PIPE)
        wait_until_reading(process)
        ran = signalled(process, number)
    assert (ran.status, ran.out, ran.err) == (status, "", "")
    assert ran.seconds < AT_ONCE_SECONDS


@BOTH
def test_while_printing_to_a_reader_that_has_stopped(number: signal.Signals, status: int) -> None:
    # More than a pipe holds, and without a reader.
    filler = {"data": {"filler": "x" * 300_000}}
    tasks = [task(age=9, document=filler), task(OTHER, ends="NEVER")]
    with sandbox(tasks=tasks) as server:
        process = started(server, "watch", TASK, OTHER, "--json")
        wait_until_full(process)
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=STUCK_SECONDS) == status
        assert time.monotonic() - began < AT_ONCE_SECONDS
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
        process.stdout.close()
        process.stderr.close()


def test_a_second_signal_ends_it_in_the_middle_of_printing() -> None:
    filler = {"data": {"filler": "x" * 300_000}}
    with sandbox(tasks=[task(age=9, document=filler)]) as server:
        process = started(server, "watch", TASK, "--json")
        wait_until_full(process)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=STUCK_SECONDS) == 130
        assert time.monotonic() - began < AT_ONCE_SECONDS
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


@pytest.mark.measured
def test_many_tasks_give_their_last_documents_and_a_short_hint() -> None:
    ids = [f"task-{n}" for n in range(200)]
    with sandbox(tasks=[task(i, ends="NEVER") for i in ids]) as server:
        process = started(server, "watch", *ids, "--json", "--interval", "0.5")
        # What one round brought is taken in before the next one begins.
        wait_for_requests(server, 3)
        ran = signalled(process, signal.SIGINT)
    assert ran.status == 130
    assert ran.seconds < AT_ONCE_SECONDS
    assert sorted(d["id"] for d in ran.documents) == sorted(ids)
    assert re.search(
        r"gtask watch --active --project all --region all --since \S+ --json --interval 0.5$",
        ran.err.strip(),
    ), ran.err


def test_ctrl_c_that_was_switched_off_stays_off() -> None:
    # As under nohup, or in a shell's background job.
    with sandbox(tasks=[task(lasts=1.5)]) as server:
        process = started(
            server,
            "watch",
            TASK,
            "--interval",
            "0.1",
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        wait_for_requests(server, 2)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 0
    assert b"FINISHED" in out


def test_closed_output_at_any_moment_is_quiet() -> None:
    tasks = [task(), task(OTHER, lasts=1.5)]
    with sandbox(tasks=tasks) as server:
        for closed in ("stdout", "stderr"):
            read_end, write_end = os.pipe()
            os.close(read_end)
            output: dict[str, Any] = {closed: write_end}
            arguments = ["watch", TASK, OTHER, "--json", "--interval", "0.1"]
            process = started(server, *arguments, **output)
            os.close(write_end)
            out, err = process.communicate(timeout=STUCK_SECONDS)
            assert b"Traceback" not in (err or b"")
            assert b"Exception" not in (err or b"")
            if closed == "stdout":
                assert process.returncode == 141
            else:
                assert process.returncode == 0
                assert len(out.splitlines()) == 2
