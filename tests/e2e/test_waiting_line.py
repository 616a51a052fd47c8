"""At a terminal a command that waits says for whom, in a line that vanishes."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import OTHER, TASK, sandbox, task

pytest.importorskip("posix", reason="there are no pseudo-terminals")

if sys.platform != "win32":
    from tests.e2e.terminals import Terminal

assert sys.platform != "win32"

SLOW = {"do": "delay", "seconds": 3}
OUTAGE = {"do": "status", "status": 503, "requests": [1, 1], "headers": {"Retry-After": "6"}}


def shown(
    arguments: list[str], fault: dict[str, Any], until: str = "", **env: Any
) -> tuple[int, Terminal]:
    """The status, and the terminal once gtask is over; `until` stands on it for a while."""
    with sandbox(tasks=[task(age=9)], faults=[fault]) as server:
        terminal = Terminal(server, arguments, **env)
        if until:
            terminal.until(lambda text: until in text)
        return terminal.finish(), terminal


@pytest.mark.parametrize(
    "arguments",
    [
        ["get", TASK],
        ["get", TASK, "--json"],
        ["list"],
        ["resources", TASK],
        ["ack", TASK],
        ["ack", "--all", "--yes"],
    ],
    ids=" ".join,
)
def test_a_slow_api_is_named_and_the_line_vanishes(arguments: list[str]) -> None:
    status, terminal = shown(arguments, SLOW, "gtask: waiting for 127.0.0.1:")
    assert status == 0
    assert "waiting for 127" not in terminal.text
    assert b"\r\x1b[K" in terminal.raw


def test_a_search_is_shown_and_its_line_vanishes() -> None:
    status, terminal = shown(["watch", "--active"], SLOW, "looking for active tasks")
    assert status == 0
    assert "looking for" not in terminal.text
    assert "gtask: no task is active" in terminal.text


def test_an_outage_is_named_with_the_next_try() -> None:
    status, terminal = shown(["get", TASK], OUTAGE, "trying again")
    assert status == 0
    assert "503" in terminal.raw.decode()
    assert "trying again" not in terminal.text


def test_an_error_stands_alone() -> None:
    status, terminal = shown(["get", OTHER], SLOW, "waiting for")
    assert status == 4
    assert "waiting for" not in terminal.text
    assert "no such task" in terminal.text


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (["watch", "--active", "--quiet"], {}),
        (["watch", "--active", "--progress", "none"], {}),
        (["get", TASK], {"GTASK_PROGRESS": "none"}),
        (["get", TASK], {"CI": "true"}),
        (["get", TASK, "--verbose"], {}),
    ],
)
def test_nothing_where_none_is_wanted(arguments: list[str], env: dict[str, str]) -> None:
    status, terminal = shown(arguments, SLOW, **env)
    assert status == 0
    assert b"waiting for 127" not in terminal.raw
    assert b"\x1b[K" not in terminal.raw


def test_ctrl_c_takes_the_line_away() -> None:
    with sandbox(tasks=[task()], faults=[{"do": "silent"}]) as server:
        terminal = Terminal(server, ["get", TASK])
        terminal.until(lambda text: "waiting for" in text)
        terminal.process.sendintr()
        assert terminal.finish() == 130
    assert "waiting for" not in terminal.text


def test_nothing_where_standard_error_is_a_file(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with sandbox(tasks=[task(age=9)], faults=[SLOW]) as server:
        terminal = Terminal(server, ["get", TASK], errors)
        assert terminal.finish() == 0
    assert errors.read_text() == ""
    assert b"waiting" not in terminal.raw
