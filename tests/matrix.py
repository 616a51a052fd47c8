"""The suite on the built wheel, with each Python that this machine has: python -m tests.matrix.

Arguments choose among the Python versions, `lowest` (the lowest versions that the dependencies may
have), `newest` (the newest that there are, whatever the pins say), `httpx2` (in place of httpx) and
`wheel` (the wheel alone, in an empty environment). What is not there is passed over unless it was
asked for.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ALL = (*PYTHONS, "lowest", "newest", "httpx2", "wheel")
# The module of this name that stands for httpx or httpcore in the row `httpx2`.
STAND_IN = "import sys, {name}2\n\nsys.modules[__name__] = {name}2\n"
# As `make test` hands them out.
BESIDE_EACH_OTHER = ("-n", "8", "--dist", "loadfile")


def lower_bounds() -> list[str]:
    """The run-time dependencies, each pinned to the lowest version that it may have."""
    return [re.sub(r">=([\w.]+).*", r"==\1", each) for each in _project()["dependencies"]]


def without_bounds() -> list[str]:
    """All dependencies, those of development too, by name alone."""
    all_of_them = (*_project()["dependencies"], *_project()["optional-dependencies"]["dev"])
    return [re.split(r"[<>=;]", each)[0] for each in all_of_them]


def _project() -> dict[str, Any]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def python_of(version: str) -> str | None:
    """An interpreter of this version: from PATH, or the newest that pyenv has."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        return sys.executable
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    managed = sorted(root.glob(f"versions/{version}.*/bin/python"))
    for candidate in (*map(str, reversed(managed)), shutil.which(f"python{version}")):
        if candidate and _works(candidate):
            return candidate
    return None


def main(chosen: list[str]) -> int:
    """Runs the rows; how many of them failed."""
    failed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run(sys.executable, "-m", "build", "-n", "--outdir", str(folder), str(ROOT))
        (wheel,) = folder.glob("*.whl")
        for row in chosen or ALL:
            if (python := _python(row)) is None:
                print(f"{row}: no such Python here")
                failed += [row] if chosen else []
            elif not _passes(row, python, wheel, folder / row):
                failed.append(row)
    print(f"failed: {', '.join(failed)}" if failed else "all passed")
    return len(failed)


def _python(row: str) -> str | None:
    if row == "wheel":
        return sys.executable
    newest = PYTHONS[::-1]
    versions = {"lowest": PYTHONS[:1], "newest": newest, "httpx2": newest}.get(row, (row,))
    return next(filter(None, map(python_of, versions)), None)


def _works(python: str) -> bool:
    done = subprocess.run([python, "-c", "import venv, ssl"], capture_output=True, check=False)
    return done.returncode == 0


def _passes(row: str, python: str, wheel: Path, folder: Path) -> bool:
    print(f"== {row}", flush=True)
    if row == "wheel":
        tests = [sys.executable, "-m", "pytest", "tests/e2e/test_wheel.py"]
        env = {**os.environ, "GTASK_TEST_WHEEL": str(wheel)}
        return subprocess.run(tests, cwd=ROOT, env=env, check=False).returncode == 0
    _run(python, "-m", "venv", str(folder))
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    install = [str(programs / "python"), "-m", "pip", "install", "-q"]
    _run(*install, f"{wheel}[dev]", *(lower_bounds() if row == "lowest" else ()))
    if row == "newest":
        _run(*install, "--upgrade", *without_bounds())  # pip says which pins are ignored
    if row == "httpx2":
        _replace_httpx(install)
    tests = [str(programs / "python"), "-m", "pytest", *BESIDE_EACH_OTHER]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode == 0


def _replace_httpx(install: list[str]) -> None:
    """Puts httpx2 in the place of httpx, in the environment that this command installs into."""
    python = install[0]
    _run(*install, "httpx2[socks]")
    _run(python, "-m", "pip", "uninstall", "-q", "-y", "httpx", "httpcore")
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    modules = Path(subprocess.run(ask, capture_output=True, check=True, text=True).stdout.strip())
    for name in ("httpx", "httpcore"):
        (modules / f"{name}.py").write_text(STAND_IN.format(name=name), encoding="utf-8")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
