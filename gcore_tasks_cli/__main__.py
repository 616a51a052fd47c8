"""The entry point; the only place where an error becomes a message and an exit status."""

# Until `main` has taken over, a signal ends the process in silence: Python's own handler would
# print a traceback of whatever is being imported. `_signal` is built into the interpreter; the
# import of `signal` takes so long that it may be interrupted itself.
import _signal  # type: ignore[import-not-found]  # it has no type stubs

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import contextlib
import gc
import os
import sys
from collections.abc import Sequence

from gcore_tasks_cli import __version__
from gcore_tasks_cli.errors import ExitCode, GtaskError, OutputClosed

TYPE_CHECKING = False  # that of `typing`, whose import would take a sixth of `--version`
if TYPE_CHECKING:
    from typing import NoReturn

# `--color` → the variable that all output goes by.
_COLOR_VARIABLES = {"always": "FORCE_COLOR", "never": "NO_COLOR"}


def main() -> "NoReturn":
    """Runs gtask and leaves with its exit status.

    It leaves by `os._exit`: a request that hangs in a thread must not hold up the end.
    """
    # Next to nothing of what a start makes is garbage; looking for some took 5 % of its time, and a
    # third of that of a long list.
    gc.set_threshold(100_000)
    os._exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """The exit status of gtask with these arguments; errors are printed to standard error."""
    try:
        # Scripts and bug reports ask for the version more often than for anything else.
        if arguments[:1] in (["--version"], ["-V"]):
            print(f"gtask {__version__}", flush=True)  # noqa: T201  (to a closed stream, nothing)
            return ExitCode.OK
        from gcore_tasks_cli.interrupts import leave_at_once, restore_terminal

        leave_at_once()
        try:
            return _invoke(arguments)
        finally:
            restore_terminal()
    except (OutputClosed, BrokenPipeError):
        return ExitCode.OUTPUT_CLOSED
    except OSError as error:
        return _say(f"the system refused: {error.strerror}", ExitCode.NO_ANSWER)
    except GtaskError as error:
        from gcore_tasks_cli.output.streams import Streams
        from gcore_tasks_cli.settings.settings import secrets_at_hand

        # An option that got the key by mistake is quoted in its error.
        streams = Streams.standard(secrets_at_hand(os.environ))
        streams.error(error)
        waits = {"watch", "resources"} & set(arguments)
        if streams.in_workflow and waits and "--no-ci" not in arguments:
            from gcore_tasks_cli.output.actions import annotation

            streams.workflow_command(annotation(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (whatever it is, it is not the user's fault)
        return _internal_error(error, arguments)


def _internal_error(error: Exception, arguments: Sequence[str]) -> int:
    if {"--verbose", "-v"} & set(arguments):
        import traceback

        traceback.print_exception(error)
    what = ascii(" ".join(f"{type(error).__name__}: {error}".split())[:300])[1:-1]
    text = f"internal error in gtask {__version__} (Python {sys.version.split()[0]}): {what}"
    hint = "please report it with what the same command prints with --verbose"
    if isinstance(error, ImportError):
        text = f"a part of gtask is missing: {what}"
        hint = "was it upgraded or removed while it ran? Run the same command again"
    with contextlib.suppress(Exception):  # the first error is the one to show
        from gcore_tasks_cli.dependencies import advice

        hint = advice() or hint
    return _say(f"{text}\nhint: {hint}", ExitCode.INTERNAL_ERROR)


def _say(text: str, status: ExitCode) -> int:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"gtask: {text}\n")
        sys.stderr.flush()
    return status


def _invoke(arguments: Sequence[str]) -> int:
    from gcore_tasks_cli.commands import NAMES, command_named

    if sys.platform == "win32":
        from ctypes import windll

        from gcore_tasks_cli.output.streams import interpret_escapes

        if not interpret_escapes(windll.kernel32):
            os.environ["TERM"] = "dumb"
    if os.environ.get("FORCE_COLOR") == "0":  # as Node's programs read it: no colour
        _choose_color("never")
    name, *words = arguments or ["--help"]
    if name in ("-h", "--help"):
        return command_named("help")().run()
    from gcore_tasks_cli.parser import parse, unknown_command

    if name not in NAMES:
        raise unknown_command(name, NAMES)
    command = parse(command_named(name), words)
    if command.color in _COLOR_VARIABLES:
        _choose_color(command.color)
    if progress := getattr(command, "progress", None):
        os.environ["GTASK_PROGRESS"] = progress
    if command.help:
        command = command_named("help")(topic=name)
    return command.run()


def _choose_color(when: str) -> None:
    for variable in _COLOR_VARIABLES.values():
        os.environ.pop(variable, None)
    os.environ[_COLOR_VARIABLES[when]] = "1"


if __name__ == "__main__":
    main()
