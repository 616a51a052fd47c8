"""Writes the manual page and the table of each completion script: python -m completions.generate.

The scripts are written by hand but for this table.
"""

import sys
from pathlib import Path

from completions import manual
from completions.interface import table
from gcore_tasks_cli.commands.completion import SCRIPTS

FOLDER = Path(__file__).parent
MANUAL = "gtask.1"
# Shell → how its script writes the table: the line before it, the form of a row, the line after it,
# and what stands for a single quote in a row.
_FORMS = {
    "bash": ("_gtask_table=(", "    '{}'", ")", "'\\''"),
    "zsh": ("_gtask_table=(", "    '{}'", ")", "'\\''"),
    "fish": ("set -g __gtask_table", "set -a __gtask_table '{}'", "", "'\\''"),
    "powershell": ("    $table = @(", "        '{}'", "    )", "''"),
}


def generated() -> dict[str, str]:
    """File name → what the file should hold."""
    rows = table()
    files = {MANUAL: manual.page()}
    for shell, (before, around, after, quote) in _FORMS.items():
        lines = (FOLDER / SCRIPTS[shell]).read_text(encoding="utf-8").split("\n")
        bare = [line.strip() for line in lines]
        place = slice(bare.index("# the table") + 1, bare.index("# end of the table"))
        written = [before, *(around.format(row.replace("'", quote)) for row in rows), after]
        lines[place] = [line for line in written if line]
        files[SCRIPTS[shell]] = "\n".join(lines)
    return files


def stale(files: dict[str, str]) -> list[str]:
    """The names of the files that are missing or hold something else."""
    return [
        name
        for name, text in files.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != text.encode()
    ]


def main() -> None:
    """Writes what is stale."""
    files = generated()
    for name in stale(files):
        (FOLDER / name).write_bytes(files[name].encode())
        sys.stderr.write(f"wrote completions/{name}\n")


if __name__ == "__main__":
    main()
