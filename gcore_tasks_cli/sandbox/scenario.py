"""Scenario files: which tasks there are, and which requests get which fault. See scenario.md."""

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gcore_tasks_cli.sandbox import fields
from gcore_tasks_cli.sandbox.builtin_tasks import live_tasks, past_tasks
from gcore_tasks_cli.sandbox.fault_kinds import FAULT_KINDS, FaultKind
from gcore_tasks_cli.sandbox.faults import Fault, parse_fault
from gcore_tasks_cli.sandbox.fields import Fields, ScenarioError
from gcore_tasks_cli.sandbox.tasks import NEVER, SimulatedTask

DEFAULT_KEY = "sandbox$key"
MOST_TASKS = 100_000
KEYS = (
    *("tasks", "generate", "started", "defaults", "faults"),
    *("latency", "clock_offset", "api_key"),
)
TASK_KEYS = tuple(SimulatedTask.__dataclass_fields__)
GENERATE_KEYS = ("count", "task_type", "starts_after", "lasts", "ends", "seed")
_ENDS = fields.one_of("FINISHED", "ERROR", NEVER)


@dataclass(frozen=True)
class Scenario:
    """What a sandbox serves; `latency` in seconds before each response.

    `started` are the fields in which the tasks of write calls differ from the built-in ones.
    `clock_offset` is how far the server's clock is ahead of this machine's, in seconds.
    """

    api_key: str = DEFAULT_KEY
    latency: float = 0.0
    clock_offset: float = 0.0
    tasks: tuple[SimulatedTask, ...] = ()
    past: tuple[SimulatedTask, ...] = ()
    faults: tuple[Fault, ...] = ()
    started: Mapping[str, Any] = field(default_factory=dict)


def builtin_scenario() -> Scenario:
    """What `gtask sandbox` serves without a file."""
    return Scenario(tasks=live_tasks(), past=past_tasks())


def parse_scenario(content: str | bytes, kinds: Sequence[FaultKind] = FAULT_KINDS) -> Scenario:
    """The scenario of a JSON file; `kinds` are the faults that it may name.

    Raises:
        ScenarioError: for any mistake in it.
    """
    try:
        value = json.loads(content)
        _check_depth(value)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"is not JSON: {error}") from None
    root = Fields("scenario", value)
    root.only(KEYS)
    own = [_task(entry) for entry in root.items("tasks")]
    for n, entry in enumerate(root.items("generate")):
        own.extend(_generated(entry, default_seed=1 + n, room=MOST_TASKS - len(own)))
    has_own = any(
        root.get(name, fields.anything, None) is not None for name in ("tasks", "generate")
    )
    defaults = root.get("defaults", fields.boolean, not has_own)
    tasks = (*own, *(live_tasks() if defaults else ()))
    if len({task.id for task in tasks}) != len(tasks):
        raise ScenarioError("two tasks have the same id")
    return Scenario(
        api_key=root.get("api_key", _key, DEFAULT_KEY),
        latency=root.get("latency", fields.number, 0.0),
        clock_offset=root.get("clock_offset", fields.number, 0.0),
        tasks=tasks,
        past=past_tasks() if defaults else (),
        faults=tuple(parse_fault(entry, kinds) for entry in root.items("faults")),
        started=root.get("started", _changes, {}),
    )


def _check_depth(value: Any, frames: int = 40) -> None:
    """Raises a RecursionError for JSON that could be read here, but not written by the server."""
    if frames:
        _check_depth(value, frames - 1)
    else:
        json.dumps(value)


def _key(place: str, value: Any) -> str:
    if not (key := fields.header(place, value).strip()):
        raise ScenarioError(f"{place} is empty")
    return key


def _task(entry: Fields) -> SimulatedTask:
    entry.only(TASK_KEYS)
    task_id = entry.get("id", fields.text, "")
    if not task_id:
        raise ScenarioError(f"{entry.place}.id is missing")
    if any(character.isspace() for character in task_id):
        raise ScenarioError(f"{entry.place}.id must hold no white space")
    return SimulatedTask(
        id=task_id,
        task_type=entry.get("task_type", fields.text, "create_vm"),
        starts_after=entry.get("starts_after", fields.number, 0.0),
        lasts=entry.get("lasts", fields.number, 5.0),
        ends=entry.get("ends", _ENDS, "FINISHED"),
        error=entry.get("error", fields.text, "") or None,
        created_resources=entry.get("created_resources", fields.an_object, {}),
        detailed_states=entry.get("detailed_states", fields.texts, ()),
        age=entry.get("age", fields.number, 0.0),
        vanishes_after=entry.get("vanishes_after", fields.number, None),
        document=entry.get("document", fields.an_object, {}),
    )


def _changes(place: str, value: Any) -> dict[str, Any]:
    """The checked fields of a task that are given."""
    given = fields.an_object(place, value)
    Fields(place, given).only(set(TASK_KEYS) - {"id", "age"})
    task = _task(Fields(place, {**given, "id": "any"}))
    return {name: getattr(task, name) for name in given if given[name] is not None}


def _generated(entry: Fields, default_seed: int, room: int) -> list[SimulatedTask]:
    entry.only(GENERATE_KEYS)
    if (count := entry.get("count", fields.whole, 1)) > room:
        raise ScenarioError(f"more than {MOST_TASKS} tasks")
    low, high = entry.get("lasts", fields.range_or_number, (5.0, 30.0))
    random_numbers = random.Random(entry.get("seed", fields.whole, default_seed))  # noqa: S311
    return [
        SimulatedTask(
            id=_random_id(random_numbers),
            task_type=entry.get("task_type", fields.text, "create_vm"),
            starts_after=entry.get("starts_after", fields.number, 0.0),
            lasts=random_numbers.uniform(low, high),
            ends=entry.get("ends", _ENDS, "FINISHED"),
            created_resources={"instances": [_random_id(random_numbers)]},
        )
        for _ in range(count)
    ]


def _random_id(random_numbers: random.Random) -> str:
    return str(uuid.UUID(int=random_numbers.getrandbits(128), version=4))
