"""What the API responds: pure, without socket and clock."""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gcore_tasks_cli.sandbox.world import World

_MOST_A_PAGE = 1000
# The filters of a list that compare a field, and all of them except the creation time.
_FIELDS = ("state", "project_id", "region_id", "task_type")
_FILTERS = frozenset((*_FIELDS, "is_acknowledged"))
_KINDS = {"instances": "vm", "volumes": "volume", "networks": "network"}

Query = Mapping[str, list[str]]


# A status and a body.
Response = tuple[int, bytes]


def respond(world: World, now: float, method: str, target: str, authorization: str) -> Response:
    """The API's response to a request, `now` seconds after the sandbox's start.

    `target` is the path with its query.
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return _error(400, "ValidationError", "the target of the request is not a URL")
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "apikey" or key.strip() != world.api_key:
        return _error(401, "UnauthorizedError", "Bad permanent token: it is not known")
    for pattern, only_method, answer in _ROUTES:
        if (match := re.fullmatch(pattern, parts.path)) is None:
            continue
        if method != only_method:
            return _error(405, "MethodNotAllowed", f"only {only_method} is allowed here")
        query = parse_qs(parts.query, keep_blank_values=True)
        with world.lock:
            return answer(world, now, query, *(unquote(part) for part in match.groups()))
    return _error(404, "NotFoundError", f"the sandbox has no {target[:200]}")


def _list(world: World, now: float, query: Query) -> Response:
    try:
        limit = _number(query, "limit", 10, 1, _MOST_A_PAGE)
        offset = _number(query, "offset", 0, 0, 2**31)
        since, until = _time(query, "from_timestamp"), _time(query, "to_timestamp")
        order = query.get("order_by", ["desc"])[-1]
        if order not in ("asc", "desc"):
            raise ValueError("order_by: must be asc or desc")
        if len(query.get("task_type", [])) > 1:
            raise ValueError("task_type: must be a single one")
    except (ValueError, OverflowError) as error:
        return _error(400, "ValidationError", str(error))
    least, most = world.epoch - until, world.epoch - since
    chosen = [task for task in world.all(now) if least <= task.age <= most]
    if not _FILTERS.isdisjoint(query):  # else only the page's documents are made
        chosen = [task for task in chosen if _matches(world.document(task, now), query)]
    if order == "asc":
        chosen.reverse()
    page = [world.document(task, now) for task in chosen[offset : offset + limit]]
    return _json(200, {"count": len(chosen), "results": page})


def _active(world: World, now: float, query: Query, project: str, region: str) -> Response:
    here = {"project_id": [project], "region_id": [region], "state": ["NEW", "RUNNING"]}
    return _list(world, now, {**query, **here})


def _show(world: World, now: float, _query: Query, task_id: str) -> Response:
    if (task := world.find(task_id, now)) is None:
        return _error(404, "NotFoundError", f"Task {task_id} was not found")
    return _json(200, world.document(task, now))


def _acknowledge(world: World, now: float, query: Query, task_id: str) -> Response:
    if (task := world.find(task_id, now)) is not None:
        world.acknowledge(task, now)
    return _show(world, now, query, task_id)


def _acknowledge_all(world: World, now: float, query: Query) -> Response:
    scope = {name: query[name] for name in ("project_id", "region_id") if name in query}
    for task in world.all(now):
        if _matches(world.document(task, now), scope):
            world.acknowledge(task, now)
    return 204, b""


def _start(
    world: World, now: float, _query: Query, kind: str, deleted_id: str | None = None
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


def _matches(document: Mapping[str, Any], query: Query) -> bool:
    for name in _FIELDS:
        if name in query and str(document.get(name)) not in query[name]:
            return False
    if "is_acknowledged" in query:
        wanted = query["is_acknowledged"][-1].lower() in ("true", "1")
        return wanted == (document.get("acknowledged_at") is not None)
    return True


def _number(query: Query, name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, [str(default)])[-1]
    if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) <= high:
        raise ValueError(f"{name}: must be a number from {low} to {high}")
    return int(text)


def _time(query: Query, name: str) -> float:
    if name not in query:
        return float("-inf") if name.startswith("from") else float("inf")
    time = datetime.fromisoformat(query[name][-1].replace(" ", "+"))
    return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).timestamp()


def _json(status: int, value: Any) -> Response:
    return status, json.dumps(value, separators=(",", ":")).encode()


def _error(status: int, kind: str, message: str) -> Response:
    request_id = f"req-{uuid.uuid4()}"
    return _json(status, {"exception_class": kind, "message": message, "request_id": request_id})
