"""Which of gtask's dependencies are installed in a version that it was not made for.

Only an internal error asks, since reading what is installed takes longer than a start of gtask.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "gcore-tasks-cli"
# What an installer of commands leaves in an environment of its own → how it mends that environment.
_REINSTALL = {
    "pipx_metadata.json": f"pipx reinstall {DISTRIBUTION}",
    "uv-receipt.toml": f"uv tool upgrade --reinstall {DISTRIBUTION}",
}


def advice() -> str:
    """What to do about dependencies of unsuitable versions; empty where there are none."""
    wrong = unsuitable()
    if not wrong:
        return ""
    needs = ", ".join(f"{need} (here: {version or 'none'})" for need, version in wrong.items())
    remedy = "install it in an environment of its own, with pipx or uv tool, or run "
    remedy += " ".join((sys.executable, "-m pip install", *(f"'{need}'" for need in wrong)))
    own = (command for file, command in _REINSTALL.items() if Path(sys.prefix, file).is_file())
    return f"gtask was made for {needs}: {next(own, remedy)}"


def unsuitable() -> dict[str, str]:
    """Requirement (`typer<0.29,>=0.27`) → the version that is installed, where they disagree.

    The version is empty where the dependency is missing.
    """
    found = {}
    for requirement in metadata.requires(DISTRIBUTION) or ():
        need, _, condition = requirement.partition(";")
        name, *bounds = re.findall(r"[<>=]+[\d.]+|^[\w-]+", need)
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            version = ""
        # What has a condition belongs to an extra.
        if not condition and not all(_fits(version, bound) for bound in bounds):
            found[need.strip()] = version
    return found


def _fits(version: str, bound: str) -> bool:
    """Whether the version is as the bound, `>=0.27` or `<0.29`, says."""
    return (_numbers(version) < _numbers(bound)) == bound.startswith("<")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
