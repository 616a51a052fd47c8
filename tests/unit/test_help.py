"""What is suggested for a mistyped word, and that the topics say all there is."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.errors import ExitCode
from gcore_tasks_cli.pages import TOPICS, Block, as_text, read_page
from gcore_tasks_cli.parser import nearest

OPTIONS = ["--json", "-j", "--timeout", "-t"]


@pytest.mark.parametrize(
    ("typed", "known", "meant"),
    [
        *((typed, COMMANDS, "watch") for typed in ("wacth", "WATCH", "wait")),
        ("res", COMMANDS, "resources"),
        ("q", COMMANDS, None),
        *((typed, OPTIONS, "--timeout") for typed in ("--timout", "--time")),
        *((typed, OPTIONS, "--json") for typed in ("--output", "-o")),
        ("-J", OPTIONS, "-j"),
        *((typed, OPTIONS, None) for typed in ("-z", "--zzzzzz", "--jumbo")),
        # Near in writing, and not in meaning; near in meaning, and not there.
        ("--sort", ["--user"], None),
        ("--no-color", ["--no-ci"], None),
        ("ls", ["watch"], None),
        ("--output", ["--timeout"], None),
    ],
)
def test_what_is_near_to_a_mistyped_word(
    typed: str, known: Sequence[str], meant: str | None
) -> None:
    assert nearest(typed, known) == meant


def test_no_terminal_is_too_narrow_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1")
    assert "meaning" in as_text([Block("rows", "", (("a term", "meaning"),))], str.upper)


def terms_of(topic: str) -> list[str]:
    return [term for block in read_page(topic) for term, _ in block.rows]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_has_one_title_and_only_lists_of_terms(topic: str) -> None:
    kinds = [block.kind for block in read_page(topic)]
    assert kinds[0] == "title"
    assert kinds.count("title") == 1
    for block in read_page(topic):
        assert all(term and meaning for term, meaning in block.rows)
        assert "](" not in block.text


def test_every_exit_code_is_explained() -> None:
    first_list = next(block for block in read_page("exit-codes") if block.kind == "rows")
    assert [int(code) for code, _ in first_list.rows] == sorted(ExitCode)


def test_every_variable_of_the_package_is_explained() -> None:
    expected = set(", ".join(terms_of("environment")).split(", "))
    sources = Path(__file__).parents[2].joinpath("gcore_tasks_cli").rglob("*.py")
    used = {
        name
        for path in sources
        for name in re.findall(r"\"((?:GCORE|GTASK|SSL|XDG)_[A-Z_]+)\"", path.read_text("utf-8"))
    }
    older_names = {"GCORE_PERMANENT_TOKEN", "GCORE_APIKEY", "GCORE_CONFIG"}
    assert used - older_names <= expected
