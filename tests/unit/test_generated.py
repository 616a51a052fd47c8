"""The committed completion scripts and manual page are what would be generated now."""

import os
import shutil
import subprocess

import pytest

from completions.generate import FOLDER, MANUAL, generated, stale
from completions.interface import Kind, read_interface
from gcore_tasks_cli.commands.completion import SCRIPTS
from gcore_tasks_cli.sandbox.scenario import builtin_tasks
from tests.e2e.harness import gtask

CHECKERS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


@pytest.mark.skipif(
    os.environ.get("GTASK_UPDATE_GOLDEN") == "1", reason="they are about to be generated"
)
def test_what_is_committed_is_what_is_generated() -> None:
    assert stale(generated()) == [], "if the change is meant: make generated"


def test_all_that_the_app_has_is_in_each_of_them() -> None:
    interface = read_interface()
    for name, text in generated().items():
        plain = text.replace("\\-", "-")
        for command in interface.commands:
            assert command.name in plain, f"{name} lacks {command.name}"
            for option in command.options:
                word = option.names[-1].lstrip("-")
                assert word in plain, f"{name} lacks {command.name} {option.names[-1]}"


def test_every_place_that_takes_an_id_offers_recent_ones() -> None:
    for command in read_interface().commands:
        assert (command.arguments.kind is Kind.TASK_IDS) == ("ID..." in command.usage)


def test_task_types_are_known_by_their_names() -> None:
    from completions.interface import TASK_TYPES

    assert {task.task_type for task in builtin_tasks()} <= set(TASK_TYPES)
    assert sorted(set(TASK_TYPES)) == TASK_TYPES


@pytest.mark.parametrize("shell", sorted(SCRIPTS))
def test_completion_prints_the_script(shell: str) -> None:
    ran = gtask(None, "completion", shell)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (FOLDER / SCRIPTS[shell]).read_text(encoding="utf-8")


@pytest.mark.parametrize("shell", sorted(CHECKERS))
def test_the_shell_can_read_it(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command = [*CHECKERS[shell], str(FOLDER / SCRIPTS[shell])]
    assert subprocess.run(command, capture_output=True, check=False).stderr == b""


@pytest.mark.parametrize(
    "command", [["mandoc", "-Tlint", "-Wstyle"], ["groff", "-man", "-ww", "-z", "-Tutf8"]]
)
def test_the_manual_page_is_sound(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, str(FOLDER / MANUAL)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
