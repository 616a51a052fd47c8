"""Which of gtask's dependencies are installed in a version that it was not made for.

Only an internal error asks, since reading what is installed takes longer than a start of gtask.
"""

import re
from importlib import metadata

DISTRIBUTION = "gcore-tasks-cli"


def advice() -> str:
    """What to do about dependencies of unsuitable versions; empty where there are none."""
    wrong = unsuitable()
    if not wrong:
        return ""
    needs = ", ".join(f"{need} (here: {version or 'none'})" for need, version in wrong.items())
    install = " ".join(f"'{need}'" for need in wrong)
    return (
        f"gtask was made for {needs}: install it in an environment of its own with pipx install "
        f"{DISTRIBUTION}, or run python -m pip install {install}"
    )


def unsuitable() -> dict[str, str]:
    """Requirement (`typer<0.29,>=0.27`) → the version that is installed, where they disagree.

    The version is empty where the dependency is missing.
    """
    found = {}
    for requirement in metadata.requires(DISTRIBUTION) or ():
        need, _, condition = requirement.partition(";")
        name, *bounds = re.findall(r"[<>=]+[\d.]+|^[\w-]+", need)
        if condition:  # it belongs to an extra
            continue
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            version = ""
        if not version or not all(_fits(version, bound) for bound in bounds):
            found[need.strip()] = version
    return found


def _fits(version: str, bound: str) -> bool:
    """Whether the version is as the bound, `>=0.27` or `<0.29`, says."""
    limit = _release(bound.lstrip("<>="))
    return _release(version) < limit if bound.startswith("<") else _release(version) >= limit


def _release(version: str) -> list[int]:
    """The numbers that a version begins with: 0, 29 and 0 of `0.29.0rc1`."""
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    return [int(number) for number in numbers[0].split(".")] if numbers else []
