"""Puts one client through one row, over real sockets, and judges how it came out."""

import atexit
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import trustme

from tests.e2e.harness import environment
from tests.fault_matrix.clients import GTASK, Client, name_lookup_path
from tests.fault_matrix.row import TASK, Row
from tests.servers.sandbox import SandboxServer, scenario_of

# After this much more than it may take, a client is ended and has failed.
_GRACE_SECONDS = 15.0
# Starting costs a processor some tenths of a second, waiting nothing: many wait, few start at once.
_STARTING = threading.BoundedSemaphore(2)
_START_SECONDS = 0.5
# How long it may take to start where no request shows that it has.
_UNSEEN_START_SECONDS = 1.5
_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Outcome:
    """How a client came out; `status` is None where it had to be ended from outside.

    `seconds` counts from its first request: how fast it starts is measured elsewhere.
    """

    status: int | None
    seconds: float
    task_was_over: bool
    out: str
    err: str
    requests: int
    peak_memory_mib: float


def run(row: Row, client: Client = GTASK) -> Outcome:
    """Runs the client against a server with the row's fault."""
    with ExitStack() as stack:
        starting = stack.enter_context(_turn_to_start())
        server = stack.enter_context(_server(row))
        if row.no_server:
            server.stop()
        env = _environment(row, server) | client.settings(row)
        out = stack.enter_context(tempfile.TemporaryFile())
        err = stack.enter_context(tempfile.TemporaryFile())
        began = time.monotonic()
        process = subprocess.Popen(
            client.command_line(row), stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env
        )
        starting()

        def waited() -> float:
            """Seconds since its first request; where none comes, since it should have started."""
            if server.requests:
                return server.now()
            return time.monotonic() - began - _UNSEEN_START_SECONDS

        status, peak = _wait(process, waited, row.within + _GRACE_SECONDS)
        requests, seconds = len(server.requests), waited()
        is_over = requests > 0 and server.now() >= row.lasts
        return Outcome(status, seconds, is_over, _text(out), _text(err), requests, peak)


@contextmanager
def _turn_to_start() -> Iterator[Callable[[], None]]:
    """A turn to start a program; calling what it yields begins the time after which it is over."""
    _STARTING.acquire()
    timer = threading.Timer(_START_SECONDS, _STARTING.release)
    timer.daemon = True
    try:
        yield timer.start
    finally:
        if timer.ident is None:  # it never came to that
            _STARTING.release()


def complaints(row: Row, outcome: Outcome, room_seconds: float = 0.0) -> list[str]:
    """What any client can be blamed for; `room_seconds` is for a slow and busy machine."""
    found = []
    if outcome.status is None:
        return [f"had to be ended after {outcome.seconds:.1f} s"]
    if row.outcome == "success" and outcome.status != 0:
        found.append(f"gave up with {outcome.status} after {outcome.seconds:.1f} s")
    if row.outcome == "success" and outcome.status == 0 and not outcome.task_was_over:
        found.append("reported success before the task had ended")
    if row.outcome == "failure" and outcome.status == 0:
        found.append("reported success")
    if outcome.seconds > row.within + room_seconds:
        found.append(f"took {outcome.seconds:.1f} s, not {row.within:.1f} s")
    if outcome.peak_memory_mib > row.most_memory_mib:
        found.append(f"used {outcome.peak_memory_mib:.0f} MiB")
    return found


def gtask_complaints(row: Row, outcome: Outcome, key: str, room_seconds: float = 0.0) -> list[str]:
    """What only gtask promises, on top of that."""
    found = complaints(row, outcome, room_seconds)
    if outcome.status != row.expected_status:
        found.append(f"exit status {outcome.status}, not {row.expected_status}")
    found += [f"does not say {text!r}" for text in row.says if text not in outcome.err]
    if "Traceback" in outcome.err:
        found.append("a traceback")
    if key in outcome.out + outcome.err:
        found.append("shows the key")
    if _STEERING.search(outcome.err + outcome.out):
        found.append("control characters in the output")
    if outcome.err.count("trying again") > 1 + outcome.err.count("answers again"):
        found.append("reported the trouble more than once")
    states = tuple(document["state"] for document in _documents(outcome))
    if row.documents is not None and states != row.documents:
        found.append(f"documents {states}, not {row.documents}")
    if outcome.requests < row.least_requests:
        found.append(f"only {outcome.requests} requests")
    if row.most_requests is not None and outcome.requests > row.most_requests:
        found.append(f"{outcome.requests} requests")
    return found


def key_of(row: Row) -> str:
    """The key that the client was given."""
    return row.key or "sandbox$key"


def _documents(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


@contextmanager
def _server(row: Row) -> Iterator[SandboxServer]:
    tasks = [{"id": TASK, "lasts": row.lasts, **row.task}]
    scenario = {"tasks": tasks, "faults": list(row.faults), **row.scenario}
    context = None
    if row.tls in ("trusted", "untrusted", "wrong host"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        host = "elsewhere.example" if row.tls == "wrong host" else "127.0.0.1"
        with _AUTHORITY_LOCK:
            _authority().issue_cert(host).configure_cert(context)
    chosen = scenario_of(**scenario)
    with SandboxServer(chosen, ssl_context=context, from_first_request=True) as server:
        yield server


def _environment(row: Row, server: SandboxServer) -> dict[str, str]:
    env = environment(server, GCORE_API_KEY=key_of(row))
    if row.base_url is not None:
        env["GCORE_BASE_URL"] = row.base_url
    if row.tls == "silent":
        env["GCORE_BASE_URL"] = f"https://127.0.0.1:{_mute_port()}"
    if row.tls in ("trusted", "wrong host"):
        with _AUTHORITY_LOCK:
            env["SSL_CERT_FILE"] = env["CURL_CA_BUNDLE"] = _authority_file()
    if row.name_lookup is not None:
        env |= {"NAME_LOOKUP": row.name_lookup, "PYTHONPATH": name_lookup_path()}
        env["GCORE_BASE_URL"] = server.base_url.replace("127.0.0.1", "localhost")
    return env


# Rows run beside each other, and two that ask at the same time would get one authority each.
_AUTHORITY_LOCK = threading.Lock()


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def _authority_file() -> str:
    folder = tempfile.mkdtemp(prefix="gtask-authority-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "authority.pem")
    _authority().cert_pem.write_to_path(str(path))
    return str(path)


@cache
def _mute_port() -> int:
    """A port where connections are taken by the system and never read or written."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    _mute_listeners.append(listener)
    return int(listener.getsockname()[1])


_mute_listeners: list[socket.socket] = []


def _wait(
    process: "subprocess.Popen[bytes]", waited: Callable[[], float], limit: float
) -> tuple[int | None, float]:
    """Exit status (None if it had to be killed) and the most memory that it had, in MiB."""
    killed, peak = False, 0.0
    while True:
        peak = max(peak, _peak_memory_mib(process.pid))
        options = 0
        if sys.platform != "win32" and not killed:
            options = os.WNOHANG
        pid, status = os.waitpid(process.pid, options)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return None if killed else process.returncode, peak
        if waited() > limit:
            process.kill()
            killed = True
        else:
            time.sleep(0.01)


def _peak_memory_mib(pid: int) -> float:
    """So far; 0 where it is not known. `ru_maxrss` would count the peak of this process too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux, or it has ended
        return 0.0
    _, _, found = status.partition("VmHWM:")
    return int(found.split()[0]) / 1024 if found else 0.0


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "backslashreplace"))
