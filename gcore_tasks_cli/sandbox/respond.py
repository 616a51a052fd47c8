"""What the API responds: pure, without socket and clock."""

import json
import math
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, BeforeValidator, Field, NonNegativeInt, ValidationError

from gcore_tasks_cli.sandbox.world import World

_KINDS = {"instances": "vm", "volumes": "volume", "networks": "network"}

# A status and a body.
Response = tuple[int, bytes]
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

    def choose(self, documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The tasks that the list has, by all filters but those of the creation time."""
        wanted = [(name, values) for name in _REPEATABLE if (values := getattr(self, name))]
        return [
            document
            for document in documents
            if all(document.get(name) in values for name, values in wanted)
            and self.is_acknowledged in (None, document.get("acknowledged_at") is not None)
        ]


def respond(world: World, now: float, method: str, target: str, authorization: str) -> Response:
    """The API's response to a request, `now` seconds after the sandbox's start.

    `target` is the path with its query.
    """
    path, _, query = target.partition("?")
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "apikey" or key.strip() != world.api_key:
        return _error(401, "UnauthorizedError", "Bad permanent token: it is not known")
    for pattern, only_method, answer in _ROUTES:
        if (match := re.fullmatch(pattern, path)) is None:
            continue
        if method != only_method:
            return _error(405, "MethodNotAllowed", f"only {only_method} is allowed here")
        values = parse_qs(query, keep_blank_values=True)
        try:
            with world.lock:
                return answer(world, now, values, *(unquote(part) for part in match.groups()))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            return _error(400, "ValidationError", f"{place}: {first['msg']}")
    return _error(404, "NotFoundError", f"the sandbox has no {target[:200]}")


def _query(values: Values, names: Iterable[str] = _Query.model_fields) -> _Query:
    """These parameters; of what may not be repeated, the last value counts."""
    given = {name: values[name] for name in names if name in values}
    return _Query.model_validate(
        {name: found if name in _REPEATABLE else found[-1] for name, found in given.items()}
    )


def _list(world: World, now: float, values: Values) -> Response:
    query = _query(values)
    documents = query.choose(
        world.document(task, now)
        for task in world.all(now)
        if query.from_timestamp <= world.epoch - task.age <= query.to_timestamp
    )
    if query.order_by == "asc":
        documents.reverse()
    page = documents[query.offset : query.offset + query.limit]
    return _json(200, {"count": len(documents), "results": page})


def _active(world: World, now: float, values: Values, project: str, region: str) -> Response:
    here = {"project_id": [project], "region_id": [region], "state": ["NEW", "RUNNING"]}
    return _list(world, now, {**values, **here})


def _show(world: World, now: float, _values: Values, task_id: str) -> Response:
    if (task := world.find(task_id, now)) is None:
        return _error(404, "NotFoundError", f"Task {task_id} was not found")
    return _json(200, world.document(task, now))


def _acknowledge(world: World, now: float, values: Values, task_id: str) -> Response:
    world.acknowledge(task_id, now)
    return _show(world, now, values, task_id)


def _acknowledge_all(world: World, now: float, values: Values) -> Response:
    scope = _query(values, ("project_id", "region_id"))
    documents = scope.choose(world.document(task, now) for task in world.all(now))
    for document in documents:
        world.acknowledge(document["id"], now)
    return 204, b""


def _start(
    world: World, now: float, _values: Values, kind: str, deleted_id: str | None = None
) -> Response:
    return _json(200, {"tasks": [world.start(_KINDS[kind], now, deleted_id).id]})


_TASKS = "/cloud/v1/tasks"
_RESOURCES = f"/cloud/v[0-9]+/({'|'.join(_KINDS)})/[^/]+/[^/]+"
# A path, its only method, and what answers it; the first that fits counts.
_ROUTES: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    (_TASKS, "GET", _list),
    (f"{_TASKS}/acknowledge_all", "POST", _acknowledge_all),
    (f"{_TASKS}/([^/]+)", "GET", _show),
    (f"{_TASKS}/([^/]+)/acknowledge", "POST", _acknowledge),
    (f"{_TASKS}/([^/]+)/([^/]+)/active", "GET", _active),
    (_RESOURCES, "POST", _start),
    (f"{_RESOURCES}/([^/]+)", "DELETE", _start),
)


def _json(status: int, value: Any) -> Response:
    return status, json.dumps(value, separators=(",", ":")).encode()


def _error(status: int, kind: str, message: str) -> Response:
    request_id = f"req-{uuid.uuid4()}"
    return _json(status, {"exception_class": kind, "message": message, "request_id": request_id})
