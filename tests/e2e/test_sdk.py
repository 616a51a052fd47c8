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
    {"id": "c", "ends": "NEVER"},
]


def printed(program: str, folder: Path) -> Any:
    """What the program prints in a sandbox whose tasks end soon."""
    scenario = {"started": {"starts_after": 0, "lasts": 0.5}, "tasks": TASKS}
    (folder / "scenario.json").write_text(json.dumps(scenario))
    command = [sys.executable, "-m", "tests.e2e.sdk_programs", program]
    ran = gtask(None, "sandbox", "--scenario", str(folder / "scenario.json"), "--", *command)
    assert ran.status == 0, ran.err
    return json.loads(ran.out)


def test_what_is_created_can_be_polled_read_changed_and_deleted(tmp_path: Path) -> None:
    assert printed("resources", tmp_path) == {
        "names": ["net-1", "vol-1", "vm-1", "lb-1", "net-2"],
        "size": 7,
        "scope": [1234, 76],
        "networks": ["net-2"],
        "instances": [],
    }


def test_tasks_can_be_polled_listed_and_acknowledged(tmp_path: Path) -> None:
    assert printed("tasks", tmp_path) == {
        "states": ["RUNNING", "FINISHED"],
        "data": {"name": "net-1"},
        "acknowledged": True,
        "left": 1,
        "all": len(TASKS) + 1,
        "failed": ["no quota"],
    }


def test_the_same_with_asyncio(tmp_path: Path) -> None:
    assert printed("resources_async", tmp_path) == {
        "names": ["net-1", "vol-1", "vm-1", "lb-1"],
        "volumes": [],
    }
    assert printed("tasks_async", tmp_path) == {
        "states": ["RUNNING", "FINISHED"],
        "acknowledged": True,
        "left": 1,
    }
