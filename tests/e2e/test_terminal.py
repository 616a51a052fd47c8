"""The live view in a pseudo-terminal: what a person sees, and what is left when it is over."""

import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gcore_tasks_cli.tasks.ids import ids_in
from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    ENOUGH,
    OTHER,
    TASK,
    sandbox,
    task,
    wait_for_requests,
    wait_until,
)

pytest.importorskip("posix", reason="there are no pseudo-terminals")

if sys.platform != "win32":
    from tests.e2e.terminals import ROWS, Terminal, assert_left_as_it_was, terminal

assert sys.platform != "win32"


def test_a_live_line_for_each_task_then_the_result_stays() -> None:
    tasks = [
        task(lasts=4.0, task_type="create_vm", created_resources={"instances": ["vm-1"]}),
        task(OTHER, task_type="create_volume", ends="NEVER", lasts=0.0),
    ]
    arguments = ["watch", TASK, OTHER, "--interval", "0.2", "--timeout", "12"]
    with terminal(arguments, tasks=tasks) as shown:
        shown.until(
            lambda text: re.search(f"▸ RUNNING .*{TASK}.*usually 15–30 s", text) is not None
        )
        shown.until(lambda text: "create_volume" in text)
        shown.until(lambda text: "✔ FINISHED" in text)
        status = shown.finish()
        assert status == 124
        assert "instances  vm-1" in shown.text
        assert re.search(rb"FINISHED[^\r\n]*usually", shown.raw) is None
        assert shown.text.count(TASK) == 1  # the live lines are gone, the result stands
        assert "1 of 2 tasks not finished after 12 s" in shown.text
        assert_left_as_it_was(shown)


@pytest.mark.parametrize(
    ("choice", "env", "coloured"),
    [("never", {"FORCE_COLOR": "1"}, False), ("always", {"NO_COLOR": "1"}, True)],
)
@pytest.mark.measured
def test_the_option_for_colours_holds_for_the_view_and_the_result(
    choice: str, env: dict[str, Any], coloured: bool
) -> None:
    arguments = ["watch", TASK, "--color", choice]
    with terminal(arguments, tasks=[task(lasts=1.0)], **env) as shown:
        shown.until(lambda text: "▸ RUNNING" in text)
        assert shown.finish() == 0
    styles = set(re.findall(rb"\x1b\[[\d;]+m", shown.raw)) - {b"\x1b[0m"}
    assert bool(styles) is coloured, shown.raw


def test_of_more_tasks_than_fit_the_screen_the_failure_is_what_one_sees() -> None:
    ids = [f"task-{n:02}" for n in range(40)]
    tasks = [task(each, age=9, ends="ERROR" if each == "task-03" else "FINISHED") for each in ids]
    with terminal(["watch", *ids], tasks=tasks) as shown:
        assert shown.finish() == 1
    assert "39 create_image" in shown.text
    assert "✘ ERROR  create_image  task-03" in shown.text
    assert "40 tasks: 1 ERROR, 39 FINISHED" in shown.text


@pytest.mark.measured
def test_ctrl_z_gives_the_terminal_back_as_it_was_and_the_wait_goes_on() -> None:
    with terminal(["watch", TASK, "--timeout", ENOUGH], tasks=[task(ends="NEVER")]) as shown:
        shown.until(lambda text: "RUNNING" in text)
        shown.process.kill(signal.SIGTSTP)
        shown.until(lambda _: not shown.screen.cursor.hidden)
        # Without a shell that has job control the system does not stop it: it goes on by itself.
        shown.process.kill(signal.SIGCONT)
        assert shown.finish() == 124


def test_a_key_that_the_api_repeats_is_on_no_screen() -> None:
    key = "1234$abcdef0123456789abcdef0123456789"
    fields = {"detailed_state": f"key {key}", "error": f"{'e' * 60} {key}"}
    tasks = [task(ends="NEVER", document=fields)]
    with terminal(
        ["watch", TASK, "--timeout", ENOUGH], tasks=tasks, api_key=key, COLUMNS="40"
    ) as shown:
        assert shown.finish() == 124
    assert "***" in shown.text
    assert key[:12].encode() not in shown.raw


@pytest.mark.parametrize(
    ("number", "status", "name"),
    [(signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM")],
    ids=["ctrl-c", "sigterm"],
)
def test_an_interrupt_leaves_the_terminal_as_it_was(
    number: signal.Signals, status: int, name: str
) -> None:
    with terminal(["watch", TASK], tasks=[task(ends="NEVER")]) as shown:
        shown.until(lambda text: "RUNNING" in text)
        if number is signal.SIGINT:
            shown.process.sendintr()
        else:
            shown.process.kill(number)
        began = time.monotonic()
        assert shown.finish() == status
        assert time.monotonic() - began < AT_ONCE_SECONDS
        assert f"interrupted ({name}), 1 of 1 task not finished" in shown.text
        assert f"gtask watch {TASK}" in shown.text
        assert_left_as_it_was(shown)


@pytest.mark.measured
def test_an_outage_is_shown_with_its_length_and_is_gone_when_it_is_over() -> None:
    outage = {"do": "refuse", "between": [1, 7]}
    with sandbox(tasks=[task(ends="NEVER")], faults=[outage]) as server:
        shown = Terminal(server, ["watch", TASK])
        try:
            shown.until(lambda text: re.search(r"! .*no answer for \d", text) is not None)
            shown.until(lambda text: "RUNNING" in text and "no answer" not in text)
            shown.process.sendintr()
            assert shown.finish() == 130
        finally:
            shown.process.close(force=True)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT], ids=["SIGHUP", "SIGQUIT"])
