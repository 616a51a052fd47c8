"""What the API answers: requests in, responses out, no socket and no clock."""

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gcore_tasks_cli.sandbox.scenario import Scenario
from gcore_tasks_cli.sandbox.tasks import USER_ID, SimulatedTask, live_tasks, timestamp

_TASKS = "/cloud/v1/tasks"
_MOST_A_PAGE = 1000
_ACTIVE = ("NEW", "RUNNING")
# What a list can be filtered by, beside the time of creation.
_FIELDS = ("state", "project_id", "region_id", "task_type")
_FILTERS = frozenset((*_FIELDS, "is_acknowledged"))


@dataclass(frozen=True)
class Request:
    """A request: `target` is the path with its query, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """An answer: status, body, and headers beyond those that every answer has."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class World:
    """All tasks of a sandbox and what was done to them; safe to use from several threads."""

    def __init__(self, scenario: Scenario, epoch: float) -> None:
        self.api_key = scenario.api_key
        self._started = scenario.started
        self.epoch = epoch
        self.lock = threading.Lock()
        # Newest first, as the API lists them.
        self._tasks = {
            task.id: task
            for task in sorted((*scenario.tasks, *scenario.past), key=lambda task: task.age)
        }
        self._acknowledged: dict[str, str] = {}
        self._rendered: dict[tuple[str, int, str | None], dict[str, Any]] = {}

    def find(self, task_id: str, now: float) -> SimulatedTask | None:
        """The task of this ID, unless it has vanished."""
        task = self._tasks.get(task_id)
        if task is None or (task.vanishes_after is not None and now >= task.vanishes_after):
            return None
        return task

    def all(self, now: float) -> list[SimulatedTask]:
        """All tasks, newest first."""
        return [
            task
            for task in self._tasks.values()
            if task.vanishes_after is None or now < task.vanishes_after
        ]

    def document(self, task: SimulatedTask, now: float) -> dict[str, Any]:
        """The task's document now; the same object as long as nothing changed."""
        key = (task.id, task.phase(now), self._acknowledged.get(task.id))
        if key not in self._rendered:
            document = task.document_at(now, self.epoch)
            if key[2] is not None:
                document |= {"acknowledged_at": key[2], "acknowledged_by": USER_ID}
            self._rendered[key] = document
        return self._rendered[key]

    def acknowledge(self, task: SimulatedTask, now: float) -> None:
        """Marks the task as acknowledged."""
        self._acknowledged.setdefault(task.id, timestamp(self.epoch + now))

    def start(self, task_type: str, now: float) -> SimulatedTask:
        """A new task of this type, as a write call of the API starts one."""
        if self._started is not None:
            task = replace(self._started, id=str(uuid.uuid4()), age=-now)
            self._tasks = {task.id: task, **self._tasks}
            return task
        model = next((t for t in live_tasks() if t.task_type == task_type), live_tasks()[0])
        task = replace(model, id=str(uuid.uuid4()), task_type=task_type, age=-now)
        if task.ends == "ERROR":
            task = replace(task, ends="FINISHED", error=None)
        if task_type.startswith("delete_"):
            task = replace(task, created_resources={}, document={})
        self._tasks = {task.id: task, **self._tasks}
        return task


def respond(world: World, request: Request, now: float) -> Response:
    """The API's answer to the request, `now` seconds after the sandbox's start."""
    try:
        parts = urlsplit(request.target)
    except ValueError:
        return _error(400, "ValidationError", "the target of the request is no URL")
    with world.lock:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "apikey" or key.strip() != world.api_key:
            return _error(401, "UnauthorizedError", "Bad permanent token: it is not known")
        query = parse_qs(parts.query, keep_blank_values=True)
        segments = [unquote(segment) for segment in parts.path.split("/")[1:]]
        if parts.path == _TASKS:
            return _only("GET", request) or _list(world, query, now)
        if parts.path == f"{_TASKS}/acknowledge_all":
            return _only("POST", request) or _acknowledge_all(world, query, now)
        if parts.path.startswith(f"{_TASKS}/"):
            return _tasks(world, request, segments[3:], query, now)
        return _write_call(world, request, segments, now)


