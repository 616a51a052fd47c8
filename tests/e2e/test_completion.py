"""Completion in real shells, in a pseudo-terminal: what a person sees after TAB."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gcore_tasks_cli.commands.completion import SCRIPTS
from tests.e2e.harness import OTHER, STUCK_SECONDS, TASK, environment, gtask, sandbox, task

pytest.importorskip("posix", reason="there are no pseudo-terminals")

import pexpect
import pyte

from tests.e2e.terminals import lines_on

assert sys.platform != "win32"

FOLDER = Path(__file__).parents[2] / "completions"
ROWS, COLUMNS = 50, 110
PROMPT = "ready> "
API = "api.gcore.com"
# How each shell starts without its user's files, and how it comes to gtask's completion.
SHELLS = {
    "bash": (["--noprofile", "--norc", "-i"], f"PS1='{PROMPT}'; eval \"$(<{{script}})\""),
    "zsh": (
        ["-f", "-i"],
        f"PS1='{PROMPT}'; autoload -U compinit; compinit -u -D; eval \"$(<{{script}})\"",
    ),
    "fish": (
        ["--no-config", "-i"],
        f"function fish_prompt; printf '{PROMPT}'; end; function fish_right_prompt; end;"
        " set -g fish_autosuggestion_enabled 0; source {script}",
    ),
}
# The same shell in another state, by what is typed first.
STATES = {
    "bash": "true",
    "bash, set -u": "set -u",
    "bash, = is no word break": "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}",
    "bash, as old as 3.2": "enable -n compopt",
    "fish": "true",
    "zsh": "true",
    "zsh, set -u": "set -u",
}


class Shell:
    """An interactive shell that knows gtask's completion, in a folder with two files.

    On its PATH every gtask and every python leaves a trace when it is started.
    """

    def __init__(self, state: str, home: Path, with_config: bool = False, /, **env: str) -> None:
        name = state.partition(",")[0]
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
        self.name, self.state = name, state
        self.trace = home / "started"
        commands = home / "commands"
        commands.mkdir(parents=True)
        for program in ("gtask", "python", "python3"):
            path = commands / program
            path.write_text(f"#!/bin/sh\necho {program} >> '{self.trace}'\n")
            path.chmod(0o755)
        folder = home / "folder"
        (folder / "subfolder").mkdir(parents=True)
        (folder / "outage one.json").touch()
        arguments, setup = SHELLS[name]
        whole = environment(TERM="xterm-256color", HOME=str(home), LC_ALL="C.UTF-8")
        whole |= {"XDG_CACHE_HOME": str(home / "cache"), "GTASK_NO_HISTORY": "", **env}
        whole["PATH"] = f"{commands}:{whole['PATH']}"
        self.process = pexpect.spawn(
            name,
            ["-i"] if with_config else arguments,
            env=whole,
            cwd=folder,
            dimensions=(ROWS, COLUMNS),
            timeout=STUCK_SECONDS,
        )
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        line = f"{STATES[state]}; {setup.format(script=FOLDER / SCRIPTS[name])}"
        self.shows(f"{line}\r", f"\n{PROMPT.rstrip()}")
        self.clear()

    def clear(self) -> None:
        """Leaves nothing but the prompt on the screen."""
        self.process.send("\x15\x0c")
        self.until(lambda: self.text == f"\n{PROMPT.rstrip()}", "the prompt alone")

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(["", *lines_on(self.screen)]).rstrip("\n")

    def read(self) -> bool:
        """Takes in what came; False if that is nothing for a while."""
        try:
            self.stream.feed(self.process.read_nonblocking(65536, timeout=0.1))
        except pexpect.TIMEOUT:
            return False
        return True

    def after(self, keys: str) -> str:
        """The screen after these keys, once nothing more comes."""
        self.process.send(keys)
        began = time.monotonic()
        calm, has_answered = 0, False
        # A busy machine takes its time to answer, and some keys are answered with nothing.
        while calm < 5 or (not has_answered and time.monotonic() - began < 2):
            calm = 0 if self.read() else calm + 1
            has_answered |= calm == 0
            assert time.monotonic() - began < STUCK_SECONDS
        return self.text

    def shows(self, keys: str, expected: str) -> None:
        """Fails unless this stands on the screen some time after these keys."""
        self.process.send(keys)
        self.until(lambda: expected in self.text, repr(expected))

    def until(self, is_there: Callable[[], bool], what: str) -> None:
        """Fails unless this comes true of the screen in time."""
        end = time.monotonic() + STUCK_SECONDS
        while not is_there():
            self.read()
            assert time.monotonic() < end, f"{what} is not on the screen:\n{self.text}"

    def menu(self, line: str, *offered: str) -> str:
        """What the screen shows once TAB after this line has offered all that it should."""
        self.shows(line, line.rstrip())
        text = self.after("\t\t" if self.name == "bash" else "\t")
        # A busy machine may pause in the middle of its answer.
        self.until(lambda: all(each in self.text for each in offered), f"{offered}")
        return text if text == self.text else self.after("")

    def close(self) -> None:
        """Ends the shell; no TAB may have started anything."""
        self.process.close(force=True)
        assert not self.trace.exists(), f"TAB started {self.trace.read_text().split()}"


@pytest.fixture(params=sorted(SHELLS))
def shell_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=STATES)
def shell_in_a_state(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    remember(home, f"{TASK}\tcreate_vm\tRUNNING\t{API}", f"{OTHER}\tdelete_vm\tERROR\t{API}")
    shell = Shell(request.param, home)
    yield shell
    shell.close()


@pytest.fixture
def shell(shell_in_a_state: Shell) -> Shell:
    shell_in_a_state.clear()
    return shell_in_a_state


def remember(home: Path, *lines: str) -> None:
    folder = home / "cache" / "gtask"
    folder.mkdir(parents=True)
    (folder / "recent-tasks").write_text("".join(f"{line}\n" for line in lines))


# The line before TAB → what its menu must offer, and what it must not.
MENUS: dict[str, tuple[list[str], list[str]]] = {
    "gtask ": (
        ["watch", "resources", "get", "sandbox", "help", "Wait until tasks finish"],
        ["outage"],
    ),
    "gtask --": (["--version"], ["--timeout"]),
    "gtask watch --": (
        ["--fail-fast", "Stop at the first task that fails"],
        ["--order", "--scenario"],
    ),
    # What was given is not offered again.
    "gtask watch --json --": (["--quiet"], ["Print JSON"]),
    "gtask watch ": ([TASK, OTHER, "create_vm, RUNNING"], []),
    "gtask watch --timeout ": ([], ["outage", TASK]),
    "gtask resources --type ": (["floatingips", "instances"], [TASK]),
    "gtask list --project ": ([], [TASK]),
    "gtask completion ": (["bash", "zsh", "fish", "powershell"], []),
    "gtask help ": (["exit-codes", "environment", "watch"], []),
}
# The line before TAB → the line after it.
ENDS = {
    "gtask wat": "gtask watch",
    "gtask watch --timeo": "gtask watch --timeout",
    "gtask list --state FIN": "gtask list --state FINISHED",
    "gtask list --type create_k8s_cluster_v": "gtask list --type create_k8s_cluster_v2",
    "gtask list --state NEW --state ER": "gtask list --state NEW --state ERROR",
    "gtask list --ack": "gtask list --acknowledged",
    "gtask list --color alw": "gtask list --color always",
    "gtask watch --progress pl": "gtask watch --progress plain",
    "gtask list --una": "gtask list --unacknowledged",
    "gtask resources --type=floati": "gtask resources --type=floatingips",
    "gtask resources --type instances --ty": "gtask resources --type instances --type",
    "gtask list --state=FIN": "gtask list --state=FINISHED",
    'gtask list --state "FIN': 'gtask list --state "FINISHED"',
    "gtask list --json > out": "gtask list --json > outage\\ one.json",
    "gtask list --json 2> out": "gtask list --json 2> outage\\ one.json",
    "gtask sandbox --scenario out": "gtask sandbox --scenario outage\\ one.json",
    "gtask sandbox --scenario outage\\ o": "gtask sandbox --scenario outage\\ one.json",
    "gtask sandbox --scenario 'out": "gtask sandbox --scenario 'outage one.json'",
    "gtask sandbox --scenario=out": "gtask sandbox --scenario=outage\\ one.json",
    "gtask sandbox --scenario sub": "gtask sandbox --scenario subfolder/",
    "gtask sandbox -- mkfif": "gtask sandbox -- mkfifo",
    # The command's own arguments complete too.
    "gtask sandbox -- cat out": "gtask sandbox -- cat outage\\ one.json",
}


def test_menus(shell: Shell) -> None:
    for line, (offered, not_offered) in MENUS.items():
        menu = shell.menu(line, *offered)
        assert [text for text in not_offered if text in menu] == [], menu
        shell.clear()


def test_what_can_only_be_one_thing_is_completed_to_its_end(shell: Shell) -> None:
    for line, completed in ENDS.items():
        shell.shows(f"{line}\t", f"{PROMPT}{completed}")
        shell.clear()


def test_the_commands_are_offered_in_the_order_of_help(shell: Shell) -> None:
    if "3.2" in shell.state:
        pytest.skip("it sorts what it shows")
    names = ["watch", "resources", "list", "get", "ack", "sandbox", "completion", "help"]
    lines = shell.menu("gtask ", *names).splitlines()
    assert [
        line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in names
    ] == names


def test_the_newest_task_is_offered_first(shell: Shell) -> None:
    menu = shell.menu("gtask watch ", TASK, OTHER)
    assert menu.index(TASK) < menu.index(OTHER)


def test_one_recent_task_is_completed_and_not_offered_twice(shell: Shell) -> None:
    shell.shows(f"gtask get --json {TASK[:4]}\t", f"gtask get --json {TASK}")
    shell.shows("\t\t", OTHER)


def test_a_zsh_without_compinit_is_told_the_line_that_is_missing(tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    command = ["zsh", "-f", "-c", f"source {FOLDER / SCRIPTS['zsh']}"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert "autoload -Uz compinit && compinit" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("env", [{"GTASK_NO_HISTORY": "1"}, {"GCORE_BASE_URL": "http://[::1]:8"}])
def test_no_tasks_where_none_are_wanted_or_of_another_api(
    shell_name: str, tmp_path: Path, env: dict[str, str]
) -> None:
    remember(tmp_path, f"{TASK}\tcreate_vm\tRUNNING\t{API}")
    shell = Shell(shell_name, tmp_path, **env)
    assert TASK not in shell.menu("gtask get ")
    shell.close()


def test_the_tasks_of_the_api_in_use(shell_name: str, tmp_path: Path) -> None:
    remember(tmp_path, f"{TASK}\tx\tNEW\t127.0.0.1:80", f"{OTHER}\tx\tNEW\t{API}")
    shell = Shell(shell_name, tmp_path, GCORE_BASE_URL="http://127.0.0.1:80/")
    shell.shows("gtask get \t", f"gtask get {TASK}")
    shell.close()


def test_a_file_that_someone_else_wrote_injects_nothing(shell_name: str, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    remember(
        tmp_path,
        f"$(touch {evil})\tcreate_vm\tRUNNING\t{API}",
        f"`touch {evil}`\tcreate_vm\tRUNNING\t{API}",
        f"a;touch\t{evil}\tRUNNING\t{API}",
        f"aaa\t$(touch {evil})\t\x1b[31mred\t{API}",
        f"bbb\t\x1b]0;title\x07\tRUNNING\t{API}",
        f"first-1\tcreate_vm\tRUNNING\t{API}",
        f"second-2\tcreate_vm\tRUNNING\t{API}",
    )
    shell = Shell(shell_name, tmp_path)
    menu = shell.menu("gtask get ", "first-1", "second-2")
    assert "touch" not in menu
    assert "aaa" not in menu
    assert "bbb" not in menu
    assert not evil.exists()
    shell.close()


def test_what_gtask_saw_completes(shell_name: str, tmp_path: Path) -> None:
    with sandbox(tasks=[task(), task(OTHER, ends="ERROR")]) as server:
        env = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "GTASK_NO_HISTORY": ""}
        assert gtask(server, "watch", TASK, OTHER, env=env).status == 1
        shell = Shell(shell_name, tmp_path, GCORE_BASE_URL=server.base_url)
        shell.menu("gtask get ", "create_image, FINISHED", TASK, OTHER)
        shell.close()


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("page", ["ours", "of another layout"])
def test_a_fish_that_has_read_the_manual_page_offers_what_the_command_has(
    page: str, tmp_path: Path
) -> None:
    # fish makes completions of its own from manual pages, and loads them beside those of gtask.
    manual = tmp_path / "manual" / "man1" / "gtask.1"
    manual.parent.mkdir(parents=True)
    text = (FOLDER / "gtask.1").read_text()
    if page != "ours":
        text = text.replace(".SH BUGS", ".SH NOTES")
    manual.write_text(text)
    env = environment(HOME=str(tmp_path), MANPATH=str(manual.parents[1]))
    read = ["fish", "-c", "fish_update_completions"]
    subprocess.run(read, env=env, capture_output=True, check=True, timeout=STUCK_SECONDS)
    made = list(tmp_path.rglob("generated_completions/gtask.fish"))
    assert len(made) == (page != "ours")
    shell = Shell("fish", tmp_path, True)
    for line, (offered, not_offered) in {
        "gtask watch --": (["--fail-fast"], ["--order", "--scenario", "--limit", "--ids"]),
        "gtask sandbox --": (["--scenario"], ["--timeout", "--json"]),
    }.items():
        menu = shell.menu(line)
        assert [text for text in offered if text not in menu] == [], menu
        assert [text for text in not_offered if text in menu] == [], menu
        shell.clear()
    shell.close()


@pytest.mark.parametrize("program", ["pwsh", "powershell"])
def test_powershell(program: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    remember(tmp_path, f"{TASK}\tcreate_vm\tRUNNING\t{API}")
    ask = "(TabExpansion2 '{0}' {1}).CompletionMatches.CompletionText"
    lines = ["gtask ", "gtask watch --", "gtask resources --type ", "gtask get "]
    script = ";".join(
        [f". '{FOLDER / 'gtask.ps1'}'", *(ask.format(line, len(line)) for line in lines)]
    )
    done = subprocess.run(
        [program, "-NoProfile", "-Command", script],
        capture_output=True,
        text=True,
        env=environment(XDG_CACHE_HOME=str(tmp_path / "cache"), GTASK_NO_HISTORY=""),
        check=True,
        timeout=STUCK_SECONDS,
    )
    assert {"watch", "--fail-fast", "floatingips", TASK} <= set(done.stdout.split())
