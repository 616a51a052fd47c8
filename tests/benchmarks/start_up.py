"""How long whole processes take, against rivals and a bare interpreter, in one run."""

import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import trustme

from gcore_tasks_cli.sandbox.scenario import parse_scenario
from gcore_tasks_cli.sandbox.server import SandboxServer
from tests.benchmarks import rivals
from tests.benchmarks.tables import markdown
from tests.e2e.harness import TASK, command, environment
from tests.unit.parsing.test_help_format import COMMANDS

_RUNS = 25
_SDK_GET = """
from gcore import Gcore
print(Gcore(cloud_project_id=1, cloud_region_id=1).cloud.tasks.get({task!r}).to_json())
"""
_SCENARIO = b'{"tasks": [{"id": "%s", "age": 60}]}' % TASK.encode()


def main() -> None:
    """Prints the table; medians of wall and CPU time, in milliseconds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    scenario = parse_scenario(_SCENARIO)
    with (
        tempfile.TemporaryDirectory() as folder,
        SandboxServer(scenario) as plain,
        SandboxServer(scenario, ssl_context=context) as secure,
    ):
        pem = Path(folder, "authority.pem")
        authority.cert_pem.write_to_path(str(pem))
        env = installed(environment(plain))
        over_tls = installed(environment(secure, SSL_CERT_FILE=str(pem)))
        programs = _programs(env, over_tls)
        for command_line, variables in programs.values():
            _run(command_line, variables)  # warms the file cache
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for _ in range(_RUNS):  # in turns, so that noise meets all of them alike
            for name, (command_line, variables) in programs.items():
                times[name].append(_run(command_line, variables))
    _print(times)


def _programs(
    env: Mapping[str, str], over_tls: Mapping[str, str]
) -> dict[str, tuple[Sequence[str], Mapping[str, str]]]:
    programs: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
        "bare interpreter": ([sys.executable, "-c", ""], env),
        "gtask --version": (command("--version"), env),
        "gtask --help": (command("--help"), env),
        **{f"gtask {name} --help": (command(name, "--help"), env) for name in COMMANDS},
        "gtask get (usage error)": (command("get"), env),
        "gtask get ID --json": (command("get", TASK, "--json"), env),
        "gtask get ID --json, TLS": (command("get", TASK, "--json"), over_tls),
        "gtask get ID (card)": (command("get", TASK), env),
        "SDK one-liner": ([rivals.python(), "-c", _SDK_GET.format(task=TASK)], env),
    }
    for name in ("http", "globus", "linode-cli"):
        if program := shutil.which(name, path=rivals.environment()):
            programs[f"{name} --version"] = ([program, "--version"], env)
    return programs


def installed(env: dict[str, str]) -> dict[str, str]:
    """Without what would keep Python from using compiled modules, as no user has it."""
    return {name: text for name, text in env.items() if not name.startswith("PYTHON")}


def _run(command_line: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command_line,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = 0
    return wall, usage.ru_utime + usage.ru_stime


def _print(times: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    wall = {name: statistics.median(w for w, _ in runs) for name, runs in times.items()}
    cpu = {name: statistics.median(c for _, c in runs) for name, runs in times.items()}
    bare, sdk = wall["bare interpreter"], wall["SDK one-liner"]
    rows = [
        [
            name,
            f"{wall[name] * 1000:.0f}",
            f"{cpu[name] * 1000:.0f}",
            f"{wall[name] / bare:.1f}",
            f"{wall[name] / sdk:.2f}",
        ]
        for name in times
    ]
    head = ["program", "wall ms", "CPU ms", "bare interpreters", "SDK one-liners"]
    print(markdown(head, rows))
    print(f"\nmedians of {_RUNS} runs, whole processes, in turns; loopback sandbox")
