"""What the API responds: pure, without socket and clock."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gcore_tasks_cli.sandbox.messages import Request, Response
from gcore_tasks_cli.sandbox.world import World

_TASKS = "/cloud/v1/tasks"
_MOST_A_PAGE = 1000
_ACTIVE = ("NEW", "RUNNING")
# The filters of a list that compare a field, and all of them except the creation time.
_FIELDS = ("state", "project_id", "region_id", "task_type")
_FILTERS = frozenset((*_FIELDS, "is_acknowledged"))


def respond(world: World, request: Request, now: float) -> Response:
    """The API's response to the request, `now` seconds after the sandbox's start."""
    try:
        parts = urlsplit(request.target)
    except ValueError:
        return _error(400, "ValidationError", "the target of the request is not a URL")
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
    if not _FILTERS.isdisjoint(query):  # else only the page's documents are rendered
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
    """`POST /cloud/v1/volumes/{project}/{region}` and similar calls start a task."""
    kinds = {"instances": "vm", "volumes": "volume", "networks": "network"}
    if len(segments) < 5 or segments[0] != "cloud" or segments[2] not in kinds:
        return _error(404, "NotFoundError", f"the sandbox has no {request.target[:200]}")
    kind = kinds[segments[2]]
    if request.method == "POST" and len(segments) == 5:
        return _json(200, {"tasks": [world.start("create", kind, now).id]})
    if request.method == "DELETE" and len(segments) == 6:
        return _json(200, {"tasks": [world.start("delete", kind, now, segments[5]).id]})
    return _error(405, "MethodNotAllowed", "only POST and DELETE are allowed here")


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
