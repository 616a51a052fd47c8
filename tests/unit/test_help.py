"""What is suggested for a mistyped word, and that the topics say all there is."""

import re
from pathlib import Path

import pytest

from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.errors import ExitCode
from gcore_tasks_cli.pages import TOPICS, Block, as_text, command_page, examples, topic_page
from gcore_tasks_cli.parser import nearest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("wacth", "watch"), ("WATCH", "watch"), ("res", "resources"), ("wait", "watch"), ("q", None)],
)
def test_nearest_command(typed: str, meant: str | None) -> None:
    assert nearest(typed, COMMANDS) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--timout", "--timeout"),
        ("--time", "--timeout"),
        ("--output", "--json"),
        ("-o", "--json"),
        ("-J", "-j"),
        ("-z", None),
        ("--zzzzzz", None),
        ("--jumbo", None),
    ],
)
def test_nearest_option(typed: str, meant: str | None) -> None:
    assert nearest(typed, ["--json", "-j", "--timeout", "-t"]) == meant


def test_nothing_is_offered_that_is_not_near_in_meaning() -> None:
    assert nearest("--sort", ["--user"]) is None
    assert nearest("--no-color", ["--no-ci"]) is None


def test_only_what_exists_is_offered() -> None:
    assert nearest("ls", ["watch"]) is None
    assert nearest("--output", ["--timeout"]) is None


def test_a_page_becomes_text_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        ("-a, --all", "one two three four five six"),
        ("a term longer than most", "meaning"),
        ("a term longer than all others", "else"),
    )
    blocks = [Block("title", "A"), Block("heading", "B"), Block("rows", "", rows)]
    monkeypatch.setenv("COLUMNS", "45")
    assert as_text(blocks, str.upper).splitlines() == [
        "A",
        "",
        "B:",
        "  -a, --all                one two three four",
        "                           five six",
        "  a term longer than most  meaning",
        "  a term longer than all others",
        "                           else",
    ]
    monkeypatch.setenv("COLUMNS", "1")
    assert "meaning" in as_text(blocks, str.upper)


@pytest.mark.parametrize("name", ["gtask", *COMMANDS])
def test_a_commands_page_has_a_summary_its_usage_and_examples(name: str) -> None:
    title, summary, *_ = command_page(name)
    assert title.text == ("gtask" if name == "gtask" else f"gtask {name}")
    assert (summary.kind, summary.text[-1]) == ("text", ".")
    headings = [block.text for block in command_page(name) if block.kind == "heading"]
    assert headings[:2] == ["Usage", "Examples"] or name == "gtask"
    assert all("gtask " in line for line in examples(name))


def terms_of(topic: str) -> list[str]:
    return [term for block in topic_page(topic) for term, _ in block.rows]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_has_one_title_and_only_lists_of_terms(topic: str) -> None:
    kinds = [block.kind for block in topic_page(topic)]
    assert kinds[0] == "title"
    assert kinds.count("title") == 1
    for block in topic_page(topic):
        assert all(term and meaning for term, meaning in block.rows)
        assert "](" not in block.text


def test_every_exit_code_is_explained() -> None:
    first_list = next(block for block in topic_page("exit-codes") if block.kind == "rows")
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
