"""`gtask completion`: prints the script that makes a shell complete gtask."""

from pathlib import Path

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.options import Command, argument

# Shell → the file beside `generate.py`, which wrote it.
SCRIPTS = {"bash": "gtask.bash", "zsh": "_gtask", "fish": "gtask.fish", "powershell": "gtask.ps1"}


class Completion(Command):
    """The scripts lie in the package in a wheel, beside it in a checkout."""

    shell: str | None = argument("SHELL", "bash, zsh, fish or powershell.")

    def run(self) -> int:
        """Prints the script."""
        from gcore_tasks_cli.output.streams import Streams
        from gcore_tasks_cli.parser import did_you_mean

        shell = (self.shell or "").lower().replace("pwsh", "powershell")
        if shell not in SCRIPTS:
            hint = did_you_mean(shell, list(SCRIPTS)) or f"one of {', '.join(SCRIPTS)}"
            raise UsageError(f"there is no completion for {self.shell!r}", hint=hint)
        package = Path(__file__).parents[1]
        for folder in (package / "completions", package.parent / "completions"):
            if (script := folder / SCRIPTS[shell]).is_file():
                Streams.standard().data(script.read_text(encoding="utf-8"))
                return 0
        raise UsageError(f"{SCRIPTS[shell]} is missing from this installation of gtask")
