"""`gtask sandbox` as a process: alone, around a command, and with scenario files."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gcore_tasks_cli.commands import sandbox as sandbox_command
from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    GTASK,
    STUCK_SECONDS,
    TASK,
    Ran,
    command,
    environment,
    gtask,
    sandbox,
    shell,
    task,
)


def around(*arguments: str) -> Ran:
    """`gtask sandbox` with gtask on the PATH, as a user has it."""
    assert GTASK is not None
    path = f"{Path(GTASK).parent}:{environment()['PATH']}"
    return gtask(None, "sandbox", *arguments, env={"PATH": path})


def test_a_command_runs_with_the_settings_and_gives_its_exit_status() -> None:
    ran = around("--", "sh", "-c", "gtask get $GTASK_SANDBOX_TASK_IDS --json; exit 7")
    assert ran.status == 7
    assert len(ran.documents) == 6
    assert ran.err == ""


@pytest.mark.parametrize("verb", ["watch", "get", "ack", "resources --wait"])
def test_ids_that_the_outer_shell_has_lost_are_explained(verb: str) -> None:
    with sandbox() as server:
        ran = shell(f"gtask sandbox -- gtask {verb} $GTASK_SANDBOX_TASK_IDS", server)
    assert ran.status == 2
    assert ran.err.splitlines()[0] == "gtask: no task ID is given"
    assert "only a shell in the sandbox has $GTASK_SANDBOX_TASK_IDS: gtask sandbox" in ran.err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["sh", "-c", "kill -TERM $$"], 143),
        (["no-such-command-here"], 127),
        (["/"], 126),
        (["true"], 0),
    ],
)
def test_exit_statuses_are_those_of_a_shell(arguments: list[str], status: int) -> None:
    assert around("--", *arguments).status == status


def test_options_behind_the_command_are_its_own() -> None:
    ran = gtask(None, "sandbox", "--port", "0", "sh", "-c", "echo $0 $GCORE_API_KEY", "--port")
    assert (ran.status, ran.out, ran.err) == (0, "--port sandbox$key\n", "")


def test_project_and_region_are_its_own() -> None:
    env = {"GCORE_CLOUD_PROJECT_ID": "999", "GCORE_CLOUD_REGION": "999", "GCORE_API_URL": "x"}
    ran = gtask(None, "sandbox", *command("list", "--ids"), env=env)
    assert ran.status == 0
    assert ran.out


def test_the_built_in_tasks_end_and_one_fails() -> None:
    ran = around("--", "sh", "-c", "gtask watch $GTASK_SANDBOX_TASK_IDS --json --interval 0.5")
    assert ran.status == 1
    assert sorted(d["state"] for d in ran.documents) == ["ERROR", *["FINISHED"] * 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_scenario_file_replaces_the_tasks_and_adds_faults(tmp_path: Path, encoding: str) -> None:
    scenario = {"tasks": [task()], "faults": [{"do": "status", "requests": [1, 2]}]}
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(scenario), encoding)
    inner = "gtask watch $GTASK_SANDBOX_TASK_IDS --verbose"
    ran = around("--scenario", str(path), "--", "sh", "-c", inner)
    assert ran.status == 0
    assert TASK in ran.out
    assert " 503 in " in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not JSON"),
        (b"\xff\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "must be an object"),
        (b'{"faults": [{"do": "dance"}]}', "faults[0].do must be one of"),
        (b'{"tasks": [{"lasts": 1}]}', "tasks[0].id is missing"),
        (b'{"task": []}', "has the unknown key 'task': did you mean tasks?"),
        (
            b'{"faults": [{"do": "refuse", "path": "*"}]}',
            "faults[0] has the unknown key 'path': it may have between, do",
        ),
    ],
)
@pytest.mark.measured
def test_a_wrong_scenario_file_is_reported_in_one_sentence(
    content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "scenario.json"
    path.write_bytes(content)
    ran = around("--scenario", str(path), "--", "true")
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_missing_scenario_file_and_a_taken_port() -> None:
    assert "cannot read the scenario file" in around("--scenario", "nowhere.json").err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = around("--port", str(port), "--", "true")
    assert ran.status == 2
    assert f"cannot listen on port {port}" in ran.err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
@pytest.mark.measured
def test_alone_it_prints_exports_and_serves_until_it_is_stopped(
    number: signal.Signals, status: int
) -> None:
    process = subprocess.Popen(
        command("sandbox"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    exports = [process.stdout.readline().decode() for _ in range(5)]
    notes = [process.stderr.readline().decode() for _ in range(2)]
    assert "Set these variables in another terminal" in notes[0]
    assert "Ctrl-C" in notes[0]
    assert notes[1] == '  gtask watch "$GTASK_SANDBOX_TASK_IDS"\n'
    script = "".join(exports) + 'echo "$GCORE_BASE_URL|$GCORE_API_KEY|$GTASK_SANDBOX_TASK_IDS|'
    script += '$GCORE_CLOUD_PROJECT_ID|$GCORE_CLOUD_REGION_ID"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    base_url, key, ids, *scope = said.strip().split("|")
    assert scope == ["1234", "76"]
    env = {"GCORE_BASE_URL": base_url, "GCORE_API_KEY": key}
    assert gtask(None, "get", *ids.split(), env=env).status == 0
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=STUCK_SECONDS)
    assert time.monotonic() - began < AT_ONCE_SECONDS
    assert process.returncode == status
    assert out == b""
    assert err == b""


@pytest.mark.parametrize("status", [0xC000013A, 0xC0000005, 2**32 - 1])
def test_a_status_of_windows_is_one_that_a_process_can_leave_with(status: int) -> None:
    code = f"import os; os._exit({sandbox_command._exit_status(status)})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (status & 0xFF, b"")


def test_on_windows_a_program_is_found_by_its_extensions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "npm"
    script.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sandbox_command, "_IS_WINDOWS", True)
    assert sandbox_command._found(["npm", "test"]) == [str(script), "test"]
    assert sandbox_command._found(["no-such-command", "a"]) == ["no-such-command", "a"]


@pytest.mark.parametrize("shell_name", ["pwsh", "powershell.exe", "/opt/PowerShell.EXE"])
def test_in_powershell_the_variable_is_written_as_powershell_writes_it(shell_name: str) -> None:
    assert sandbox_command._reference("A", shell_name) == "$env:A"
    assert sandbox_command._is_interactive_shell([shell_name, "-NoProfile"])


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("arguments", "is_greeted"),
    [
        (["bash", "--norc", "--noprofile"], True),
        (["/bin/sh", "-i"], True),
        (["bash", "-c", "echo 'ready> '; cat"], False),
        (["cat"], False),
    ],
)
@pytest.mark.measured
def test_only_a_shell_at_a_terminal_says_how_to_leave_it(
    arguments: list[str], is_greeted: bool
) -> None:
    import pexpect

    program, *rest = command("sandbox", "--", *arguments)
    child = pexpect.spawn(program, rest, env=environment(PS1="ready> "), timeout=STUCK_SECONDS)
    if is_greeted:
        child.expect_exact('gtask watch "$GTASK_SANDBOX_TASK_IDS"\r\n')
        child.expect_exact("to leave the shell and end the sandbox: exit, or Ctrl-D\r\n")
        child.expect_exact("ready> ")
    child.sendline("exit 7" if is_greeted else "typed")
    if not is_greeted:
        child.expect_exact("typed")
        child.sendeof()
    child.expect(pexpect.EOF)
    assert b"gtask:" not in child.before
    child.close()
    assert child.exitstatus == (7 if is_greeted else 0)


def test_a_shell_without_a_terminal_says_nothing() -> None:
    ran = around("--", "bash")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


@pytest.mark.measured
def test_sigterm_reaches_the_command_however_early_it_comes() -> None:
    script = "trap 'exit 9' TERM; kill -TERM $PPID; for n in 1 2 3 4 5 6 7 8 9; do sleep 1; done"
    assert around("--", "sh", "-c", script).status == 9


@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="there is no SIGCHLD")
def test_the_exit_status_is_known_even_if_sigchld_is_ignored() -> None:
    with sandbox() as server:
        ran = shell("trap '' CHLD; gtask sandbox -- sh -c 'exit 7'", server)
    assert ran.status == 7


@pytest.mark.skipif(shutil.which("nohup") is None, reason="there is no nohup")
def test_an_ignored_signal_stays_ignored_for_the_command() -> None:
    done = subprocess.run(
        ["nohup", *command("sandbox", "--", "sh", "-c", "kill -HUP $$; exit 9")],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 9
