"""`GCORE_API_KEY_COMMAND`."""

import shlex
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import (
    STUCK_SECONDS,
    TASK,
    gtask,
    sandbox,
    started,
    task,
    wait_for_requests,
)


def printing(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_the_first_line_of_a_command_is_the_key() -> None:
    with sandbox(tasks=[task(age=9)], api_key="1234$abcdefghijk") as server:
        command = printing("print(' 1234$abcdefghijk '); print('more')")
        env = {"GCORE_API_KEY": "", "GCORE_API_KEY_COMMAND": command}
        assert gtask(server, "get", TASK, env=env).status == 0
        wrong = {**env, "GCORE_API_KEY_COMMAND": printing("print('1234-other-key')")}
        refused = gtask(server, "get", TASK, env=wrong)
    assert refused.status == 3
    assert "eaten by the shell" not in refused.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            printing("import sys; sys.exit('vault is locked')"),
            f"{sys.executable} (from GCORE_API_KEY_COMMAND) failed with status 1: vault is locked",
        ),
        (printing("pass"), "the output of GCORE_API_KEY_COMMAND holds no key"),
        ("/no/such/command --x", "cannot run GCORE_API_KEY_COMMAND: No such file or directory"),
        (printing("exit(1)") + ' "$HOME"', "it runs without a shell"),
    ],
)
def test_a_command_that_gives_no_key_is_a_usage_error(command: str, said: str) -> None:
    ran = gtask(None, "get", TASK, env={"GCORE_API_KEY_COMMAND": command})
    assert ran.status == 2
    assert said in ran.err


def test_what_a_key_command_leaves_behind_or_goes_on_to_say_is_no_matter() -> None:
    code = (
        "import subprocess, sys; print('1234$abcdefghijk', flush=True);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print('more' * 500_000)"
    )
    with sandbox(tasks=[task(age=9)], api_key="1234$abcdefghijk") as server:
        env = {"GCORE_API_KEY": "", "GCORE_API_KEY_COMMAND": printing(code)}
        assert gtask(server, "get", TASK, env=env).status == 0


@pytest.mark.parametrize("kind", ["file", "command"])
def test_a_key_that_rotates_in_the_middle_of_a_wait_is_read_again(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text("1234_first-key\n")
    env = {"GCORE_API_KEY": "", "GCORE_API_KEY_FILE": str(path)}
    if kind == "command":
        code = f"print(open({str(path)!r}).read())"
        env = {"GCORE_API_KEY": "", "GCORE_API_KEY_COMMAND": printing(code)}
    with sandbox(tasks=[task(lasts=4.0)], api_key="1234_first-key") as server:
        process = started(server, "watch", TASK, "--json", "-i", "0.2", variables=env)
        wait_for_requests(server, 2)
        path.write_text("1234_second-key\n")
        server.world.api_key = "1234_second-key"
        out, err = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 0, err
    assert b"FINISHED" in out
    assert b"trying again" not in err


def test_a_key_of_a_file_that_is_refused_for_good_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("1234_first-key\n")
    env = {"GCORE_API_KEY": "", "GCORE_API_KEY_FILE": str(path)}
    with sandbox(tasks=[task(ends="NEVER")], api_key="1234_first-key") as server:
        process = started(server, "watch", TASK, "-i", "0.2", variables=env)
        wait_for_requests(server, 2)
        server.world.api_key = "1234_second-key"
        _, err = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 3
    assert b"the API refused the key" in err
