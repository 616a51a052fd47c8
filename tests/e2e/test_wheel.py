"""What is published: the wheel alone, in an empty environment away from the checkout."""

import os
import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN_TIME = {"typer", "httpx", "rich", "pydantic"}
# One of each kind: what gtask prints, how it ends, and that it needs nothing of the checkout.
SMOKE = (
    "tests/e2e/test_get.py",
    "tests/e2e/test_statuses.py::test_1_a_task_ended_in_error",
    "tests/e2e/test_statuses.py::test_3_the_key_is_refused",
    "tests/e2e/test_statuses.py::test_124_the_timeout_passed",
)


def pip(*arguments: str, python: str = sys.executable) -> None:
    """Runs pip; where it cannot fetch what it needs, nothing can be said here."""
    done = subprocess.run(
        [python, "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"pip cannot do this here: {done.stderr[-300:]}")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if built := os.environ.get("GTASK_TEST_WHEEL"):
        return Path(built)
    folder = tmp_path_factory.mktemp("dist")
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def test_its_metadata_are_fit_to_publish(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = Parser().parsestr(archive.read(metadata).decode())
    assert "gcore_tasks_cli/py.typed" in names
    assert not [name for name in names if "test" in name]
    needed = [n for n in said.get_all("Requires-Dist", []) if "extra ==" not in n]
    assert {re.split(r"\W", name)[0] for name in needed} == RUN_TIME
    assert said["Description-Content-Type"] == "text/markdown"
    assert said["Summary"]
    assert said["Keywords"]
    classifiers = said.get_all("Classifier", [])
    assert "Typing :: Typed" in classifiers
    for version in ("3.11", "3.12", "3.13"):
        assert f"Programming Language :: Python :: {version}" in classifiers


@pytest.mark.skipif("GTASK_TEST_WHEEL" not in os.environ, reason="`make matrix` runs it")
def test_it_works_where_nothing_else_is_installed(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "empty")], check=True)
    programs = tmp_path / "empty" / ("Scripts" if sys.platform == "win32" else "bin")
    pip("install", str(wheel), python=str(programs / "python"))
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    del env["GTASK_TEST_WHEEL"]
    env["GTASK_COMMAND"] = str(programs / "gtask")
    smoke = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SMOKE]
    done = subprocess.run(smoke, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
