"""What stands on the screen of a terminal, beside other programs and whatever is done to it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import (
    ENOUGH,
    GTASK,
    OTHER,
    TASK,
    command,
    environment,
    sandbox,
    skip_without_tools_of,
    task,
    wait_until,
)

pytest.importorskip("posix", reason="there are no pseudo-terminals")

if sys.platform != "win32":
    from tests.e2e.terminals import PROMPT, assert_left_as_it_was, shell, terminal

assert sys.platform != "win32"

VIEW = "▸ RUNNING"
# Changes of the terminal that a live view makes, and plain lines never.
PAINTED = (b"\x1b[?25l", b"\x1b[A", b"\x1b[1A", b"\x1b[J", b"\x1b[K", b"\x1b[2K", b"\x1b7")
EARLY = {
    "--json": "watch {ids} --json | jq -r .id",
    "--fields": 'watch {ids} --fields id | while read -r id; do echo "$id"; done',
    "--events": "watch {ids} --events | jq -r 'select(.event == \"ended\").task_id'",
    "resources --json": "resources {ids} --wait --json | jq -r .task_id",
    "--follow": "watch --follow --timeout 9 | sed -E 's/.*  ([0-9a-f-]{{36}}) .*/\\1/'",
}
LATE = {
    "resources --type": "gtask resources {ids} --wait --type volumes | sed 's/^/made /'",
    "substitution": 'made=$(gtask resources {ids} --wait --type volumes); echo "made" $made',
    "summary": "gtask watch {ids} | sed 's/^/made /'",
    "a file": "gtask watch {ids} --json > {file}; sed 's/^/made /; s/^\\(.*\\)$/\\1/' {file}",
}


def two_tasks() -> list[dict[str, object]]:
    volumes = {"volumes": ["v-1"]}
    return [
        task(lasts=1.0, created_resources=volumes),
        task(OTHER, lasts=5.0, created_resources=volumes),
    ]


@pytest.mark.parametrize("form", EARLY)
def test_what_a_program_behind_the_pipe_prints_is_never_painted_over(form: str) -> None:
    script = f"gtask {EARLY[form].format(ids=f'{TASK} {OTHER}')}"
    with shell(script, tasks=two_tasks()) as shown:
        shown.until(lambda text: TASK in text.splitlines())
        shown.finish()
        printed = [line for line in shown.text.splitlines() if line in (TASK, OTHER)]
    assert printed == [TASK, OTHER]
    assert [each for each in PAINTED if each in shown.raw] == []


@pytest.mark.parametrize(
    "form",
    [
        "resources --type",
        "substitution",
        "summary",
        "a file",
    ],
)
def test_a_live_view_where_data_come_at_the_end_only(form: str, tmp_path: Path) -> None:
    script = LATE[form].format(ids=f"{TASK} {OTHER}", file=tmp_path / "documents")
    with shell(script, tasks=two_tasks()) as shown:
        shown.until(lambda text: VIEW in text and "✔ FINISHED" in text)
        assert "made" not in shown.text
        assert shown.finish() == 0
        made = shown.lines_of("made")
        assert made
        assert all(line.startswith("made") for line in made)
        assert_left_as_it_was(shown)


def is_live(text: str) -> bool:
    return VIEW in text and not text.endswith(PROMPT.strip())


def test_in_the_background_progress_is_plain_lines_and_live_again_in_the_foreground() -> None:
    tasks = [task(ends="NEVER"), task(OTHER, lasts=9.0)]
    with shell(tasks=tasks) as shown:
        shown.type(f"gtask watch {TASK} {OTHER} &")
        shown.until(lambda text: f"{TASK}  create_image  RUNNING" in text)
        shown.process.send("echo typed $((1 + 1))\r")
        shown.until(lambda text: "typed 2" in text)
        # One of the tasks ends, which is a line: until then nothing was painted.
        shown.until(lambda text: f"{OTHER}  create_image  FINISHED" in text)
        assert "typed 2" in shown.text
        assert [each for each in PAINTED if each in shown.raw] == []
        shown.process.send("fg\r")
        shown.until(is_live)
        shown.process.sendintr()
        shown.until(lambda text: "interrupted (SIGINT)" in text)
        assert "typed 2" in shown.text
        assert len(shown.lines_of(f"create_image  {TASK}")) == 1  # the result


def test_stopped_and_continued_a_view_leaves_no_old_rows() -> None:
    with shell(tasks=[task(ends="NEVER")]) as shown:
        shown.type(f"gtask watch {TASK}")
        shown.until(is_live)
        shown.until_repainted()
        shown.process.sendcontrol("z")
        shown.until(lambda text: "Stopped" in text and text.endswith(PROMPT.strip()))
        assert not shown.screen.cursor.hidden
        assert VIEW not in shown.text
        shown.type("fg")
        shown.until(is_live)
        shown.until_repainted()
        assert len(shown.lines_of(VIEW)) == 1
        shown.process.sendcontrol("z")
        shown.until(lambda text: text.count("Stopped") == 2 and text.endswith(PROMPT.strip()))
        shown.type("bg")
        shown.process.send("echo typed $((1 + 1))\r")
        shown.until(lambda text: "typed 2" in text)
        before = len(shown.raw)
        shown.type("fg")
        shown.until(is_live)
        assert VIEW.encode() not in shown.raw[before : shown.raw.rindex(b"gtask watch")]
        shown.process.sendintr()
        shown.until(lambda text: "interrupted (SIGINT)" in text)


def test_a_view_goes_by_the_size_of_its_terminal() -> None:
    tasks = [task(ends="NEVER", detailed_states=["PREPARING_THE_IMAGE_FOR_ITS_UPLOAD"] * 2)]
    arguments = ["watch", TASK, "--interval", "0.5"]
    with terminal(arguments, tasks=tasks, size=(24, 80), COLUMNS="200", LINES="3") as shown:
        shown.until(lambda text: VIEW in text)
        shown.until_repainted()
        assert len(shown.lines_of(VIEW)) == 1
        assert len(shown.text.splitlines()) == 1


def test_a_narrow_window_keeps_state_id_and_age_and_the_whole_note() -> None:
    tasks = [
        task(task_type="create_k8s_cluster_v2", ends="NEVER"),
        task(OTHER, ends="ERROR", error="out of stock", age=1, lasts=3.0),
    ]
    scope = ["--project", "1234", "--region", "76"]
    with terminal(["watch", "--active", *scope], tasks=tasks, size=(15, 40)) as shown:
        shown.until(lambda text: VIEW in text and "✘ ERROR" in text)
        shown.until_repainted()
        first, second, *rows = shown.text.splitlines()
        assert f"{first} {second}".endswith("2 active tasks in project 1234 and region 76")
        (failed,) = re.findall(r"✘ ERROR     create_i…  9d9cd6a1…  +\d s$", "\n".join(rows), re.M)
        (running,) = re.findall(r"▸ RUNNING   create_k…  26986bc0…  +\d+ s$", "\n".join(rows), re.M)
        assert len(failed) == len(running)


@pytest.mark.parametrize("above", [0, 22], ids=["above", "at the bottom"])
@pytest.mark.parametrize("typed", ["\r\r", "ls -l\r", "x" * 200], ids=["Enter", "a line", "long"])
def test_what_is_typed_during_a_view_leaves_nothing_stale(typed: str, above: int) -> None:
    scroll = f"yes line | head -n {above}; exec gtask watch {TASK} {OTHER}"
    tasks = [task(ends="NEVER"), task(OTHER, ends="NEVER")]
    with shell(scroll, tasks=tasks, size=(24, 80)) as shown:
        for _ in range(3):
            shown.until_repainted()
            shown.process.send(typed)
        shown.until_repainted()
        assert len(shown.lines_of(VIEW)) == 2
        shown.process.sendintr()
        assert shown.finish() == 130
        assert len(shown.lines_of(f"create_image  {TASK}")) == 1
        assert len(shown.lines_of("line")) >= above - 8


def test_a_window_of_another_size_leaves_no_old_rows() -> None:
    ids = [f"task-{n}" for n in range(8)]
    arguments = ["watch", TASK, *ids]
    tasks = [task(each, ends="NEVER") for each in (TASK, *ids)]
    with terminal(arguments, tasks=tasks, size=(24, 120)) as shown:
        for rows, columns in ((24, 40), (15, 90), (24, 60), (12, 60)):
            shown.until_repainted()
            shown.resize(rows, columns)
        shown.until_repainted()
        # It may be in the middle of a painting; old rows would never go.
        shown.until(lambda text: text.count("RUNNING") == len(text.splitlines()) == 9)


class Tmux:
    """gtask in a window of tmux, which folds lines anew when its size changes."""

    def __init__(self, socket: Path, words: list[str], env: dict[str, str]) -> None:
        self._socket = socket
        self._env = env
        self("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "24", *words)

    def __call__(self, *words: str) -> str:
        line = ["tmux", "-S", str(self._socket), *words]
        return subprocess.run(
            line, env=self._env, check=True, capture_output=True, text=True
        ).stdout

    @property
    def text(self) -> str:
        """What the screen shows."""
        return self("capture-pane", "-p")

    def until(self, holds: Callable[[str], bool]) -> None:
        wait_until(lambda: holds(self.text), "what tmux should show")

    def until_repainted(self) -> None:
        """Waits until other ages are shown, twice."""
        for _ in range(2):
            before = re.findall(r"\d+(?:\.\d)? s\b", self.text)
            self.until(lambda text, b=before: re.findall(r"\d+(?:\.\d)? s\b", text) != b)  # type: ignore[misc]


@pytest.fixture
def in_tmux(tmp_path: Path) -> Iterator[Callable[[str], Tmux]]:
    skip_without_tools_of("tmux")
    windows: list[Tmux] = []
    ids = [TASK, OTHER, "task-1"]
    with sandbox(tasks=[task(each, ends="NEVER") for each in ids]) as server:
        assert GTASK is not None

        def start(script: str) -> Tmux:
            env = environment(server, TERM="xterm-256color", SHELL="/bin/sh")
            words = ["sh", "-c", script, "sh", *command("watch", *ids)]
            windows.append(Tmux(tmp_path / "tmux", words, env))
            return windows[0]

        try:
            yield start
        finally:
            for each in windows:
                each("kill-server")


@pytest.mark.parametrize("above", [2, 30], ids=["above", "at the bottom"])
def test_what_a_terminal_folds_anew_leaves_no_old_rows(
    in_tmux: Callable[[str], Tmux], above: int
) -> None:
    window = in_tmux(f'yes line | head -n {above}; exec "$@"')
    window.until(lambda text: text.count("RUNNING") == 3)
    for columns, rows in ((60, 24), (100, 10), (65, 6), (120, 30)):
        window("resize-window", "-x", str(columns), "-y", str(rows))
        window.until_repainted()
        assert window.text.count("RUNNING") == 3, window.text


@pytest.mark.parametrize("encoding", ["latin-1", "cp437", "koi8-r", "cp1252", "ascii"])
def test_a_view_can_be_painted_in_every_encoding(encoding: str) -> None:
    tasks = [
        task(task_type="create_vm", ends="NEVER", lasts=0, detailed_states=["Образ"] * 2),
        task(OTHER, lasts=2.0, ends="ERROR", error="нет квоты"),
    ]
    arguments = ["watch", TASK, OTHER, "--timeout", ENOUGH]
    with terminal(arguments, tasks=tasks, PYTHONIOENCODING=encoding, PYTHONUTF8="0") as shown:
        shown.until(lambda text: "usually 15" in text)
        shown.until_repainted()
        assert len(shown.lines_of("create_vm")) == 1
        assert all(len(line) < shown.screen.columns for line in shown.text.splitlines())
        assert shown.finish() == 1
        assert "\\u" not in shown.text
        assert len(shown.lines_of(f"create_image  {OTHER}")) == 1


@pytest.mark.parametrize(
    ("arguments", "way"),
    [
        (["resources", TASK], "--progress"),
        (["resources", TASK], "GTASK_PROGRESS"),
        (["resources", TASK, "--wait"], "--progress"),
        (["watch", TASK], "--progress"),
        (["watch", TASK], "GTASK_PROGRESS"),
    ],
)
def test_plain_progress_paints_nothing(arguments: list[str], way: str) -> None:
    slow: dict[str, object] = {"do": "delay", "seconds": 3}
    chosen = ["--progress", "plain"] if way == "--progress" else []
    env = {} if chosen else {way: "plain"}
    with terminal([*arguments, *chosen], tasks=[task(age=9)], faults=[slow], **env) as shown:  # type: ignore[arg-type]
        assert shown.finish() == 0
    assert [each for each in PAINTED if each in shown.raw] == []


def outage(do: str) -> list[dict[str, object]]:
    fault: dict[str, object] = {"do": do, "between": [2, 14]}
    return [fault | ({"status": 429} if do == "status" else {})]


@pytest.mark.parametrize("do", ["refuse", "status"])
def test_during_an_outage_what_is_shown_is_marked_as_old(do: str) -> None:
    arguments = ["watch", TASK, "--interval", "0.5"]
    with terminal(arguments, tasks=[task(ends="NEVER")], faults=outage(do)) as shown:
        shown.until(lambda text: VIEW in text)
        (before,) = re.findall(r"create_image +\S+ +([\d.]+) s", shown.text)
        shown.until(lambda text: re.search(r"for [5-9] s", text) is not None)
        ages = re.findall(r"create_image +\S+ +([\d.]+ s)", shown.text)
        assert float(ages[0].removesuffix(" s")) >= float(before)
        (row,) = shown.lines_of(VIEW)
        assert re.search(r"no (?:\w+ )?answer for \d+(?:\.\d)? s", row), row
        assert not re.search(r"answered HTTP[^;]*; no answer", shown.text)
        shown.until(lambda text: re.search(r"answer for (?:8|9|1\d)", text) is not None)
        assert re.findall(r"create_image +\S+ +([\d.]+ s)", shown.text) == ages
        shown.until(lambda text: VIEW in text and "answer for" not in text)
        assert re.findall(r"create_image +\S+ +([\d.]+ s)", shown.text) != ages


def test_get_shows_local_time_beside_utc_and_a_pipe_does_not() -> None:
    document = {"created_on": "2026-05-23T20:00:00", "finished_on": "2026-05-23T20:00:19"}
    with terminal(["get", TASK], tasks=[task(age=9, document=document)], TZ="Asia/Tokyo") as shown:
        assert shown.finish() == 0
    assert "2026-05-23 20:00:00 UTC (2026-05-24 05:00 JST, " in shown.text
    with shell(f"gtask get {TASK} | cat", tasks=[task(age=9, document=document)]) as piped:
        assert piped.finish() == 0
    assert "2026-05-23 20:00:00 UTC (" in piped.text
    assert "JST" not in piped.text
