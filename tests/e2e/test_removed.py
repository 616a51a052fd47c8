"""gtask is upgraded or uninstalled while it waits: the wait ends as if nothing had happened."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gcore_tasks_cli
from tests.e2e.harness import (
    STUCK_SECONDS,
    TASK,
    environment,
    sandbox,
    task,
    wait_for_requests,
)

pytest.importorskip("posix", reason="files that are open cannot be removed")

import pexpect

assert sys.platform != "win32"

MODULE = ("-m", "gcore_tasks_cli")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the package, to be removed."""
    package = tmp_path / "gcore_tasks_cli"
    shutil.copytree(Path(gcore_tasks_cli.__file__).parent, package)
    return package


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_removed_while_it_waits(arguments: tuple[str, ...], installed: Path) -> None:
    failing = task(lasts=3, ends="ERROR", error="Quota exceeded")
    with sandbox(tasks=[failing]) as server:
        process = subprocess.Popen(
            [sys.executable, "-P", *MODULE, "watch", TASK, "--interval", "0.3", *arguments],
            env=environment(server, PYTHONPATH=str(installed.parent)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_requests(server, 5)
        shutil.rmtree(installed)
        out, err = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 1, err
    assert b"internal error" not in err
    if arguments:
        assert json.loads(out)["state"] == "ERROR"
    else:
        assert b"Quota exceeded" in out


def test_removed_while_it_waits_at_a_terminal(installed: Path) -> None:
    with sandbox(tasks=[task(lasts=4)]) as server:
        env = environment(server, PYTHONPATH=str(installed.parent), TERM="xterm")
        arguments = ["-P", *MODULE, "watch", TASK, "--interval", "0.3"]
        child = pexpect.spawn(sys.executable, arguments, env=env, timeout=STUCK_SECONDS)
        wait_for_requests(server, 8)
        shutil.rmtree(installed)
        child.expect(pexpect.EOF)
        child.close()
    assert child.exitstatus == 0, child.before
    assert b"FINISHED" in child.before
