"""What the API responds: pure, without socket and clock."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, BeforeValidator, Field, NonNegativeInt, ValidationError

from gcore_tasks_cli.sandbox import resources
from gcore_tasks_cli.sandbox.scenario import SimulatedTask
from gcore_tasks_cli.sandbox.world import ApiError, World

Values = Mapping[str, list[str]]

_REPEATABLE = ("state", "task_type", "project_id", "region_id")


def _epoch(text: str) -> float:
    """A time in seconds since 1970."""
    time = datetime.fromisoformat(text)
    return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).timestamp()


class _Query(BaseModel):
    """The query of a request for a list of tasks."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 10
    offset: NonNegativeInt = 0
    order_by: Literal["asc", "desc"] = "desc"
    from_timestamp: Annotated[float, BeforeValidator(_epoch)] = -math.inf
    to_timestamp: Annotated[float, BeforeValidator(_epoch)] = math.inf
    is_acknowledged: bool | None = None
    state: list[Literal["NEW", "RUNNING", "FINISHED", "ERROR"]] = Field(default_factory=list)
    task_type: list[str] = Field(default_factory=list)
    project_id: list[int] = Field(default_factory=list)
    region_id: list[int] = Field(default_factory=list)

    def choose(self, world: World, now: float, tasks: list[SimulatedTask]) -> list[SimulatedTask]:
        """Those of the tasks that the list has, by all filters but those of the creation time."""
        # Without filters no document is made: those of a long list would take most of the time.
        for name in self.model_fields_set.intersection((*_REPEATABLE, "is_acknowledged")):
            tasks = [task for task in tasks if self._is_wanted(name, world.document(task, now))]
        return tasks

    def _is_wanted(self, name: str, document: Mapping[str, Any]) -> bool:
        if name == "is_acknowledged":
            return self.is_acknowledged is (document["acknowledged_at"] is not None)
        return document[name] in getattr(self, name)


def respond(
    world: World, now: float, method: str, target: str, authorization: str, body: bytes
) -> tuple[int, bytes]:
    """The status and the body of the API's response, `now` seconds after the sandbox's start.

    `target` is the path with its query.
    """
    try:
        with world.lock:
            scheme, _, key = authorization.partition(" ")
            if scheme.lower() != "apikey" or key.strip() != world.api_key:
                raise ApiError(401, "UnauthorizedError", "Bad permanent token: it is not known")
            status, value = _answer(world, now, method, target, body)
    except ValidationError as error:
        first = error.errors()[0]
        message = f"{first['loc'][0]}: {first['msg']}"
        status, value = ApiError(400, "ValidationError", message).answer
    except ApiError as error:
        status, value = error.answer
    return status, b"" if value is None else json.dumps(value, separators=(",", ":")).encode()


def _answer(world: World, now: float, method: str, target: str, body: bytes) -> tuple[int, Any]:
    path, _, query = target.partition("?")
    values = parse_qs(query, keep_blank_values=True)
    for pattern, only_method, answer in _ROUTES:
        if (match := re.fullmatch(pattern, path)) is not None:
            if method != only_method:
                raise ApiError(405, "MethodNotAllowed", f"only {only_method} is allowed here")
            return answer(world, now, values, *(unquote(part) for part in match.groups()))
    if (resource := resources.Target.of(path)) is None:
        raise ApiError(404, "NotFoundError", f"the sandbox has no {path[:200]}")
    if method == "GET":
        return 200, resources.read(world, now, resource)
    return 200, resources.write(world, now, method, resource, body)


def _query(values: Values) -> _Query:
    """Reads the parameters; if one that may not be repeated is, its last value counts."""
    return _Query.model_validate(
        {name: found if name in _REPEATABLE else found[-1] for name, found in values.items()}
    )


def _list(world: World, now: float, values: Values) -> tuple[int, Any]:
    query = _query(values)
    since, until = query.from_timestamp, query.to_timestamp
    in_time = [task for task in world.all(now) if since <= world.epoch - task.age <= until]
    chosen = query.choose(world, now, in_time)
    if query.order_by == "asc":
        chosen = chosen[::-1]
    page = chosen[query.offset : query.offset + query.limit]
    return 200, {"count": len(chosen), "results": [world.document(task, now) for task in page]}


def _active(world: World, now: float, values: Values, project: str, region: str) -> tuple[int, Any]:
    here = {"project_id": [project], "region_id": [region], "state": ["NEW", "RUNNING"]}
    return _list(world, now, {**values, **here})


def _show(world: World, now: float, _values: Values, task_id: str) -> tuple[int, Any]:
    return 200, world.document(world.find(task_id, now), now)


def _acknowledge(world: World, now: float, values: Values, task_id: str) -> tuple[int, Any]:
    world.acknowledge(world.find(task_id, now), now)
    return _show(world, now, values, task_id)


def _acknowledge_all(world: World, now: float, values: Values) -> tuple[int, Any]:
    """Acknowledges the tasks that have ended; nobody has seen the result of an active one."""
    scope = _query({name: values[name] for name in ("project_id", "region_id") if name in values})
    ended = [task for task in world.all(now) if task.has_ended(now)]
    for task in scope.choose(world, now, ended):
        world.acknowledge(task, now)
    return 204, None


_TASKS = "/cloud/v1/tasks"
# A path, its only method, and what answers it; the first that fits counts.
_ROUTES: tuple[tuple[str, str, Callable[..., tuple[int, Any]]], ...] = (
    (_TASKS, "GET", _list),
    (f"{_TASKS}/acknowledge_all", "POST", _acknowledge_all),
    (f"{_TASKS}/([^/]+)", "GET", _show),
    (f"{_TASKS}/([^/]+)/acknowledge", "POST", _acknowledge),
    (f"{_TASKS}/([^/]+)/([^/]+)/active", "GET", _active),
)
