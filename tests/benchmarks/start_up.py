"""How long whole processes take, against rivals and a bare interpreter, in one run.

Three tables: a server that answers at once, one that takes 150 ms, and one behind TLS. Programs run
in turns, so that the noise of the machine meets all of them alike; medians are compared.
"""

import contextlib
import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import certifi
import trustme

from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.sandbox.scenario import parse_scenario
from tests.benchmarks import rivals
from tests.benchmarks.tables import markdown
from tests.e2e.harness import TASK, command, environment
from tests.servers.sandbox import SandboxServer

_RUNS = 25
_LATENCY_SECONDS = 0.15
_SDK_GET = """
from gcore import Gcore
print(Gcore(cloud_project_id=1, cloud_region_id=1).cloud.tasks.get({task!r}).to_json())
"""
_SCENARIO = '{"latency": %s, "tasks": [{"id": "%s", "age": 60}]}'
_SHOWING = {"get": (TASK,), "resources": (TASK,), "list": (), "watch": (TASK,)}


class Program(NamedTuple):
    """What is measured; `out` is the descriptor of its output: of nothing, or of a terminal."""

    command_line: Sequence[str]
    env: Mapping[str, str]
    out: int = subprocess.DEVNULL


class Times(NamedTuple):
    """Seconds of one run, or the medians of several; CPU time is that of user and system."""

    wall: float
    cpu: float


class Used(NamedTuple):
    """By one process: seconds of user and system, and MiB at most."""

    cpu: float
    memory: float


def main() -> None:
    """Prints the tables; times are in milliseconds."""
    with _terminal() as terminal, tempfile.TemporaryDirectory() as folder:
        _print_answered_at_once(terminal)
        _print_answered_late(terminal)
        _print_over_tls(terminal, Path(folder, "authorities.pem"))
    print(f"\nmedians of {_RUNS} runs, whole processes, in turns; loopback sandbox")


def _print_answered_at_once(terminal: int) -> None:
    with _server(0.0) as server:
        env = installed(environment(server))
        times = _measure(
            {
                "bare interpreter": Program([sys.executable, "-c", ""], env),
                "import typer, httpx": Program([sys.executable, "-c", "import typer, httpx"], env),
                "gtask --version": Program(command("--version"), env),
                "gtask --help": Program(command("--help"), env),
                **{
                    f"gtask {name} --help": Program(command(name, "--help"), env)
                    for name in COMMANDS
                },
                "gtask get (usage error)": Program(command("get"), env),
                **_showing(env, terminal),
                "SDK one-liner": Program([rivals.python(), "-c", _SDK_GET.format(task=TASK)], env),
                **_versions_of_rivals(env),
            }
        )
    bare, sdk = times["bare interpreter"], times["SDK one-liner"]
    head = ["program", "clock ms", "CPU ms", "× bare", "× bare CPU", "× SDK"]
    rows = [
        [
            name,
            _ms(each.wall),
            _ms(each.cpu),
            f"{each.wall / bare.wall:.1f}",
            f"{each.cpu / bare.cpu:.1f}",
            f"{each.wall / sdk.wall:.2f}",
        ]
        for name, each in times.items()
    ]
    print(markdown(head, rows), flush=True)


def _print_answered_late(terminal: int) -> None:
    with _server(_LATENCY_SECONDS) as server:
        times = _measure(_showing(installed(environment(server)), terminal))
    print(f"\nA server that takes {_ms(_LATENCY_SECONDS)} ms to answer; wall time beside that:\n")
    rows = []
    for name in _SHOWING:
        as_json, shown = (
            times[f"gtask {name}{form}"].wall - _LATENCY_SECONDS for form in (" --json", ", shown")
        )
        rows.append([f"gtask {name}", _ms(as_json), _ms(shown), f"{shown / as_json:.2f}"])
    print(markdown(["", "--json ms", "at a terminal ms", "ratio"], rows), flush=True)


def _print_over_tls(terminal: int, pem: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    # All the usual roots too: to load them is what takes its time.
    pem.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    names = ("get --json", "get, shown")
    with _server(0.0) as plain, _server(0.0, context) as secure:
        programs = {
            f"{name} {kind}": _showing(installed(env), terminal)[f"gtask {name}"]
            for name in names
            for kind, env in (
                ("plain", environment(plain)),
                ("TLS", environment(secure, SSL_CERT_FILE=str(pem))),
            )
        }
        times = _measure(programs)
    print("\nOver TLS, with all the usual roots, wall time:\n")
    rows = []
    for name in names:
        plain_s, tls_s = times[f"{name} plain"].wall, times[f"{name} TLS"].wall
        rows.append([f"gtask {name}", _ms(plain_s), _ms(tls_s), f"{tls_s / plain_s:.2f}"])
    print(markdown(["", "plain ms", "TLS ms", "ratio"], rows), flush=True)


def _showing(env: Mapping[str, str], terminal: int) -> dict[str, Program]:
    """The commands that ask the API: as JSON to a pipe, and for people at a terminal."""
    programs = {}
    for name, arguments in _SHOWING.items():
        programs[f"gtask {name} --json"] = Program(command(name, *arguments, "--json"), env)
        at_terminal = {**env, "TERM": "xterm-256color"}
        programs[f"gtask {name}, shown"] = Program(command(name, *arguments), at_terminal, terminal)
    return programs


def _versions_of_rivals(env: Mapping[str, str]) -> dict[str, Program]:
    found = {
        name: shutil.which(name, path=rivals.environment())
        for name in ("http", "globus", "linode-cli")
    }
    return {
        f"{name} --version": Program([path, "--version"], env)
        for name, path in found.items()
        if path
    }


def installed(env: Mapping[str, str]) -> dict[str, str]:
    """Without what would keep Python from using compiled modules, as no user has it."""
    return {name: text for name, text in env.items() if not name.startswith("PYTHON")}


@contextmanager
def _server(
    latency_seconds: float, context: ssl.SSLContext | None = None
) -> Iterator[SandboxServer]:
    scenario = parse_scenario((_SCENARIO % (latency_seconds, TASK)).encode())
    with SandboxServer(scenario, ssl_context=context) as server:
        yield server


@contextmanager
def _terminal() -> Iterator[int]:
    """The descriptor of a pseudo-terminal whose other side reads all that comes."""
    if sys.platform != "win32":
        ours, theirs = os.openpty()

        def read() -> None:
            with contextlib.suppress(OSError):  # the terminal is gone
                while os.read(ours, 65536):
                    pass

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        yield theirs
        os.close(theirs)
        thread.join()
        os.close(ours)
    else:
        raise NotImplementedError


def _measure(programs: Mapping[str, Program]) -> dict[str, Times]:
    for program in programs.values():
        _run(program)  # warms the file cache
    runs: dict[str, list[Times]] = {name: [] for name in programs}
    for _ in range(_RUNS):
        for name, program in programs.items():
            runs[name].append(_run(program))
    return {
        name: Times(*map(statistics.median, zip(*times, strict=True)))
        for name, times in runs.items()
    }


def _run(program: Program) -> Times:
    began = time.perf_counter()
    process = subprocess.Popen(
        program.command_line,
        env=dict(program.env),
        stdin=subprocess.DEVNULL,
        stdout=program.out,
        stderr=program.out,
    )
    used = used_by(process)
    return Times(time.perf_counter() - began, used.cpu)


def used_by(process: "subprocess.Popen[bytes]") -> Used:
    """What the process has used once it has ended, which this waits for; on POSIX only."""
    if sys.platform != "win32":
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
    raise NotImplementedError


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
