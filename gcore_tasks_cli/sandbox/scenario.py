"""Scenario files: which tasks there are, and which requests meet which fault."""

import json
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gcore_tasks_cli.sandbox.tasks import SimulatedTask, live_tasks, past_tasks

DEFAULT_KEY = "sandbox$key"
MOST_TASKS = 100_000
FAULT_KINDS = frozenset(
    {
        *("status", "body", "redirect", "other_task", "delay"),
        *("reset", "close", "half_close", "silent", "refuse"),
        *("drip", "endless", "truncate", "garbage", "huge", "bomb", "headers_flood"),
    }
)
_FAULT_KEYS = frozenset(
    {
        *("do", "method", "path", "requests", "between"),
        *("status", "body", "headers", "content_type", "location"),
        *("interval", "what", "keep", "bytes", "encoding", "seconds"),
    }
)
_T = TypeVar("_T")
_D = TypeVar("_D")


class ScenarioError(ValueError):
    """The scenario is wrong; the message is one sentence that names the place."""


@dataclass(frozen=True)
class Fault:
    """What meets the requests that it matches; `requests` counts those, from 1.

    `between` is in seconds since the sandbox's start; None stands for no end.
    """

    do: str
    method: str = "*"
    path: str = "*"
    requests: tuple[int, int | None] = (1, None)
    between: tuple[float, float | None] = (0.0, None)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """All that a sandbox is told; `latency` in seconds before each answer.

    `started` is what write calls start, under an ID of its own. `clock_offset` is how far the
    server's clock is ahead of this machine's, in seconds.
    """

    api_key: str = DEFAULT_KEY
    latency: float = 0.0
    clock_offset: float = 0.0
    tasks: tuple[SimulatedTask, ...] = ()
    past: tuple[SimulatedTask, ...] = ()
    faults: tuple[Fault, ...] = ()
    started: SimulatedTask | None = None


def builtin_scenario() -> Scenario:
    """What `gtask sandbox` serves without a file."""
    return Scenario(tasks=live_tasks(), past=past_tasks())


def parse_scenario(text: str | bytes) -> Scenario:
    """The scenario of a JSON file.

    Raises:
        ScenarioError: for whatever is wrong with it.
    """
    try:
        root = json.loads(text)
        _check_depth(root)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"is no JSON: {error}") from None
    reader = _Reader("scenario", root)
    reader.only(
        {"api_key", "latency", "clock_offset", "defaults", "tasks", "generate", "started", "faults"}
    )
    api_key = reader.get("api_key", _text, DEFAULT_KEY)
    if not api_key.isascii() or not api_key.isprintable() or not api_key.strip():
        raise ScenarioError("api_key must be printable ASCII")
    own = [_task(item) for item in reader.items("tasks")]
    for n, item in enumerate(reader.items("generate")):
        own.extend(_generated(item, default_seed=1 + n, room=MOST_TASKS - len(own)))
    defaults = reader.get("defaults", _boolean, not own)
    tasks = (*own, *(live_tasks() if defaults else ()))
    if len({task.id for task in tasks}) != len(tasks):
        raise ScenarioError("two tasks have the same id")
    return Scenario(
        api_key=api_key.strip(),
        latency=reader.get("latency", _seconds, 0.0),
        clock_offset=reader.get("clock_offset", _seconds, 0.0),
        tasks=tasks,
        past=past_tasks() if defaults else (),
        faults=tuple(_fault(item) for item in reader.items("faults")),
        started=reader.get("started", _template, None),
    )


def _check_depth(root: Any, frames: int = 40) -> None:
    """Raises RecursionError for what could be read here and not be written from a deeper place."""
    if frames:
        _check_depth(root, frames - 1)
    else:
        json.dumps(root)


