"""`gtask completion`: prints the script that makes a shell complete gtask."""

from typing import Annotated

import typer

# Shell → the file beside `generate.py`, which wrote it.
SCRIPTS = {
    "bash": "gtask.bash",
    "zsh": "_gtask",
    "fish": "gtask.fish",
    "powershell": "gtask.ps1",
}


def run(
    shell: Annotated[
        str,
        typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell."),
    ],
) -> None:
    """Print the completion script for bash, zsh, fish or PowerShell.

    A TAB then completes commands, options, states, types, files and the IDs of tasks seen lately,
    and starts no Python for it. GTASK_NO_HISTORY=1 keeps no IDs.

    \b
    To have it in every shell, one line in the file that yours reads at its start:
      ~/.bashrc                   eval "$(gtask completion bash)"
      ~/.zshrc, after compinit    eval "$(gtask completion zsh)"
      ~/.config/fish/config.fish  gtask completion fish | source
      $PROFILE                    gtask completion powershell | Out-String | iex

    \b
    Examples:
      gtask completion bash
      gtask completion zsh > _gtask
    """
    from gcore_tasks_cli.errors import UsageError
    from gcore_tasks_cli.help import did_you_mean
    from gcore_tasks_cli.output.streams import Streams

    name = {"pwsh": "powershell"}.get(shell.lower(), shell.lower())
    if name not in SCRIPTS:
        hint = f"{did_you_mean(name, list(SCRIPTS))}Known: {', '.join(SCRIPTS)}"
        raise UsageError(f"there is no completion for {shell!r}", hint=hint)
    Streams.standard().data(_script(SCRIPTS[name]))


def _script(name: str) -> str:
    from pathlib import Path

    from gcore_tasks_cli.errors import UsageError

    package = Path(__file__).parents[1]
    # In a wheel they lie in the package; in a checkout beside it, where they are generated.
    for folder in (package / "completions", package.parent / "completions"):
        path = folder / name
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise UsageError(f"{name} is missing from this installation of gtask")
