"""The pages agree with each other and with the code, and their links lead somewhere."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.errors import ExitCode
from gcore_tasks_cli.pages import TOPICS
from tests.fault_matrix.rows import ROWS
from tests.markdown import links_in

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = (".github", "completions", "gcore_tasks_cli", "tests")
PAGES = [ROOT / "README.md", *(p for name in FOLDERS for p in (ROOT / name).rglob("*.md"))]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*_*.yml"))


@cache
def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives to the page's headings."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    titles = (
        following.content.lower()
        for token, following in pairwise(tokens)
        if token.type == "heading_open"
    )
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in links_in(page.read_text(encoding="utf-8")):
        if re.match(r"https://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors_of(target), link


def test_the_front_page_is_short_and_has_all_commands_topics_and_statuses() -> None:
    assert len(README.splitlines()) <= 250
    assert set(re.findall(r"^\| `gtask (\w+)", README, re.MULTILINE)) == set(COMMANDS)
    assert re.findall(r"^\| `([\w-]+)` \| \[", README, re.MULTILINE) == list(TOPICS)
    table = README.partition("| status | meaning |\n|---|---|\n")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()]
    assert [int(code) for cell in cells for code in cell.split(",")] == sorted(ExitCode)
    common = sum(row.name_lookup is None and "settings" not in row.promises for row in ROWS)
    assert f"Of {common} faults that can happen to all three" in " ".join(README.split()), (
        "python -m tests.benchmarks faults"
    )


def test_the_page_for_contributors_names_each_folder_and_make_target() -> None:
    page = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {
        path.parent.name for path in (ROOT / "gcore_tasks_cli").rglob("*.*") if path.is_file()
    }
    named = set(re.findall(r"^ *(\w+)/", page, re.MULTILINE))
    assert folders - {"__pycache__"} <= named
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = makefile.partition(".PHONY: ")[2].partition("\n")[0].split()
    assert set(targets) <= set(re.findall(r"`make (\w+)`", page))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_issue_forms_are_as_github_expects_them(form: Path) -> None:
    fields = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert set(fields) == {"name", "description", "labels", "body"}
    for part in fields["body"]:
        assert part["type"] in ("textarea", "input", "dropdown", "checkboxes")
        assert part["id"]
        assert part["attributes"]["label"]
