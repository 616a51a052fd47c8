"""Fifty thousand tasks read to the end: `gtask list --all --json`, and the SDK's auto-paging."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import rivals
from tests.benchmarks.many import read_facts
from tests.benchmarks.start_up import installed, used_by
from tests.benchmarks.tables import markdown
from tests.e2e.harness import command, environment

_COUNT = 50_000
_SDK = """
import sys
from gcore import Gcore
for task in Gcore(cloud_project_id=1, cloud_region_id=1).cloud.tasks.list(limit=1000):
    sys.stdout.write(task.to_json(indent=None) + "\\n")
"""


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        facts_file = Path(folder, "server.json")
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.many", str(facts_file), str(_COUNT)],
            stdin=subprocess.PIPE,
        )
        try:
            facts = read_facts(facts_file)
            env = installed(environment()) | {
                "GCORE_BASE_URL": facts["base_url"],
                "GCORE_API_KEY": facts["api_key"],
            }
            rows = [
                _row("gtask list --all --json", command("list", "--all", "--json"), env),
                _row("SDK, auto-paging with limit=1000", [rivals.python(), "-c", _SDK], env),
            ]
        finally:
            server.kill()
            server.wait()
    head = ["", "s to the first line", "s to the last", "s of CPU", "MiB at most", "lines"]
    print(markdown(head, rows))
    print(f"\n{_COUNT} tasks, 20 ms latency; server in another process")


def _row(name: str, command_line: Sequence[str], env: Mapping[str, str]) -> list[str]:
    began = time.monotonic()
    process = subprocess.Popen(
        command_line, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    lines, first = 0, 0.0
    for _ in process.stdout:
        if not lines:
            first = time.monotonic() - began
        lines += 1
    used = used_by(process)
    seconds = time.monotonic() - began
    process.stdout.close()
    return [
        name,
        f"{first:.2f}",
        f"{seconds:.1f}",
        f"{used.cpu:.1f}",
        f"{used.memory:.0f}",
        str(lines),
    ]
