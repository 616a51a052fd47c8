"""What a release needs beside its tests: python -m tests.release missing|notes.

`missing` prints what the owner has yet to name in pyproject.toml, and fails if that is anything;
`notes` prints the changelog's section of this version.
"""

import re
import sys
import tomllib
from pathlib import Path

from gcore_tasks_cli import __version__

ROOT = Path(__file__).parents[1]
# What pyproject.toml has in the place of the repository's address until that is known.
NO_ADDRESS = "ADDRESS"


def missing(pyproject: str) -> list[str]:
    """What the owner has yet to name."""
    project = tomllib.loads(pyproject)["project"]
    lacking = []
    if "license" not in project:
        lacking.append("the licence: without one nobody may use what is published")
    if "Repository" not in project["urls"] or NO_ADDRESS in re.sub("#.*", "", pyproject):
        lacking.append("the repository's address: on an index the README's links lead nowhere")
    return lacking


def notes(changelog: str, version: str) -> str:
    """The section of this version, without its heading; empty if there is none."""
    section = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def main(what: str) -> int:
    """Prints what was asked for; 1 if a release cannot go out like this."""
    if what == "missing":
        lacking = missing((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        for each in lacking:
            print(f"missing in pyproject.toml: {each}", file=sys.stderr)
        return bool(lacking)
    text = notes((ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8"), __version__)
    print(text)
    return not text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
