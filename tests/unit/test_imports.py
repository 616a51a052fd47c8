"""The floors of the house: who may import whom, and what a start may cost."""

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.dependencies import unsuitable
from gcore_tasks_cli.sandbox.scenario import Scenario, SimulatedTask
from tests.servers.sandbox import SandboxServer

PACKAGE = Path(__file__).parents[2] / "gcore_tasks_cli"
NAME = "gcore_tasks_cli"

# Lower floors come first; a module imports only from floors below its own, or from its own folder.
FLOORS = (
    {"__init__"},
    {"errors", "times", "sanitize", "dependencies"},
    {"interrupts"},
    {"tasks"},
    {"polling"},
    {"settings"},
    {"api"},
    {"output"},
    {"invocation"},
    {"operations"},
    {"options", "pages"},
    {"parser"},
    {"commands"},
    {"__main__"},
)
# Each heavy library is imported in one place only.
OWNERS = {
    "httpx": ("api/",),
    "pydantic": ("tasks/model.py", "sandbox/"),
    "rich": ("output/terminal.py", "output/live.py"),
    "typer": ("parser.py",),
}


def unit_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> set[str]:
    """Every module that the file imports, at its head or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def floor_of(unit: str) -> int:
    return next(n for n, floor in enumerate(FLOORS) if unit in floor)


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downward(path: Path) -> None:
    unit = unit_of(path)
    for module in imports_of(path):
        parts = module.split(".")
        if parts[0] != NAME:
            continue
        imported = parts[1] if len(parts) > 1 else "__init__"
        if unit == "sandbox":
            # What it simulates has the types of the API's description; else it stands alone.
            is_allowed = imported == "sandbox" or module == f"{NAME}.tasks.meant"
            assert is_allowed, f"the sandbox imports {module}"
        elif imported == "sandbox":
            assert path == PACKAGE / "commands" / "sandbox.py"
        elif imported != unit:
            assert floor_of(imported) < floor_of(unit), f"{unit} imports {module}"


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_each_heavy_library_has_one_owner(library: str) -> None:
    for path in SOURCES:
        if any(module.split(".")[0] == library for module in imports_of(path)):
            assert path.relative_to(PACKAGE).as_posix().startswith(OWNERS[library]), path


def test_only_commands_are_in_commands() -> None:
    files = {path.stem for path in (PACKAGE / "commands").glob("*.py")} - {"__init__"}
    assert files == set(COMMANDS)


def test_waiting_knows_nothing_of_the_network() -> None:
    code = "import gcore_tasks_cli.polling.watch"
    assert not modules_after(code) & {"httpx", "ssl", "socket", "_socket"}


def modules_after(code: str, **more: str) -> set[str]:
    """What a fresh interpreter has loaded after this code, with these variables as well."""
    script = f"{code}\nimport sys; sys.stderr.write('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        # Coverage itself loads sockets.
        env={n: v for n, v in os.environ.items() if not n.startswith("COVERAGE_")} | more,
    )
    return set(done.stderr.splitlines()[-1].split())


# What takes long to import, and what of it each run loads.
HEAVY = {
    *("asyncio", "click", "httpx", "pydantic", "pygments", "rich", "ssl", "typer"),
    *(f"{NAME}.{own}" for own in ("commands.sandbox", "output.terminal", "polling.watch")),
}
# From 0.29 on Typer converts arguments by pydantic: one of the reasons for the pin.
PARSER = {"typer"} | ({"pydantic"} if "typer<0.29,>=0.27" in unsuitable() else set())
REQUEST = PARSER | {"httpx", "ssl"}
WAIT = REQUEST | {f"{NAME}.polling.watch"}
RICH = {"rich", f"{NAME}.output.terminal"}
LOADED = {
    "--version": set(),
    "--help": set(),
    "sandbox --help": PARSER | {f"{NAME}.commands.sandbox"},
    **{f"{name} --help": PARSER for name in COMMANDS if name != "sandbox"},
    "get": PARSER,
    "without a key: get t-1": PARSER,
    "without a key: watch t-1": PARSER | {f"{NAME}.polling.watch"},
    "completion bash": PARSER,
    **{f"{name} t-1{form}": REQUEST for name in ("get", "ack") for form in ("", " --json")},
    **{f"resources t-1{form}": WAIT for form in ("", " --json")},
    **{f"watch t-1{form}": WAIT for form in ("", " --json")},
    **{f"list{form}": REQUEST for form in ("", " --json")},
    "for people: get t-1": REQUEST | RICH | {"pydantic"},
    "for people: resources t-1": WAIT | RICH | {"pydantic"},
    "for people: watch t-1": WAIT | RICH | {"pydantic"},
    "for people: list": REQUEST | RICH,
}


@pytest.mark.parametrize("line", LOADED)
def test_what_each_run_loads(line: str) -> None:
    mode, _, arguments = line.rpartition(": ")
    with SandboxServer(Scenario(tasks=[SimulatedTask(id="t-1", lasts=0.0, age=60.0)])) as server:
        loaded = modules_after(
            f"import sys; sys.argv[1:] = {arguments.split()}\n"
            "import os; os._exit = lambda status: None\n"
            f"from {NAME}.__main__ import main; main()",
            FORCE_COLOR="1" if mode == "for people" else "",
            GCORE_API_KEY="" if mode == "without a key" else server.api_key,
            GCORE_BASE_URL=server.base_url,
            GTASK_NO_HISTORY="1",
            GITHUB_ACTIONS="",
        )
    assert loaded & HEAVY == LOADED[line]


def test_a_click_that_is_installed_costs_nothing(tmp_path: Path) -> None:
    # httpx would import it, and pygments and rich with it.
    (tmp_path / "click.py").write_text("raise AssertionError('click was imported')\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {NAME}.api.session"
    assert not modules_after(code) & {"click", "rich", "pygments"}
