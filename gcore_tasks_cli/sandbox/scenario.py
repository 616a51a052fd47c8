"""Scenario files: which tasks there are, and which faults requests get. See scenario.md."""

import json
import math
import random
import re
import uuid
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
    model_validator,
)

_BUILTIN = Path(__file__).with_name("builtin.json")


class ScenarioError(ValueError):
    """The scenario is wrong; the message is one sentence that names the place in the file."""


class Entry(BaseModel):
    """An object of the file."""

    model_config = ConfigDict(strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, value: Any) -> Any:
        known = cls.model_fields
        for key in value if isinstance(value, dict) else ():
            if key not in known:
                meant = get_close_matches(key, known, n=1)
                hint = f"did you mean {meant[0]}?" if meant else f"it may have {', '.join(known)}"
                raise ValueError(f"has the unknown key {key!r}: {hint}")
        return value


# Bounded, so that dates can be computed with it; neither infinity nor NaN is within the bounds.
Seconds = Annotated[float, Field(ge=0, le=1e9)]
# The name or the value of an HTTP header.
Header = Annotated[str, Field(pattern="^[ -~]*$")]
# A list of two numbers in the file; null as the second one means no end.
Span = Annotated[tuple[Seconds, Seconds | None], Field(strict=False)]
# In the file, a number or a list of two.
Range = Annotated[
    tuple[Seconds, Seconds],
    Field(strict=False),
    BeforeValidator(lambda value: [value, value] if isinstance(value, int | float) else value),
]


class Course(Entry):
    """What happens to a task, save for how long it is RUNNING."""

    task_type: str = "create_vm"
    starts_after: Seconds = 0.0
    ends: Literal["FINISHED", "ERROR", "NEVER"] = "FINISHED"


class Started(Course):
    """The keys of tasks that requests start; `lasts` begins after `starts_after`."""

    lasts: Seconds = 5.0
    error: str = ""
    created_resources: Mapping[str, list[str | int]] = {}
    detailed_states: tuple[str, ...] = Field(default=(), strict=False)
    vanishes_after: Seconds = math.inf
    document: Mapping[str, Any] = {}


class SimulatedTask(Started):
    """A task; `age` is how long before the sandbox's start it was created."""

    id: Annotated[str, Field(pattern=r"^\S+$")]
    age: Seconds = 0.0

    def state(self, now: float) -> tuple[str, str | None]:
        """Its state and its detailed state, `now` seconds after the sandbox's start."""
        running_for = now + self.age - self.starts_after
        if running_for < 0:
            return "NEW", None
        if self.ends != "NEVER" and running_for >= self.lasts:
            return self.ends, self.ends if self.detailed_states else None
        steps = self.detailed_states or (None,)
        step = int(running_for / (self.lasts or 1) * len(steps))
        return "RUNNING", steps[min(step, len(steps) - 1)]

    def has_ended(self, now: float) -> bool:
        """Whether it is FINISHED or ERROR."""
        return self.state(now)[0] == self.ends


class Generated(Course):
    """Many tasks at once; `lasts` is a range, from which each gets its own."""

    count: Annotated[int, Field(ge=0, le=100_000)] = 1
    lasts: Range = (5.0, 30.0)
    seed: NonNegativeInt | None = None

    def tasks(self, default_seed: int) -> Iterator[SimulatedTask]:
        """Generates the tasks; equal seeds give equal tasks."""
        seed = default_seed if self.seed is None else self.seed
        random_numbers = random.Random(seed)  # noqa: S311
        course = self.model_dump(include=set(Course.model_fields))
        for _ in range(self.count):
            yield SimulatedTask(
                id=_random_id(random_numbers),
                lasts=random_numbers.uniform(*self.lasts),
                created_resources={"instances": [_random_id(random_numbers)]},
                **course,
            )


class Fault(Entry):
    """A fault; `between` is when it is active, and None means no end."""

    between: Span = (0.0, None)

    def is_active(self, now: float) -> bool:
        """Whether it is active, `now` seconds after the sandbox's start."""
        begin, end = self.between
        return begin <= now and (end is None or now < end)


class Refuse(Fault):
    """The port is closed."""

    do: Literal["refuse"]


