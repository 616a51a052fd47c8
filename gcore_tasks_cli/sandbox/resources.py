"""Requests for what tasks create: every write starts a task, and what it creates can be read."""

import json
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import unquote

from gcore_tasks_cli.sandbox.world import PROJECT_ID, REGION_ID, ApiError, World
from gcore_tasks_cli.tasks.meant import RESOURCE_TYPES

_SAMPLES = json.loads(Path(__file__).with_name("resources.json").read_bytes())
_WORD = re.compile("k8s|(l7)?[a-z_]+")
# Where the API does not go by the words of the path.
_TASK_NAMES = {
    "instance": "vm",
    "bminstance": "bm",
    "floatingip": "fip",
    "file_share": "sfs",
    "dbaa_postgre_cluster": "dbaas_postgres_cluster",
    "k8s_cluster": "k8s_cluster_v2",
    "k8s_cluster_pool": "k8s_cluster_pool_v2",
}
_VERBS = {"POST": "create", "DELETE": "delete", "PUT": "update", "PATCH": "update"}


class Target(NamedTuple):
    """What a path names: words such as k8s, clusters; IDs by their names in a task's data.

    `resource_id` is the last ID, unless a word follows it.
    """

    words: list[str]
    ids: dict[str, str]
    project_id: int
    region_id: int
    resource_id: str | None

    @classmethod
    def of(cls, path: str) -> Self | None:
        """The target of a path such as /cloud/v1/networks/1234/76; None for any other."""
        if not re.match("/cloud/v[0-9]+/(?!tasks(/|$))[a-z]", path):
            return None
        words: list[str] = []
        numbers: list[int] = []
        ids: dict[str, str] = {}
        last_id = None
        for segment in filter(None, path.split("/")[3:]):
            # Names that users choose are IDs too: in networks/1234/76/prod what follows a plural.
            is_name = numbers and not last_id and words[-1][-1] == "s" != segment[-1]
            if not words or (_WORD.fullmatch(segment) and not is_name):
                words.append(segment)
                last_id = None
            elif len(numbers) < 2 and re.fullmatch("[0-9]{1,9}", segment):
                numbers.append(int(segment))
            else:
                name = _singular(words[-1])
                last_id = unquote(segment)
                ids["instance_uuid" if name == "instance" else f"{name}_id"] = last_id
        project, region = [*numbers, *(PROJECT_ID, REGION_ID)[len(numbers) :]]
        return cls(words, ids, project, region, last_id)

    @property
    def resource_type(self) -> str | None:
        """The type in created_resources; None where there is none for it."""
        last = self.words[-1]
        names = (f"{self.words[0]}_{last}", last, re.sub("^(lb|bm)", "", last))
        return next((name for name in names if name in RESOURCE_TYPES), None)

    def task_type(self, method: str) -> str:
        """The type of the task that this method starts, such as delete_vm or attach_volume."""
        verb, words = _VERBS[method], self.words
        if method == "POST" and self.ids and not (self.resource_id or words[-1].endswith("s")):
            *words, verb = words
        name = "_".join(_singular(word) for word in words)
        return f"{verb}_{_TASK_NAMES.get(name, name)}"


def read(world: World, now: float, target: Target) -> dict[str, Any]:
    """A resource, or the list of all of its type, newest first.

    Raises:
        ApiError: if there is no such resource or type.
    """
    found = _existing(world, now, target)
    if target.resource_type is not None and target.resource_id is None:
        return {"count": len(found), "results": list(found.values())[::-1]}
    if target.resource_id not in found:
        raise ApiError(404, "NotFoundError", f"{target.words[-1]}: not found")
    return found[target.resource_id]


def write(world: World, now: float, method: str, target: Target, body: bytes) -> dict[str, Any]:
    """Starts the task of a write; the response names it.

    Raises:
        ApiError: if the body is not a JSON object.
    """
    if method not in _VERBS:
        raise ApiError(405, "MethodNotAllowed", f"{method} is not allowed here")
    try:
        fields = dict(json.loads(body or b"{}"))
    except (TypeError, ValueError, RecursionError):
        raise ApiError(400, "ValidationError", "the body is not a JSON object") from None
    found = _existing(world, now, target).get(target.resource_id)
    if method == "PATCH" and found is not None and fields.items() <= found.items():
        return {"tasks": []}  # nothing changes
    task_type = target.task_type(method)
    kind = target.resource_type if task_type.startswith("create_") else None
    document = {
        "project_id": target.project_id,
        "region_id": target.region_id,
        "data": {**target.ids, **fields},
    }
    created = {kind: [str(uuid.uuid4())]} if kind else {}
    task = world.start(now, document, task_type=task_type, created_resources=created)
    return {"tasks": [task.id]}


def _existing(world: World, now: float, target: Target) -> dict[str | None, dict[str, Any]]:
    """All resources of the target's type, project and region, by their IDs.

    They are what tasks that are FINISHED created, changed and deleted.
    """
    found: dict[str | None, dict[str, Any]] = {}
    kind = target.resource_type or ""
    for task in reversed(world.all(now)):
        document = world.document(task, now)
        scope = document["project_id"], document["region_id"]
        if scope != (target.project_id, target.region_id) or task.state(now)[0] != "FINISHED":
            continue
        data = document["data"] if isinstance(document["data"], dict) else {}
        for resource_id in task.created_resources.get(kind, ()):
            found[str(resource_id)] = {
                **_sample(kind),
                **_fields(kind, data),
                "id": resource_id,
                "project_id": target.project_id,
                "region_id": target.region_id,
                "created_at": f"{document['finished_on']}+0000",
                "updated_at": f"{document['finished_on']}+0000",
                "creator_task_id": task.id,
            }
        for changed in [value for value in data.values() if isinstance(value, str)]:
            if task.task_type.startswith("delete_"):
                found.pop(changed, None)
            elif changed in found and task.task_type.startswith("update_"):
                found[changed] |= _fields(kind, data)
    return found


def _fields(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the body of a request gives a resource: the values that the API shows as they are."""
    return {
        name: value
        for name, value in data.items()
        if isinstance(value, str | int) and type(value) is type(_sample(kind).get(name))
    }


def _sample(kind: str) -> dict[str, Any]:
    """What all resources of a type have in common."""
    return {**_SAMPLES["all"], **_SAMPLES.get(kind, {})}


def _singular(word: str) -> str:
    return re.sub("(?<=[a-z])s$", "", re.sub("ies$", "y", word.replace("-", "_")))
