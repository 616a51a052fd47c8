"""The entry point; the only place where an error becomes a message and an exit status."""

# Until `main` has taken over, a signal ends the process in silence: Python's own handler would
# print a traceback of whatever is being imported. By what `signal` is made of, and that is built
# into the interpreter: to import `signal` itself takes long enough to be interrupted.
import _signal  # type: ignore[import-not-found]  # it has no type stubs

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Sequence

from gcore_tasks_cli import __version__
from gcore_tasks_cli.errors import ExitCode, GtaskError, OutputClosed

TYPE_CHECKING = False  # that of `typing`, whose import would take a sixth of `--version`
if TYPE_CHECKING:
    from typing import NoReturn

# Errors of the system that have nothing to do with what is being written.
_OF_THE_MACHINE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)


def main() -> "NoReturn":
    """Runs gtask and leaves with its exit status.

    It leaves by `os._exit`: a request that hangs in a thread must not hold up the end.
    """
    # Next to nothing of what a start makes is garbage; looking for some took 5 % of its time, and a
    # third of that of a long list.
    gc.set_threshold(100_000)
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # closed on purpose by the caller
            continue
        try:
            stream.flush()
        except BrokenPipeError:
            status = status or ExitCode.OUTPUT_CLOSED
        except OSError as error:
            status = status or _cannot_write(error)
        except ValueError:  # closed
            continue
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """The exit status of gtask with these arguments; errors are printed to standard error."""
    try:
        # Scripts and bug reports ask for the version more often than for anything else.
        if arguments in (["--version"], ["-V"]):
            print(f"gtask {__version__}")  # noqa: T201  (to a closed stream, nothing)
            return ExitCode.OK
        from gcore_tasks_cli.interrupts import leave_at_once, restore_terminal

        leave_at_once()
        try:
            return _invoke(arguments)
        finally:
            restore_terminal()
    except (OutputClosed, BrokenPipeError, SystemExit):  # the parser leaves so in a closed pipe
        return ExitCode.OUTPUT_CLOSED
    except OSError as error:
        if error.errno in _OF_THE_MACHINE or error.filename is not None:
            return _say(f"the system refused: {error.strerror}", ExitCode.NO_ANSWER)
        return _cannot_write(error)  # help onto a full disk
    except GtaskError as error:
        from gcore_tasks_cli.output.streams import Streams
        from gcore_tasks_cli.settings.key import secrets_at_hand

        # An option that got the key by mistake is quoted in its error.
        streams = Streams.standard(secrets_at_hand(os.environ))
        streams.error(error)
        waits = {"watch", "resources"} & set(arguments)
        if streams.in_workflow and waits and "--no-ci" not in arguments:
            from gcore_tasks_cli.output.actions import error_annotation

            streams.workflow_command(error_annotation(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (whatever it is, it is not the user's fault)
        return _internal_error(error, arguments)


def _internal_error(error: Exception, arguments: Sequence[str]) -> int:
    if {"--verbose", "-v"} & set(arguments):
        import traceback

        traceback.print_exception(error)
    what = ascii(" ".join(f"{type(error).__name__}: {error}".split())[:300])[1:-1]
    python = ".".join(map(str, sys.version_info[:3]))
    text = f"internal error in gtask {__version__} (Python {python}): {what}"
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
    return status


def _cannot_write(error: OSError) -> int:
    return _say(f"cannot write to standard output: {error.strerror}", ExitCode.NO_ANSWER)


def _invoke(arguments: Sequence[str]) -> int:
    import typer

    from gcore_tasks_cli.cli import app
    from gcore_tasks_cli.help import usage_error
    from gcore_tasks_cli.typer_forms import ParserError

    command = typer.main.get_command(app)
    try:
        # No variable asks for completion: the scripts are static.
        status = command.main(
            list(arguments), prog_name="gtask", standalone_mode=False, complete_var=""
        )
    except ParserError as error:
        raise usage_error(error) from None
    except typer.Abort:
        return ExitCode.INTERRUPTED
    return status if isinstance(status, int) else ExitCode.OK


if __name__ == "__main__":
    main()
