"""Programs with the official SDK run in the sandbox as they stand."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import gtask

pytest.importorskip("gcore", reason="the SDK is not installed")

TASKS = [
    {"id": "a", "age": 90, "ends": "ERROR", "error": "no quota"},
    *({"id": f"b-{n}", "age": 60 + n} for n in range(20)),
    {"id": "never-ends", "ends": "NEVER"},
]


def printed(program: str, folder: Path, lasts: float) -> Any:
    """What the program prints in a sandbox whose tasks last so long."""
    scenario = {"started": {"starts_after": 0, "lasts": lasts}, "tasks": TASKS}
    (folder / "scenario.json").write_text(json.dumps(scenario))
    command = [sys.executable, "-m", "tests.e2e.sdk_programs", program]
    ran = gtask(None, "sandbox", "--scenario", str(folder / "scenario.json"), "--", *command)
    assert ran.status == 0, ran.err
    return json.loads(ran.out)


def test_resources_and_tasks_are_created_polled_listed_changed_and_acknowledged(
    tmp_path: Path,
) -> None:
    assert printed("one_by_one", tmp_path, lasts=0) == {
        "names": ["net-1", "vol-1", "vm-1", "lb-1", "net-2"],
        "size": 7,
        "scope": [1234, 76],
        "networks": ["net-3", "net-2"],
        "instances": [],
        "task": ["FINISHED", {"name": "net-3"}, True],
        "unacknowledged": ["never-ends"],
        "failed": ["no quota"],
        "all": len(TASKS) + 7,
    }


def test_the_same_with_asyncio_while_tasks_are_running(tmp_path: Path) -> None:
    assert printed("together", tmp_path, lasts=0.3) == {
        "names": ["net-1", "vol-1", "vm-1", "lb-1"],
        "volumes": [],
        "states": ["RUNNING", "FINISHED"],
        "acknowledged": True,
        "unacknowledged": ["never-ends"],
    }