class _Reader:
    """An object of the file, with its place for messages."""

    def __init__(self, place: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise ScenarioError(f"{place} must be an object")
        self.place = place
        self.fields: dict[str, Any] = value

    def only(self, known: set[str] | frozenset[str]) -> None:
        if unknown := sorted(set(self.fields) - known):
            raise ScenarioError(f"{self.place}.{unknown[0]} is not known")

    def get(self, name: str, check: Callable[[str, Any], _T], default: _D) -> _T | _D:
        if self.fields.get(name) is None:
            return default
        return check(f"{self.place}.{name}", self.fields[name])

    def items(self, name: str) -> list["_Reader"]:
        value = self.fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ScenarioError(f"{self.place}.{name} must be a list")
        return [_Reader(f"{name}[{n}]", item) for n, item in enumerate(value)]


def _task(reader: _Reader) -> SimulatedTask:
    reader.only(frozenset(SimulatedTask.__dataclass_fields__))
    task_id = reader.get("id", _text, "")
    if not task_id:
        raise ScenarioError(f"{reader.place}.id is missing")
    if any(character.isspace() for character in task_id):
        raise ScenarioError(f"{reader.place}.id must hold no white space")
    return SimulatedTask(
        id=task_id,
        task_type=reader.get("task_type", _text, "create_vm"),
        starts_after=reader.get("starts_after", _seconds, 0.0),
        lasts=reader.get("lasts", _seconds, 5.0),
        ends=reader.get("ends", _text, "FINISHED"),
        error=reader.get("error", _text, "") or None,
        created_resources=reader.get("created_resources", _object, {}),
        detailed_states=tuple(reader.get("detailed_states", _texts, [])),
        age=reader.get("age", _seconds, 0.0),
        vanishes_after=reader.get("vanishes_after", _seconds, None),
        document=reader.get("document", _object, {}),
    )


def _template(place: str, value: Any) -> SimulatedTask:
    return _task(_Reader(place, {"id": "template", **_object(place, value)}))


def _generated(reader: _Reader, default_seed: int, room: int) -> list[SimulatedTask]:
    reader.only({"count", "task_type", "lasts", "starts_after", "ends", "seed"})
    if (count := reader.get("count", _whole, 1)) > room:
        raise ScenarioError(f"more than {MOST_TASKS} tasks")
    low, high = reader.get("lasts", _range, (5.0, 30.0))
    dice = random.Random(reader.get("seed", _whole, default_seed))  # noqa: S311  (simulation)
    return [
        SimulatedTask(
            id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            task_type=reader.get("task_type", _text, "create_vm"),
            starts_after=reader.get("starts_after", _seconds, 0.0),
            lasts=dice.uniform(low, high),
            ends=reader.get("ends", _text, "FINISHED"),
            created_resources={
                "instances": [str(uuid.UUID(int=dice.getrandbits(128), version=4))],
            },
        )
        for _ in range(count)
    ]


def _fault(reader: _Reader) -> Fault:
    reader.only(_FAULT_KEYS)
    kind = reader.get("do", _text, "")
    if kind not in FAULT_KINDS:
        raise ScenarioError(f"{reader.place}.do must be one of {', '.join(sorted(FAULT_KINDS))}")
    no_end: tuple[float, float | None] = (0.0, None)
    no_headers: dict[str, str] = {}
    between = reader.get("between", _open_range, no_end)
    first, last = reader.get("requests", _open_range, no_end)
    parameters = {
        "status": reader.get("status", _whole, 503 if kind == "status" else 200),
        "body": reader.fields.get("body", ""),
        "headers": reader.get("headers", _headers, no_headers),
        "interval": reader.get("interval", _seconds, 1.0),
        "what": reader.get("what", _one_of("body", "headers"), "body"),
        "keep": reader.get("keep", _share, 0.5),
        "bytes": reader.get("bytes", _whole, 40 * 2**20),
        "encoding": reader.get("encoding", _one_of("gzip", "deflate"), "gzip"),
        "content_type": reader.get("content_type", _header, "application/json"),
        "seconds": reader.get("seconds", _seconds, 1.0),
        "location": reader.get("location", _header, "/elsewhere"),
    }
    if not 200 <= parameters["status"] <= 999:
        raise ScenarioError(f"{reader.place}.status must be between 200 and 999")
    return Fault(
        do=kind,
        method=reader.get("method", _text, "*"),
        path=reader.get("path", _text, "*"),
        requests=(int(first), None if last is None else int(last)),
        between=between,
        parameters=parameters,
    )


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ScenarioError(f"{place} must be a text")
    return value


def _texts(place: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ScenarioError(f"{place} must be a list of texts")
    return value


def _boolean(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(f"{place} must be true or false")
    return value


def _object(place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ScenarioError(f"{place} must be an object")
    return value


def _headers(place: str, value: Any) -> dict[str, str]:
    headers = _object(place, value)
    for name, text in headers.items():
        _header(f"{place}.{name}", text)
        _header(f"a name in {place}", name)
    return headers


def _header(place: str, value: Any) -> str:
    text = _text(place, value)
    if not text.isprintable() or not text.isascii():
        raise ScenarioError(f"{place} must be a printable ASCII text")
    return text


def _one_of(*choices: str) -> Callable[[str, Any], str]:
    def check(place: str, value: Any) -> str:
        if value not in choices:
            raise ScenarioError(f"{place} must be {' or '.join(choices)}")
        return str(value)

    return check


def _share(place: str, value: Any) -> float:
    share = _seconds(place, value)
    if share > 1:
        raise ScenarioError(f"{place} must be between 0 and 1")
    return share


def _whole(place: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**40:
        raise ScenarioError(f"{place} must be a whole number of 0 or more")
    return value


def _seconds(place: str, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1e9:  # NaN and infinity are not either
        raise ScenarioError(f"{place} must be a number of 0 or more")
    return float(value)


def _range(place: str, value: Any) -> tuple[float, float]:
    low, high = _open_range(place, value if isinstance(value, list) else [value, value])
    if high is None:
        raise ScenarioError(f"{place} must be a number, or two")
    return low, high


def _open_range(place: str, value: Any) -> tuple[float, float | None]:
    if not isinstance(value, list) or len(value) != 2:
        raise ScenarioError(f"{place} must be two numbers, the second perhaps null")
    low = _seconds(f"{place}[0]", value[0])
    high = None if value[1] is None else _seconds(f"{place}[1]", value[1])
    if high is not None and high < low:
        raise ScenarioError(f"{place} must not go backwards")
    return low, high
