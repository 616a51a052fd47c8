"""Writes the completion scripts and the manual page beside itself: python -m completions.generate.

With `--check` it writes nothing and leaves with 1 if one of them is not what it would write.
"""

import sys
from pathlib import Path

from completions import bash, fish, manual, powershell, zsh
from completions.interface import read_interface
from gcore_tasks_cli.commands.completion import SCRIPTS

FOLDER = Path(__file__).parent
MANUAL = "gtask.1"


def generated() -> dict[str, str]:
    """File name → what belongs into it."""
    interface = read_interface()
    return {
        SCRIPTS["bash"]: bash.script(interface),
        SCRIPTS["zsh"]: zsh.script(interface),
        SCRIPTS["fish"]: fish.script(interface),
        SCRIPTS["powershell"]: powershell.script(interface),
        MANUAL: manual.script(interface),
    }


def stale(files: dict[str, str]) -> list[str]:
    """The names of the files that are missing or hold something else."""
    return [
        name
        for name, text in files.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != text.encode()
    ]


def main(arguments: list[str]) -> int:
    """The exit status."""
    files = generated()
    names = stale(files)
    if arguments == ["--check"]:
        for name in names:
            sys.stderr.write(f"completions/{name} is stale: python -m completions.generate\n")
        return 1 if names else 0
    for name in names:
        (FOLDER / name).write_bytes(files[name].encode())
        sys.stderr.write(f"wrote completions/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
