"""A thousand and ten thousand tasks at once: gtask, and the SDK's async poll under gather."""

import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gcore_tasks_cli.sandbox.scenario import parse_scenario
from tests.benchmarks import rivals
from tests.benchmarks.start_up import installed, used_by
from tests.benchmarks.tables import markdown
from tests.e2e.harness import command, environment
from tests.servers.sandbox import SandboxServer

_LATENCY_SECONDS = 0.02
_FIRST_END, _LAST_END = 5.0, 30.0
_SDK = Path(__file__).with_name("sdk_many.py")


def main() -> None:
    """Prints the table."""
    rows = [
        _row("gtask, 1000 tasks", 1000, [*command("watch", "-", "--json"), "--timeout", "5m"]),
        _row("SDK async poll, 1000 tasks", 1000, [rivals.python(), str(_SDK)]),
        _row("gtask, 10,000 tasks", 10_000, [*command("watch", "-", "--json"), "--timeout", "5m"]),
    ]
    head = [
        "",
        "requests",
        "MB received",
        "s of CPU",
        "MiB at most",
        "last end noticed after s",
        "ended",
    ]
    print(markdown(head, rows))
    latency = f"{_LATENCY_SECONDS * 1000:.0f} ms"
    print(
        f"\ntasks end between {_FIRST_END:.0f} and {_LAST_END:.0f} s after the first request; "
        f"latency {latency}; IDs on standard input; server in another process"
    )


def _row(name: str, count: int, command_line: Sequence[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        facts_file = Path(folder, "server.json")
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.many", str(facts_file), str(count)],
            stdin=subprocess.PIPE,
        )
        try:
            facts = read_facts(facts_file)
            ids = Path(folder, "ids")
            ids.write_text(json.dumps({"tasks": facts["ids"]}), encoding="utf-8")
            out = Path(folder, "out")
            with ids.open("rb") as stdin, out.open("wb") as stdout:
                env = installed(environment()) | {
                    "GCORE_BASE_URL": facts["base_url"],
                    "GCORE_API_KEY": facts["api_key"],
                }
                process = subprocess.Popen(
                    command_line, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, env=env
                )
                used = used_by(process)
            facts_file.unlink()
            server.stdin.close()  # type: ignore[union-attr]
            served = read_facts(facts_file)
            ended = sum(1 for line in out.open("rb") if line.strip())
        finally:
            server.kill()
            server.wait()
    return [
        name,
        str(served["requests"]),
        f"{served['bytes'] / 1e6:.1f}",
        f"{used.cpu:.1f}",
        f"{used.memory:.0f}",
        f"{served['now'] - served['last_end']:.1f}",
        str(ended),
    ]


def read_facts(path: Path) -> dict[str, Any]:
    """What the server writes about itself, once it has."""
    until = time.monotonic() + 120
    while True:
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def serve(facts_file: Path, count: int) -> None:
    """Serves so many tasks until standard input ends; writes where, and what was asked."""
    dice = random.Random(11)
    tasks = [
        {
            "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            "lasts": dice.uniform(_FIRST_END, _LAST_END),
            "created_resources": {"instances": [str(uuid.UUID(int=dice.getrandbits(128)))]},
        }
        for _ in range(count)
    ]
    scenario = parse_scenario(json.dumps({"latency": _LATENCY_SECONDS, "tasks": tasks}))
    with SandboxServer(scenario, from_first_request=True) as server:
        facts = {
            "base_url": server.base_url,
            "api_key": server.api_key,
            "ids": [task["id"] for task in tasks],
        }
        _write(facts_file, facts)
        sys.stdin.read()
        now = server.now()
        _write(
            facts_file,
            {
                "requests": len(server.requests),
                "bytes": server.bytes_sent,
                "now": now,
                "last_end": max(task.lasts for task in scenario.tasks),
            },
        )
        time.sleep(60)  # until it is ended


def _write(path: Path, facts: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
