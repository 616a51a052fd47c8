"""Scenario files: which tasks there are, and which faults requests get. See scenario.md."""

import json
import math
import random
import uuid
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from gcore_tasks_cli.sandbox.entry import Entry, Key, Range, Seconds, TaskId, Whole, sentence
from gcore_tasks_cli.sandbox.faults import AnyFault

DEFAULT_KEY = "sandbox$key"
MOST_TASKS = 100_000
_BUILTIN = Path(__file__).with_name("builtin.json")

Ends = Literal["FINISHED", "ERROR", "NEVER"]


class ScenarioError(ValueError):
    """The scenario is wrong; the message is one sentence that names the place in the file."""


class Started(Entry):
    """What is known of a task before it exists; `starts_after` and `lasts` follow its creation."""

    task_type: str = "create_vm"
    starts_after: Seconds = 0.0
    lasts: Seconds = 5.0
    ends: Ends = "FINISHED"
    error: str = ""
    created_resources: Mapping[str, Any] = {}
    detailed_states: list[str] = Field(default_factory=list)
    vanishes_after: Seconds = math.inf
    document: Mapping[str, Any] = {}


class SimulatedTask(Started):
    """A task; `age` is how long before the sandbox's start it was created."""

    id: TaskId
    age: Seconds = 0.0


class Generated(Entry):
    """Many tasks at once; `lasts` is a range, from which each gets its own."""

    count: Whole = 1
    task_type: str = "create_vm"
    starts_after: Seconds = 0.0
    lasts: Range = (5.0, 30.0)
    ends: Ends = "FINISHED"
    seed: Whole | None = None

    def tasks(self, default_seed: int) -> Iterator[SimulatedTask]:
        """The same tasks for the same seed."""
        seed = default_seed if self.seed is None else self.seed
        random_numbers = random.Random(seed)  # noqa: S311
        for _ in range(self.count):
            yield SimulatedTask(
                id=_random_id(random_numbers),
                task_type=self.task_type,
                starts_after=self.starts_after,
                lasts=random_numbers.uniform(*self.lasts),
                ends=self.ends,
                created_resources={"instances": [_random_id(random_numbers)]},
            )


class Scenario(Entry):
    """A scenario file; what it leaves out stands here as its default."""

    tasks: list[SimulatedTask] = Field(default_factory=list)
    generate: list[Generated] = Field(default_factory=list)
    started: Started = Started()
    defaults: bool | None = None
    faults: list[Annotated[AnyFault, Field(discriminator="do")]] = Field(default_factory=list)
    latency: Seconds = 0.0
    clock_offset: Seconds = 0.0
    api_key: Key = DEFAULT_KEY

    @cached_property
    def all_tasks(self) -> list[SimulatedTask]:
        """Its own tasks, those that it generates, and the built-in ones where they count."""
        tasks = list(self.tasks)
        for n, generated in enumerate(self.generate):
            tasks += generated.tasks(default_seed=1 + n)
        has_own = not self.model_fields_set.isdisjoint(("tasks", "generate"))
        is_with_builtin = not has_own if self.defaults is None else self.defaults
        return [*tasks, *(builtin_tasks() if is_with_builtin else ())]

    @model_validator(mode="after")
    def _check_tasks(self) -> Self:
        if len(self.tasks) + sum(generated.count for generated in self.generate) > MOST_TASKS:
            raise ValueError(f"has more than {MOST_TASKS} tasks")
        if len({task.id for task in self.all_tasks}) != len(self.all_tasks):
            raise ValueError("has two tasks with the same id")
        return self


@cache
def builtin_tasks() -> list[SimulatedTask]:
    """The tasks that there are without a file: first those that start with the sandbox."""
    return Scenario.model_validate_json(_BUILTIN.read_bytes()).tasks


def parse_scenario(content: str | bytes, model: type[Scenario] = Scenario) -> Scenario:
    """The scenario of a JSON file; a `model` of one's own may know more kinds of faults.

    Raises:
        ScenarioError: for any mistake in it.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"is not JSON: {error}") from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ScenarioError(sentence(error)) from None


def _random_id(random_numbers: random.Random) -> str:
    return str(uuid.UUID(int=random_numbers.getrandbits(128), version=4))
