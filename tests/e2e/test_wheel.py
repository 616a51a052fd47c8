"""What is published: the wheel alone, in an empty environment away from the checkout."""

import os
import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from gcore_tasks_cli import __version__
from gcore_tasks_cli.commands.completion import SCRIPTS
from gcore_tasks_cli.pages import TOPICS
from tests.e2e.harness import environment
from tests.markdown import links_in
from tests.matrix import BESIDE_EACH_OTHER, PYTHONS
from tests.release import NO_ADDRESS

ROOT = Path(__file__).parents[2]
NEEDS_SOCKS = "tests/e2e/test_socks.py"
RUN_TIME = {"typer", "httpx", "rich", "pydantic"}


def run(*command: str) -> None:
    """Runs the command; a failure shows what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def installed(requirement: str, folder: Path) -> str:
    """The gtask of the environment in this folder, which is made empty if it is not there."""
    run(sys.executable, "-m", "venv", str(folder))
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    run(str(programs / "python"), "-m", "pip", "-q", "install", requirement)
    return str(programs / "gtask")


def check(gtask: str, monkeypatch: pytest.MonkeyPatch, *tests: str) -> None:
    """Runs the tests on this gtask, with pytest and all else from the environment of this one."""
    monkeypatch.delenv("GTASK_TEST_WHEEL")
    monkeypatch.setenv("GTASK_COMMAND", gtask)
    monkeypatch.chdir(ROOT)
    run(sys.executable, "-m", "pytest", *BESIDE_EACH_OTHER, *tests)


in_the_matrix = pytest.mark.skipif(
    "GTASK_TEST_WHEEL" not in os.environ, reason="`make matrix` runs it"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if built := os.environ.get("GTASK_TEST_WHEEL"):
        return Path(built)
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "-nw", "--outdir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def test_its_metadata_are_fit_to_publish(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = Parser().parsestr(archive.read(metadata).decode())
    pages = {f"gcore_tasks_cli/{page}" for page in TOPICS.values()}
    assert {"gcore_tasks_cli/py.typed", *pages} <= set(names)
    assert not [name for name in names if "test" in name]
    needed = [n for n in said.get_all("Requires-Dist", []) if "extra ==" not in n]
    assert {re.split(r"\W", name)[0] for name in needed} == RUN_TIME
    assert said["Description-Content-Type"] == "text/markdown"
    assert said["Summary"]
    assert said["Keywords"]
    classifiers = said.get_all("Classifier", [])
    assert "Typing :: Typed" in classifiers
    for version in PYTHONS:
        assert f"Programming Language :: Python :: {version}" in classifiers


def test_no_link_of_the_description_would_be_dead_on_an_index(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        said = Parser().parsestr(archive.read(metadata).decode())
    links = {link for link in links_in(str(said.get_payload())) if not link.startswith("#")}
    beside = re.compile(
        rf"(?:https://\S+|{NO_ADDRESS})/(raw|blob)/v{re.escape(__version__)}/([^#]+)"
    )
    files = [found for link in sorted(links) if (found := beside.fullmatch(link.partition("#")[0]))]
    assert all(link.startswith(("https://", f"{NO_ADDRESS}/")) for link in links)
    assert {(found[1], Path(found[2]).suffix) for found in files} == {
        ("raw", ".svg"),
        ("blob", ".md"),
    }
    assert all((ROOT / found[2]).is_file() for found in files)


def test_it_holds_the_completions_and_the_manual_page(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for place in (
        *(f"gcore_tasks_cli/completions/{name}" for name in SCRIPTS.values()),
        "share/bash-completion/completions/gtask",
        "share/zsh/site-functions/_gtask",
        "share/fish/vendor_completions.d/gtask.fish",
        "share/man/man1/gtask.1",
    ):
        assert any(name.endswith(place) for name in names), place


@in_the_matrix
def test_it_works_where_nothing_else_is_installed(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gtask = installed(str(wheel), tmp_path / "empty")
    others = ("--ignore=tests/e2e/test_wheel.py", f"--ignore={NEEDS_SOCKS}")
    check(gtask, monkeypatch, "tests/e2e", *others)


@in_the_matrix
def test_a_socks_proxy_needs_the_extra(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gtask = installed(str(wheel), tmp_path / "empty")
    env = environment(GCORE_API_KEY="k", HTTPS_PROXY="socks5://127.0.0.1:1")
    done = subprocess.run([gtask, "list"], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pipx inject gcore-tasks-cli socksio" in done.stderr
    installed(f"{wheel}[socks]", tmp_path / "empty")
    check(gtask, monkeypatch, NEEDS_SOCKS)
