"""What help says, to the letter, on a terminal of 80 columns."""

import functools
import os
from pathlib import Path

import pytest

from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.pages import TOPICS
from tests.e2e.harness import gtask

FOLDER = Path(__file__).parents[1] / "golden" / "help"
UPDATE = os.environ.get("GTASK_UPDATE_GOLDEN") == "1"
PAGES = {
    "gtask": ["--help"],
    **{name: [name, "--help"] for name in COMMANDS},
    **{f"topic-{name}": ["help", name] for name in TOPICS},
}


@functools.cache
def shown(*arguments: str) -> str:
    ran = gtask(None, *arguments, env={"COLUMNS": "80"})
    assert (ran.status, ran.err) == (0, "")
    return ran.out


@pytest.mark.parametrize("page", sorted(PAGES))
def test_help_is_as_agreed(page: str) -> None:
    path, text = FOLDER / f"{page}.txt", shown(*PAGES[page])
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "if meant: GTASK_UPDATE_GOLDEN=1 make test"
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.skipif(UPDATE, reason="they are being written")
def test_no_golden_page_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(PAGES)


def test_the_overview_fits_a_screen_and_leaves_a_line_for_the_prompt() -> None:
    lines = shown("--help").splitlines()
    assert len(lines) < 24
    for name in COMMANDS:
        assert sum(line.startswith(f"  {name} ") for line in lines) == 1
    assert not any(line.endswith("...") and "[ID...]" not in line for line in lines)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_command_shows_the_same_page(name: str) -> None:
    assert shown("help", name) == shown(name, "--help")


def test_help_alone_is_the_overview() -> None:
    assert shown("help") == shown("--help") == shown("-h") == shown()
