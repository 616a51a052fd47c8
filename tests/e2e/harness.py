"""Runs the installed `gtask` as users do: a process, against a real HTTP server on a socket."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from tests.servers.sandbox import SandboxServer, scenario_of

# The installed command beside this interpreter; GTASK_COMMAND names another one to test.
GTASK = os.environ.get("GTASK_COMMAND") or shutil.which("gtask", path=Path(sys.executable).parent)
# What scripts call besides the shell's own; a machine may lack it.
TOOLS = ("curl", "jq")
TASK = "26986bc0-748a-4448-b836-0a2aa465eb06"
TASK_TYPE = "create_image"
OTHER = "9d9cd6a1-4c85-4c5f-9f0a-1f6f1d0c7a11"
# A time in which a run gets its first answers, even on a machine that is busy with other tests.
# The deadline of a test that needs an answer before it passes.
ENOUGH = "8"
# "At once", with room for a slow and busy machine: what a test would otherwise wait for (an answer
# that never comes, a deadline of hours) takes longer than this.
AT_ONCE_SECONDS = 10.0
# After this long without the condition that a test waits for, it will not come any more.
STUCK_SECONDS = 120.0
# What of this machine's environment reaches gtask: all else could change what it does.
_KEPT = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC"}
_KEPT |= {"PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "VIRTUAL_ENV"}


@dataclass(frozen=True)
class Ran:
    """What a finished gtask left behind."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def documents(self) -> list[Any]:
        """Standard output as JSON, one document a line; fails if anything else is there."""
        return [json.loads(line) for line in self.out.splitlines()]


def without_times(text: str) -> str:
    """The lines without the time of day that those of a log begin with."""
    return re.sub(r"^\d\d:\d\d:\d\dZ ", "", text, flags=re.MULTILINE)


@contextmanager
def sandbox(**scenario: Any) -> Iterator[SandboxServer]:
    """A server for this scenario, as a scenario file would say it."""
    # Time begins with the first request: a busy machine may take long to start gtask.
    with SandboxServer(scenario_of(**scenario), from_first_request=True) as server:
        yield server


def task(task_id: str = TASK, **fields: Any) -> dict[str, Any]:
    """A task of a scenario; it lasts 0.3 s where nothing else is said.

    The duration of its type is not documented: gtask looks soon.
    """
    return {"id": task_id, "lasts": 0.3, "task_type": TASK_TYPE, **fields}


def environment(server: SandboxServer | None = None, **more: str) -> dict[str, str]:
    """An environment without what would steer gtask (`CI`, `NO_COLOR`…), with these settings.

    No test writes into the cache of the person who runs it.
    """
    env = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEPT or name.startswith("COVERAGE_")
    }
    env |= {"GTASK_NO_HISTORY": "1"}
    if server is not None:
        env |= {"GCORE_BASE_URL": server.base_url, "GCORE_API_KEY": server.api_key}
    return env | more


def command(*arguments: str) -> list[str]:
    """The command line of the installed gtask."""
    assert GTASK is not None, "gtask is not installed beside this interpreter"
    return [GTASK, *arguments]


def gtask(
    server: SandboxServer | None,
    *arguments: str,
    stdin: str | bytes = b"",
    env: Mapping[str, str] | None = None,
    timeout: float = STUCK_SECONDS,
) -> Ran:
    """Runs gtask to its end; nothing but UTF-8 may come out, and never a traceback."""
    began = time.monotonic()
    done = subprocess.run(
        command(*arguments),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=environment(server, **(env or {})),
        timeout=timeout,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode(), time.monotonic() - began)
    assert "Traceback" not in ran.err, ran.err
    return ran


def started(
    server: SandboxServer, *arguments: str, variables: Mapping[str, str] | None = None, **more: Any
) -> "subprocess.Popen[bytes]":
    """gtask as a process under way, with these variables as well."""
    pipes: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    return subprocess.Popen(
        command(*arguments), env=environment(server, **(variables or {})), **(pipes | more)
    )


def signalled(process: "subprocess.Popen[bytes]", number: signal.Signals) -> Ran:
    """What gtask leaves behind after this signal; `seconds` counts from the signal."""
    began = time.monotonic()
    process.send_signal(number)
    try:
        out, err = process.communicate(timeout=STUCK_SECONDS)
    finally:
        process.kill()  # a test that fails leaves no process behind
    assert b"Traceback" not in err, err
    return Ran(process.returncode, out.decode(), err.decode(), time.monotonic() - began)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Waits for a condition; fails, naming it, once it will not come any more."""
    until = time.monotonic() + STUCK_SECONDS
    while not holds():
        assert time.monotonic() < until, f"it never came to this: {what}"
        time.sleep(0.01)


def wait_for_requests(server: SandboxServer, count: int) -> None:
    """Waits until the server has got so many requests."""
    wait_until(lambda: len(server.requests) >= count, f"{count} requests")


def bytes_in(pipe: IO[bytes] | int | None) -> int:
    """How much of what was written to this pipe has not been read yet; on POSIX only."""
    assert pipe is not None
    if sys.platform != "win32":
        import fcntl
        import termios

        waiting = fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4)
        return int.from_bytes(waiting, sys.byteorder)
    raise NotImplementedError


def wait_until_reading(process: "subprocess.Popen[bytes]") -> None:
    """Waits until gtask reads its standard input, whose end does not come."""
    assert process.stdin is not None
    process.stdin.write(b"x")
    process.stdin.flush()
    wait_until(lambda: bytes_in(process.stdin) == 0, "standard input is read")


def wait_until_full(process: "subprocess.Popen[bytes]") -> None:
    """Waits until gtask has printed as much as a pipe without a reader holds."""
    wait_until(lambda: bytes_in(process.stdout) >= 60_000, "standard output is full")


def skip_without_tools_of(script: str) -> None:
    """Skips the test where a tool that the script calls is not installed."""
    for tool in TOOLS:
        if re.search(rf"\b{tool}\b", script) and shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


def shell(script: str, server: SandboxServer, **more: str) -> Ran:
    """A shell script with gtask on its PATH, as a user's pipeline."""
    assert GTASK is not None
    skip_without_tools_of(script)
    env = environment(server, **more)
    env["PATH"] = f"{Path(GTASK).parent}{os.pathsep}{env['PATH']}"
    began = time.monotonic()
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        env=env,
        timeout=STUCK_SECONDS,
        check=False,
        text=True,
    )
    return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def asked(server: SandboxServer, task_id: str = TASK) -> int:
    """How often the task was asked for."""
    return sum(path.endswith(f"/{task_id}") for _, _, path in server.requests)
