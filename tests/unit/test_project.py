"""The project's own files say the same thing."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from gcore_tasks_cli import __version__
from tests import release
from tests.matrix import PYTHONS, lower_bounds

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / ".github" / "requirements-dev.txt").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_one_version() -> None:
    assert PROJECT["version"] == __version__
    changelog = (ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = r"^## \[([\d.]+)\] - (unreleased|\d{4}-\d\d-\d\d)$"
    ((newest, date), *_) = re.findall(heading, changelog, re.MULTILINE)
    assert __version__ == (f"{newest}.dev0" if date == "unreleased" else newest)


def test_a_release_lacks_what_the_owner_has_not_named() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    unnamed = re.sub(r'^(license|Repository) = ".*"\n', "", text, flags=re.MULTILINE)
    assert len(release.missing(unnamed)) == 2
    named = unnamed.replace("[project]", '[project]\nlicense = "MIT"')
    assert len(release.missing(named)) == 1
    named = named.replace('# Repository = "', 'Repository = "')
    assert len(release.missing(named)) == 1
    assert release.missing(named.replace(release.NO_ADDRESS, "https://example.com/r")) == []


def test_the_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    changelog = "# C\n\n## [0.2.0] - unreleased\n\n- new\n\n## [0.1.0] - 2026-01-01\n\n- old\n"
    assert release.notes(changelog, "0.2.0") == "- new"
    assert release.notes(changelog, "0.1.0") == "- old"
    assert release.notes(changelog, "0.1") == ""


def test_every_dependency_has_a_lowest_version() -> None:
    names = [re.fullmatch(r"(\w+)==[\d.]+", pin) for pin in lower_bounds()]
    assert {name[1] for name in names if name} == {"typer", "httpx", "rich", "pydantic"}


def test_the_lock_holds_all_dependencies_by_hash_and_names_no_host() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:", LOCK, re.MULTILINE))
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    assert {re.split(r"[\[>=<]", each)[0] for each in wanted} <= locked
    assert len(locked) == len(re.findall(r"^[a-z]\S*==", LOCK, re.MULTILINE))
    assert "://" not in LOCK
    assert "--index" not in LOCK


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_trust_little(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert re.findall(r"uses: (?!\S+@[0-9a-f]{40} # v\d)", text) == []
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 40
        assert all("${{" not in step.get("run", "") for step in job["steps"])


def test_workflows_run_each_python() -> None:
    (test,) = [path for path in WORKFLOWS if path.name == "test.yml"]
    matrix = yaml.safe_load(test.read_text())["jobs"]["test"]["strategy"]["matrix"]
    assert tuple(matrix["python"]) == PYTHONS
    for version in PYTHONS:
        assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]