class RequestFault(Fault):
    """A fault of single requests; `requests` counts those that match, from 1."""

    method: Literal["*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "*"
    path: Annotated[str, Field(pattern=r"^[/*?\[]")] = "*"
    requests: Span = (1, None)
    every: PositiveInt = 1


class NoResponse(RequestFault):
    """The connection ends, is reset, or stays open, without a response."""

    do: Literal["close", "reset", "silent"]


class Status(RequestFault):
    """This response instead of the normal one."""

    do: Literal["status", "body"]
    status: Annotated[int, Field(ge=200, le=999)] | None = None
    body: Any = ""
    headers: Mapping[Header, Header] = {}
    content_type: Header = "application/json"


class Limit(RequestFault):
    """A rate limit: a 429 beyond so many requests in each second."""

    do: Literal["limit"]
    per_second: PositiveInt = 10
    retry_after: NonNegativeInt | None = None


class Delay(RequestFault):
    """The normal response, later."""

    do: Literal["delay"]
    seconds: Seconds = 1.0


class Drip(RequestFault):
    """The normal response byte by byte."""

    do: Literal["drip"]
    interval: Seconds = 1.0


class Truncate(RequestFault):
    """A part of the normal response."""

    do: Literal["truncate"]
    keep: Annotated[float, Field(ge=0, le=1)] = 0.5


AnyFault = Refuse | NoResponse | Status | Limit | Delay | Drip | Truncate


class Scenario(Entry):
    """A scenario file, with the default of each key."""

    tasks: list[SimulatedTask] = Field(default_factory=list)
    generate: list[Generated] = Field(default_factory=list)
    started: Started = Started()
    defaults: bool | None = None
    faults: list[Annotated[AnyFault, Field(discriminator="do")]] = Field(default_factory=list)
    latency: Seconds = 0.0
    clock_offset: Annotated[float, Field(ge=-1e9, le=1e9)] = 0.0
    api_key: Annotated[str, Field(pattern="^[!-~]+$")] = "sandbox$key"

    @cached_property
    def all_tasks(self) -> list[SimulatedTask]:
        """The tasks of the file, those that it generates, and perhaps the built-in ones."""
        generated = (entry.tasks(default_seed=1 + n) for n, entry in enumerate(self.generate))
        has_own = not self.model_fields_set.isdisjoint(("tasks", "generate"))
        is_with_builtin = not has_own if self.defaults is None else self.defaults
        return list(chain(self.tasks, *generated, builtin_tasks() if is_with_builtin else ()))

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        if len({task.id for task in self.all_tasks}) != len(self.all_tasks):
            raise ValueError("has two tasks with the same id")
        return self


def builtin_tasks() -> list[SimulatedTask]:
    """The tasks without a scenario file; those that start with the sandbox come first."""
    return Scenario.model_validate_json(_BUILTIN.read_bytes()).tasks


def parse_scenario(content: str | bytes, model: type[Scenario] = Scenario) -> Scenario:
    """The scenario of a JSON file; `model` may be a subclass that has more kinds of faults.

    Raises:
        ScenarioError: for any mistake in it.
    """
    try:
        return model.model_validate(json.loads(content))
    except ValidationError as error:
        raise ScenarioError(_sentence(error)) from None
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"is not JSON: {error}") from None


# These replace messages of pydantic that speak of Python, not of the file.
_MESSAGES = {
    **dict.fromkeys(("missing", "union_tag_not_found"), "is missing"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "must be an object"),
    **dict.fromkeys(("tuple_type", "too_long"), "must be a list of two numbers"),
    "union_tag_invalid": "must be one of {expected_tags}, not '{tag}'",
    "value_error": "{error}",
}


def _sentence(mistakes: ValidationError) -> str:
    """The place in the file of the first mistake, and what is wrong there."""
    error = mistakes.errors()[0]
    kind, where = error["type"], [step for step in error["loc"] if step != "[key]"]
    if where[:1] == ["faults"]:  # behind its number stands the kind of the fault
        where[2:3] = ["do"] if kind.startswith("union_tag") else []
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    if kind in _MESSAGES:
        message = _MESSAGES[kind].format(**error.get("ctx", {}))
    else:
        message = re.sub("^(Input|String) should", "must", error["msg"])
    return f"{place} {message}".lstrip(". ")


def _random_id(random_numbers: random.Random) -> str:
    return str(uuid.UUID(int=random_numbers.getrandbits(128), version=4))
