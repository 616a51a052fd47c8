"""A reader that has left ends gtask at once, with 141: noticed in the wait, not at a write."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    OTHER,
    STUCK_SECONDS,
    TASK,
    Ran,
    sandbox,
    shell,
    started,
    task,
    wait_for_requests,
    wait_until_reading,
)

pytest.importorskip("posix", reason="Windows has no sign of a reader that has left")

assert sys.platform != "win32"

ENDLESS = task(OTHER, ends="NEVER")


@pytest.mark.parametrize(
    "pipeline",
    [
        f"gtask watch {TASK} {OTHER} --json | head -n1",
        f"gtask watch {TASK} {OTHER} --json | grep -q FINISHED",
        f"gtask watch {TASK} {OTHER} --fields id,state | head -n1",
        "gtask watch --follow --events | head -1",
        f"gtask watch {OTHER} --quiet | true",
        f"gtask resources {TASK} {OTHER} --wait --type instances | true",
    ],
)
def test_a_pipeline_ends_with_its_reader(pipeline: str) -> None:
    tasks = [task(created_resources={"instances": ["vm-1"]}), ENDLESS]
    with sandbox(tasks=tasks) as server:
        ran = shell(f"{pipeline}; echo ${{PIPESTATUS[0]}}", server)
    assert ran.out.splitlines()[-1] == "141"
    assert ran.seconds < AT_ONCE_SECONDS
    is_quiet(ran)


def is_quiet(ran: Ran) -> None:
    """Progress may be there, but nothing of the pipe and no line to go on."""
    assert not re.search("gtask:|Traceback|Exception|pipe", ran.err), ran.err


@pytest.mark.parametrize("fault", [{"do": "silent"}, {"do": "status", "status": 503}])
@pytest.mark.parametrize("command", [("get", TASK), ("list",), ("watch", TASK, "--json")])
def test_it_is_noticed_whatever_the_api_does(
    command: tuple[str, ...], fault: dict[str, object]
) -> None:
    with sandbox(tasks=[task(ends="NEVER")], faults=[fault]) as server:
        process = started(server, *command)
        wait_for_requests(server, 1)
        ends_with_its_reader(process)


def test_it_is_noticed_while_standard_input_is_read() -> None:
    with sandbox(tasks=[ENDLESS]) as server:
        process = started(server, "watch", "-", stdin=subprocess.PIPE)
        wait_until_reading(process)
        ends_with_its_reader(process)


def ends_with_its_reader(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    began = time.monotonic()
    try:
        assert process.wait(timeout=STUCK_SECONDS) == 141
        assert time.monotonic() - began < AT_ONCE_SECONDS
        assert not re.search(b"Traceback|Exception|pipe", process.stderr.read())
    finally:
        process.kill()
        process.stderr.close()
        if process.stdin is not None:
            process.stdin.close()


def test_a_terminal_that_is_gone_ends_it_though_its_signal_is_ignored() -> None:
    with sandbox(tasks=[ENDLESS]) as server:
        terminal, end = os.openpty()
        process = started(
            server,
            "watch",
            OTHER,
            stdout=end,
            stderr=end,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )
        os.close(end)
        wait_for_requests(server, 1)
        os.close(terminal)
        try:
            assert process.wait(timeout=AT_ONCE_SECONDS) == 141
        finally:
            process.kill()


def test_a_reader_that_only_is_slow_keeps_it_waiting() -> None:
    with sandbox(tasks=[task(lasts=1.5)]) as server:
        ran = shell(f"gtask watch {TASK} --json | (sleep 2; cat) | jq -r .state", server)
    assert (ran.status, ran.out) == (0, "FINISHED\n")
