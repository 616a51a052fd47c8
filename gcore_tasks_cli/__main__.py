"""The entry point; the only place where an error becomes a message and an exit status."""

# Until `main` has taken over, a signal ends the process in silence: Python's own handler would
# print a traceback of whatever is being imported. By what `signal` is made of, and that is built
# into the interpreter: to import `signal` itself takes long enough to be interrupted.
import _signal  # type: ignore[import-not-found]  # nobody describes it

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from gcore_tasks_cli import __version__
from gcore_tasks_cli.errors import ExitCode, GtaskError, OutputClosed
from gcore_tasks_cli.interrupts import leave_at_once


def main() -> NoReturn:
    """Runs gtask and leaves with its exit status.

    It leaves by `os._exit`: a request that hangs in a thread must not hold up the end.
    """
    leave_at_once()
    # Asked more often than anything else by scripts and bug reports, and needs no parser.
    status = _version() if sys.argv[1:] in (["--version"], ["-V"]) else run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # closed on purpose by whoever started gtask
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
    """The exit status of gtask with these arguments; errors are told on standard error."""
    from gcore_tasks_cli.output.streams import Streams

    try:
        return _invoke(arguments)
    except OutputClosed:
        return ExitCode.OUTPUT_CLOSED
    except (BrokenPipeError, SystemExit):  # help into a closed pipe; the parser leaves so then
        return ExitCode.OUTPUT_CLOSED
    except OSError as error:  # help onto a full disk
        return _cannot_write(error)
    except GtaskError as error:
        Streams.standard().error(error)
        return error.exit_code


def _cannot_write(error: OSError) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"gtask: cannot write to standard output: {error.strerror}\n")
    return ExitCode.NO_ANSWER


def _version() -> int:
    try:
        if sys.stdout is not None:
            sys.stdout.write(f"gtask {__version__}\n")
    except BrokenPipeError:
        return ExitCode.OUTPUT_CLOSED
    except OSError as error:  # unbuffered, onto a full disk
        return _cannot_write(error)
    return 0


def _invoke(arguments: Sequence[str]) -> int:
    import typer
    from typer._click.exceptions import ClickException  # nowhere public; the pin holds it

    from gcore_tasks_cli.cli import app
    from gcore_tasks_cli.errors import UsageError

    command = typer.main.get_command(app)
    try:
        # No variable asks for completion: the scripts are static.
        status = command.main(
            list(arguments), prog_name="gtask", standalone_mode=False, complete_var=""
        )
    except ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "gtask"
        raise UsageError(error.format_message(), hint=f"see {path} --help") from None
    except typer.Abort:
        return ExitCode.INTERRUPTED
    return status if isinstance(status, int) else ExitCode.OK


if __name__ == "__main__":
    main()
