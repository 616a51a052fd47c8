"""`gtask sandbox`: a local stand-in for the tasks API."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.sandbox.scenario import Scenario

_SCENARIO_LIMIT_BYTES = 16 * 1024 * 1024
_SIGNAL_POLL_SECONDS = 0.1
# As shells have it: not found, found but not executable.
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


def sandbox(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[-- COMMAND...]",
            help="Run this command with the sandbox's settings and leave with its exit status.",
            show_default=False,
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="FILE",
            help="A JSON file that describes other tasks and faults.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="PORT",
            min=0,
            max=65535,
            help="The port to listen on. 0: a free one.",
        ),
    ] = 0,
) -> int:
    """Try gtask without an account: a local stand-in for the API.

    It listens on this machine only and serves tasks that move by themselves in seconds; one of
    them fails. GTASK_SANDBOX_TASK_IDS holds their IDs. With a command it runs that and leaves
    with its exit status: fit for testing pipelines. Without one it runs until Ctrl-C.

    \b
    Examples:
      gtask sandbox
      gtask sandbox -- sh -c 'gtask watch $GTASK_SANDBOX_TASK_IDS'
      gtask sandbox --scenario outage.json -- ./deploy.sh
    """
    from gcore_tasks_cli.errors import UsageError
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.sandbox.server import SandboxServer

    streams = Streams.standard()
    chosen = _scenario(scenario)
    try:
        server = SandboxServer(chosen, port=port)
        with server:
            variables = {
                "GCORE_BASE_URL": server.base_url,
                "GCORE_API_KEY": server.api_key,
                "GTASK_SANDBOX_TASK_IDS": " ".join(server.task_ids),
            }
            if command:
                return _run(command, variables)
            return _serve(streams, variables)
    except OSError as error:
        raise UsageError(f"cannot listen on port {port}: {error.strerror}") from None


def _scenario(path: str | None) -> "Scenario":
    from gcore_tasks_cli.errors import UsageError
    from gcore_tasks_cli.sandbox.fields import ScenarioError
    from gcore_tasks_cli.sandbox.scenario import builtin_scenario, parse_scenario

    if path is None:
        return builtin_scenario()
    try:
        with Path(path).open("rb") as file:
            content = file.read(_SCENARIO_LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read the scenario file {path!r}: {reason}") from None
    if len(content) > _SCENARIO_LIMIT_BYTES:
        raise UsageError(f"the scenario file {path!r} is larger than 16 MiB")
    try:
        return parse_scenario(content)
    except ScenarioError as error:
        raise UsageError(f"the scenario file {path!r}: {error}") from None


def _run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """The exit status of the command, as a shell would give it."""
    from gcore_tasks_cli.errors import GtaskError
    from gcore_tasks_cli.output.streams import Streams

    children: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if children:
            children[0].send_signal(number)
        else:
            early.append(number)

    # Before the command starts: from then on it may rely on being told. Ctrl-C reaches it by
    # itself (one terminal, one process group) and is its to answer; SIGTERM and SIGHUP are meant
    # for this process alone, so they are handed on.
    # What whoever started us has ignored (nohup) the command ignores as well.
    for name, handler in (("SIGINT", lambda *_: None), ("SIGTERM", hand_on), ("SIGHUP", hand_on)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
    if hasattr(signal, "SIGCHLD"):
        # Where it is ignored, the system keeps no exit status.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        child = subprocess.Popen(command, env={**os.environ, **variables})
    except FileNotFoundError:
        Streams.standard().error(GtaskError(f"command not found: {command[0]}"))
        return _NOT_FOUND
    except (OSError, ValueError) as error:
        Streams.standard().error(GtaskError(f"cannot run {command[0]}: {error}"))
        return _NOT_EXECUTABLE
    children.append(child)
    for missed in early:
        child.send_signal(missed)
    status = child.wait()
    return status if status >= 0 else 128 - status


def _serve(streams: "Streams", variables: Mapping[str, str]) -> int:
    """Tells how to use the sandbox, and serves until a signal comes; the exit status for it."""
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: stopped.append(number))
    for name, value in variables.items():
        line = f"export {name}={shlex.quote(value)}"
        if os.name == "nt":
            line = "$env:{} = '{}'".format(name, value.replace("'", "''"))
        streams.data(line + "\n")
    streams.note("gtask: the sandbox is running until Ctrl-C; use it from another terminal:")
    streams.note("  gtask watch $GTASK_SANDBOX_TASK_IDS")
    while not stopped:
        time.sleep(_SIGNAL_POLL_SECONDS)  # a signal need not interrupt a sleep
    # Ctrl-C is the ordinary way to end it.
    return 0 if stopped[0] == signal.SIGINT else 128 + stopped[0]
