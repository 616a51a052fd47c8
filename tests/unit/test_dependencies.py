"""Dependencies of versions that gtask was not made for."""

import re
import sys
from pathlib import Path

import pytest

from gcore_tasks_cli.dependencies import advice, unsuitable
from tests.e2e.harness import gtask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a broken Typer is, whose version `pretend` sets."""
    (tmp_path / "typer.py").write_text("raise RuntimeError('broken')\n")
    return tmp_path


def pretend(folder: Path, version: str) -> None:
    metadata = folder / f"typer-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: typer\nVersion: {version}\n")


@pytest.mark.parametrize(
    ("version", "is_suitable"),
    [
        *(("0.27", True), ("0.27.0", True), ("0.28.99", True)),
        *(("0.9.4", False), ("0.26.8", False), ("0.29", False), ("0.29.0rc1", False), ("1", False)),
    ],
)
def test_a_version_is_held_against_the_bounds(
    version: str, is_suitable: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(folder, version)
    monkeypatch.syspath_prepend(folder)
    of_typer = [has for need, has in unsuitable().items() if need.startswith("typer")]
    assert of_typer == ([] if is_suitable else [version])


def test_an_internal_error_names_the_dependency_and_what_to_do(folder: Path) -> None:
    pretend(folder, "0.99.1")
    ran = gtask(None, "get", "x", env={"PYTHONPATH": str(folder)})
    assert ran.status == 70
    assert "hint: gtask was made for " in ran.err
    assert "typer<0.29,>=0.27 (here: 0.99.1)" in ran.err
    # Others may not fit either: the tests also run with newer ones than gtask was made for.
    folder_of_python = re.escape(str(Path(sys.executable).parent))
    assert re.search(rf"or run {folder_of_python}\S+ -m pip install .*'typer<0.29,>=0.27'", ran.err)
    assert "report" not in ran.err


@pytest.mark.parametrize(
    ("left_by_installer", "command"),
    [
        ("pipx_metadata.json", "pipx reinstall gcore-tasks-cli"),
        ("uv-receipt.toml", "uv tool upgrade --reinstall gcore-tasks-cli"),
    ],
)
def test_an_environment_of_its_own_is_mended_by_what_made_it(
    left_by_installer: str, command: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(folder, "0.99.1")
    (folder / left_by_installer).touch()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "prefix", str(folder))
    assert advice().endswith(f"(here: 0.99.1): {command}")


@pytest.mark.skipif(
    any(not need.startswith("typer") for need in unsuitable()), reason="others are unsuitable"
)
def test_an_internal_error_with_the_right_versions_asks_for_a_report(folder: Path) -> None:
    pretend(folder, "0.28.1")
    ran = gtask(None, "get", "x", env={"PYTHONPATH": str(folder)})
    assert ran.status == 70
    assert "hint: please report it" in ran.err
