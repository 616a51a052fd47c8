"""The committed completion scripts and manual page are what would be generated now."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from completions.generate import FOLDER, MANUAL, generated, stale
from completions.interface import read_parameters, table
from gcore_tasks_cli.commands.completion import SCRIPTS
from gcore_tasks_cli.sandbox.scenario import builtin_tasks
from gcore_tasks_cli.tasks.meant import task_types
from tests.e2e.harness import gtask

CHECKERS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


@pytest.mark.skipif(
    os.environ.get("GTASK_UPDATE_GOLDEN") == "1", reason="they are about to be generated"
)
def test_what_is_committed_is_what_is_generated() -> None:
    assert stale(generated()) == [], "if the change is meant: make generated"


def test_the_table_can_be_read_by_each_shell() -> None:
    rows = table()
    known = {row.split(" ")[1] for row in rows if row.startswith("values ")}
    for row in rows:
        owner, names, values, text = row.split(" ", 3)
        assert owner and names and values and text, row
        assert "\\" not in row, "fish reads it in quotes"
        if owner == "values":
            assert re.fullmatch(r"[\w -]+", text), "a shell splits them into words"
    used = {row.split(" ")[2] for row in rows}
    assert known <= used, "values that no option and no argument takes"


def test_every_place_that_takes_an_id_offers_recent_ones() -> None:
    rows = table()
    takes_ids = {
        each.command for each in read_parameters() if each.declared.metavar.strip("[]") == "ID..."
    }
    assert takes_ids == {row.split(" ")[0] for row in rows if " ... TASK " in row}


def test_task_types_are_known_by_their_names() -> None:
    assert {task.task_type for task in builtin_tasks()} <= set(task_types())
    assert sorted(set(task_types())) == task_types()


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


# What only shells have that are newer than the oldest for which a script is meant.
NEWER = {
    "bash": r"mapfile|readarray|declare -A|local -n|&>>|\[-\d|\{\w+(?:,,|\^\^|@)|printf '%\(",
    "fish": r"\$\(|\bpath |string (?:pad|shorten|split -f)|set (?:-f|--function)|commandline -x",
}


@pytest.mark.parametrize("shell", sorted(NEWER))
def test_nothing_in_it_needs_a_newer_shell(shell: str) -> None:
    code = (FOLDER / SCRIPTS[shell]).read_text(encoding="utf-8").partition("# end of the table")[2]
    assert re.findall(NEWER[shell], code) == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["gtask", "list", "--state=F"], "FINISHED\n"),
        (["gtask", "completion", "z"], "zsh\n"),
        (["gtask", "sandbox", "--scenario", "~/a"], "~/a\\ b\n"),
        (["gtask", "sandbox", "--scenario=a"], "a\\ b\n"),
    ],
)
def test_bash_as_old_as_3_2_breaks_the_line_at_spaces_alone(
    words: list[str], offered: str, tmp_path: Path
) -> None:
    (tmp_path / "a b").touch()
    script = f"""enable -n compopt; set -u; source {FOLDER / SCRIPTS["bash"]}
    COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1}; COMP_WORDS[COMP_CWORD]='{words[-1]}'
    _gtask; printf '%s\\n' "${{COMPREPLY[@]}}" """
    command = ["bash", "--norc", "-c", script]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (offered, "")


@pytest.mark.parametrize(
    "command", [["mandoc", "-Tlint", "-Wstyle"], ["groff", "-man", "-ww", "-z", "-Tutf8"]]
)
def test_the_manual_page_is_sound(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, str(FOLDER / MANUAL)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