def _tasks(
    world: World, request: Request, rest: list[str], query: dict[str, list[str]], now: float
) -> Response:
    if len(rest) == 3 and rest[2] == "active":
        here = {"project_id": [rest[0]], "region_id": [rest[1]], "state": list(_ACTIVE)}
        return _only("GET", request) or _list(world, {**query, **here}, now)
    task = world.find(rest[0], now)
    if task is None or len(rest) > 2 or (len(rest) == 2 and rest[1] != "acknowledge"):
        return _error(404, "NotFoundError", f"Task {rest[0]} was not found")
    if len(rest) == 1:
        return _only("GET", request) or _json(200, world.document(task, now))
    if refusal := _only("POST", request):
        return refusal
    world.acknowledge(task, now)
    return _json(200, world.document(task, now))


def _list(world: World, query: dict[str, list[str]], now: float) -> Response:
    try:
        limit = _number(query, "limit", 10, 1, _MOST_A_PAGE)
        offset = _number(query, "offset", 0, 0, 2**31)
        since, until = _time(query, "from_timestamp"), _time(query, "to_timestamp")
        order = query.get("order_by", ["desc"])[-1]
        if order not in ("asc", "desc"):
            raise ValueError("order_by: must be asc or desc")
    except (ValueError, OverflowError) as error:
        return _error(400, "ValidationError", str(error))
    least, most = world.epoch - until, world.epoch - since
    chosen = [task for task in world.all(now) if least <= task.age <= most]
    if not _FILTERS.isdisjoint(query):  # else only the page itself has to be written
        chosen = [task for task in chosen if _matches(world.document(task, now), query)]
    if order == "asc":
        chosen.reverse()
    page = [world.document(task, now) for task in chosen[offset : offset + limit]]
    return _json(200, {"count": len(chosen), "results": page})


def _matches(document: dict[str, Any], query: dict[str, list[str]]) -> bool:
    for name in _FIELDS:
        if name in query and str(document.get(name)) not in query[name]:
            return False
    if "is_acknowledged" in query:
        wanted = query["is_acknowledged"][-1].lower() in ("true", "1")
        return wanted == (document.get("acknowledged_at") is not None)
    return True


def _acknowledge_all(world: World, query: dict[str, list[str]], now: float) -> Response:
    for task in world.all(now):
        if _matches(world.document(task, now), query):
            world.acknowledge(task, now)
    return Response(204)


def _write_call(world: World, request: Request, segments: list[str], now: float) -> Response:
    """`POST /cloud/v1/volumes/{project}/{region}` and its kin start a task."""
    kinds = {"instances": "vm", "volumes": "volume", "networks": "network"}
    if len(segments) < 5 or segments[0] != "cloud" or segments[2] not in kinds:
        return _error(404, "NotFoundError", f"there is no {request.target[:200]} here")
    kind = kinds[segments[2]]
    if request.method == "POST" and len(segments) == 5:
        return _json(200, {"tasks": [world.start(f"create_{kind}", now).id]})
    if request.method == "DELETE" and len(segments) == 6:
        return _json(200, {"tasks": [world.start(f"delete_{kind}", now).id]})
    return _error(405, "MethodNotAllowed", "this sandbox knows POST and DELETE here")


def _number(query: dict[str, list[str]], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, [str(default)])[-1]
    if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) <= high:
        raise ValueError(f"{name}: must be a number from {low} to {high}")
    return int(text)


def _time(query: dict[str, list[str]], name: str) -> float:
    if name not in query:
        return float("-inf") if name.startswith("from") else float("inf")
    time = datetime.fromisoformat(query[name][-1].replace(" ", "+"))
    return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).timestamp()


def _only(method: str, request: Request) -> Response | None:
    if request.method == method:
        return None
    return _error(405, "MethodNotAllowed", f"only {method} is allowed here")


def _json(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode("utf-8", "surrogatepass"))


def _error(status: int, kind: str, message: str) -> Response:
    body = {"exception_class": kind, "message": message, "request_id": f"req-{uuid.uuid4()}"}
    return _json(status, body)
