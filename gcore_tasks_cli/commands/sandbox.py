"""`gtask sandbox`: a local stand-in for the tasks API."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import ExitCode, UsageError
from gcore_tasks_cli.interrupts import handle_with
from gcore_tasks_cli.options import INPUT, Command, argument, option

if TYPE_CHECKING:
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.sandbox.scenario import Scenario

_IS_WINDOWS = os.name == "nt"
_SIGNAL_POLL_SECONDS = 0.1
# The exit statuses of shells.
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126
_POWERSHELLS = ("pwsh", "powershell")
_SHELLS = ("bash", "zsh", "fish", "sh", "dash", "ksh", "csh", "tcsh", "nu", *_POWERSHELLS)


class Sandbox(Command, heading=INPUT):
    """A stand-in for the API, for a command or until Ctrl-C."""

    command: list[str] = argument(
        "[-- COMMAND...]", "Run this command with the sandbox's settings and exit with its status."
    )
    scenario: str | None = option(
        "--scenario FILE", "A JSON file that describes other tasks and faults."
    )
    port: str | None = option("--port PORT", "The port to listen on. [default: a free one]")

    def run(self) -> int:
        """Starts it, and the command."""
        from gcore_tasks_cli.output.streams import Streams
        from gcore_tasks_cli.sandbox.server import SandboxServer
        from gcore_tasks_cli.settings.settings import secrets_at_hand

        # The printed key is not hidden, even if the same one is set already.
        streams = Streams.standard(secrets_at_hand(os.environ) if self.command else ())
        chosen = _scenario(self.scenario)
        port = self.port or "0"
        try:
            server = SandboxServer(chosen, port=int(port))
        except (ValueError, OverflowError):
            raise UsageError(f"--port is a number up to 65535, not {port[:50]!r}") from None
        except OSError as error:
            raise UsageError(f"cannot listen on port {port}: {error.strerror}") from None
        with server:
            if self.command:
                return _run(streams, self.command, server.variables)
            return _serve(streams, server.variables)


def _scenario(path: str | None) -> "Scenario":
    from gcore_tasks_cli.sandbox.scenario import Scenario, parse_scenario

    if path is None:
        return Scenario()
    try:
        return parse_scenario(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read the scenario file {path!r}: {reason}") from None


def _run(streams: "Streams", command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs the command; its exit status, as a shell would report it.

    The terminal sends Ctrl-C to the whole process group, so the command gets it and decides what to
    do; SIGTERM and SIGHUP may come to this process alone, and are passed on. A signal that was
    ignored before gtask started (nohup) stays ignored, for the command too.
    """
    from gcore_tasks_cli.errors import GtaskError

    early: list[int] = []
    handle_with(lambda number, _frame: early.append(number))
    if hasattr(signal, "SIGCHLD"):
        # If it is ignored, the system keeps no exit status.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if _is_interactive_shell(command) and streams.is_interactive:
        streams.note("gtask: this shell uses the sandbox, whose tasks have started. Try:")
        streams.note(f"  gtask watch {_reference('GTASK_SANDBOX_TASK_IDS', command[0])}")
        streams.note("gtask: to leave the shell and end the sandbox: exit, or Ctrl-D")
    try:
        child = subprocess.Popen(_found(command), env={**os.environ, **variables})
    except FileNotFoundError:
        streams.error(GtaskError(f"command not found: {command[0]}"))
        return _NOT_FOUND
    except (OSError, ValueError) as error:
        streams.error(GtaskError(f"cannot run {command[0]}: {error}"))
        return _NOT_EXECUTABLE

    def pass_on(number: int, _frame: FrameType | None = None) -> None:
        if number != signal.SIGINT:
            child.send_signal(number)

    handle_with(pass_on)
    for number in early:
        pass_on(number)
    return _exit_status(child.wait())


def _found(command: Sequence[str]) -> Sequence[str]:
    """The command; on Windows with the path of its program, which by itself finds no .cmd file."""
    program, *arguments = command
    path = shutil.which(program) if _IS_WINDOWS else None
    return [path or program, *arguments]


def _exit_status(of_child: int) -> int:
    """The exit status for what a command ended with.

    A signal's number is negative. Statuses of Windows have 32 bits: 0xC000013A is Ctrl-C; a process
    can only leave with them as signed numbers.
    """
    if of_child < 0:
        return 128 - of_child
    return of_child if of_child < 2**31 else of_child - 2**32


def _serve(streams: "Streams", variables: Mapping[str, str]) -> int:
    """Prints how to use the sandbox and serves until a signal comes; the exit status for it."""
    from gcore_tasks_cli.settings.key import export

    stopped: list[int] = []
    handle_with(lambda number, _frame: stopped.append(number))
    shell = "powershell" if _IS_WINDOWS else "sh"
    for name, value in variables.items():
        streams.data(export(name, value) + "\n")
    streams.note("gtask: serving until Ctrl-C. Set these variables in another terminal, then:")
    streams.note(f"  gtask watch {_reference('GTASK_SANDBOX_TASK_IDS', shell)}")
    while not stopped:
        time.sleep(_SIGNAL_POLL_SECONDS)  # a signal does not interrupt a sleep on every system
    # Ctrl-C is the ordinary way to end it.
    return ExitCode.OK if stopped[0] == signal.SIGINT else ExitCode.TERMINATED


def _is_interactive_shell(command: Sequence[str]) -> bool:
    """Whether it is a shell with neither a script nor `-c COMMAND`."""
    name, *arguments = command
    is_shell = Path(name).stem.lower() in _SHELLS
    return is_shell and all(word.startswith("-") for word in arguments)  # -c has one that does not


def _reference(variable: str, shell: str) -> str:
    """How this shell refers to an environment variable."""
    is_powershell = Path(shell).stem.lower() in _POWERSHELLS
    return f"$env:{variable}" if is_powershell else f'"${variable}"'