def test_other_signals_leave_the_terminal_as_it_was(number: signal.Signals) -> None:
    with terminal(["watch", TASK], tasks=[task(ends="NEVER")]) as shown:
        shown.until(lambda text: "RUNNING" in text)
        shown.process.kill(number)
        shown.until(lambda _: not shown.screen.cursor.hidden)
        shown.finish()


@pytest.mark.parametrize("number", [None, signal.SIGTERM], ids=["deadline", "SIGTERM"])
def test_a_terminal_that_was_stopped_with_ctrl_s_holds_nothing_up(
    number: signal.Signals | None,
) -> None:
    timeout = ["--timeout", ENOUGH] if number is None else []
    with terminal(["watch", TASK, *timeout], tasks=[task(ends="NEVER")]) as shown:
        shown.until(lambda text: "RUNNING" in text)
        shown.process.send(b"\x13")
        if number is not None:
            shown.process.kill(number)
        # Nothing is read any more, as behind Ctrl-S: what it writes stays in the terminal.
        wait_until(lambda: not shown.process.isalive(), "gtask has ended")
        assert shown.process.exitstatus == (124 if number is None else 143)


def test_a_dumb_terminal_gets_lines() -> None:
    with terminal(["watch", TASK, "--interval", "0.1"], tasks=[task()], TERM="dumb") as shown:
        assert shown.finish() == 0
        assert b"\x1b" not in shown.raw
        assert "create_image  FINISHED" in shown.text


def test_no_color_means_no_colour() -> None:
    arguments = ["watch", TASK, "--interval", "0.1"]
    with terminal(arguments, tasks=[task(lasts=1.0)], NO_COLOR="1") as shown:
        assert shown.finish() == 0
        for colour in (b"\x1b[3", b"\x1b[9"):
            assert colour not in shown.raw.replace(b"\x1b[3m", b"")


def test_json_is_indented_and_coloured_and_not_torn_by_the_live_view() -> None:
    tasks = [task(lasts=0.5), task(OTHER, lasts=1.5)]
    arguments = ["watch", TASK, OTHER, "--json", "--interval", "0.1"]
    with terminal(arguments, tasks=tasks) as shown:
        assert shown.finish() == 0
        assert b"\x1b[1;34m" in shown.raw
        plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown.raw).decode().replace("\r", "")
        documents = plain[plain.index("{\n") :]
        assert '  "state": "FINISHED",' in documents
        assert ids_in(documents) == [TASK, OTHER]
        assert_left_as_it_was(shown)


def test_a_card_in_a_terminal() -> None:
    with terminal(["get", TASK], tasks=[task(age=90.0)]) as shown:
        assert shown.finish() == 0
        assert "╭─  ✔ FINISHED  create_image " in shown.text
        assert TASK in shown.text


def test_more_tasks_than_lines_do_not_scroll() -> None:
    tasks = [task(f"task-{n}", lasts=4.0 + n / 20) for n in range(40)]
    arguments = ["watch", *(f"task-{n}" for n in range(40)), "--interval", "0.3"]
    with terminal(arguments, tasks=tasks) as shown:
        shown.until(lambda text: "40 tasks:" in text and "RUNNING" in text)
        assert len(shown.text.splitlines()) < ROWS
        assert shown.finish() == 0
        assert "40 tasks: 40 FINISHED" in shown.text
        assert_left_as_it_was(shown)


def test_a_second_ctrl_c_ends_at_once() -> None:
    with terminal(["watch", TASK], tasks=[task(ends="NEVER")]) as shown:
        shown.until(lambda text: "RUNNING" in text)
        # Not typed: at each one that is, the system drops what the screen has not read yet.
        shown.process.kill(signal.SIGINT)
        shown.process.kill(signal.SIGINT)
        began = time.monotonic()
        assert shown.finish() == 130
        assert time.monotonic() - began < AT_ONCE_SECONDS
        assert not shown.screen.cursor.hidden


@pytest.mark.parametrize("name", ["get", "resources", "list", "watch"])
@pytest.mark.measured
def test_what_shows_an_answer_is_imported_while_it_is_awaited(name: str, tmp_path: Path) -> None:
    # A rich whose import takes until the request is there, and then fails.
    asked = tmp_path / "asked"
    code = (
        f"import os\nwhile not os.path.exists({str(asked)!r}): pass\nraise RuntimeError('broken')"
    )
    (tmp_path / "rich.py").write_text(code)
    arguments = [name] if name == "list" else [name, TASK]
    with sandbox(tasks=[task(lasts=0.0)]) as server:
        shown = Terminal(server, arguments, PYTHONPATH=str(tmp_path))
        wait_for_requests(server, 1)
        asked.touch()
        assert shown.finish() == 70
    assert "gtask: internal error" in shown.text
    assert "Traceback" not in shown.text
