"""The Task model: every known field of the API, and unknown ones. The only user of pydantic."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler
from pydantic.functional_validators import WrapValidator

from gcore_tasks_cli.times import parse_time


class TaskState(StrEnum):
    """The states in the API's published description. The API may add others."""

    NEW = "NEW"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    ERROR = "ERROR"


def _keep_what_does_not_fit(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A value of an unexpected type is kept as its JSON text instead of being an error."""
    try:
        return handler(value)
    except ValidationError:
        return value if isinstance(value, str) else _text(value)


def _none_is_nothing(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """`null` instead of a list of IDs means that nothing was created."""
    return [] if value is None else _keep_what_does_not_fit(value, handler)


_T = TypeVar("_T")
# A string replaces a value of an unexpected type.
Lenient = Annotated[_T | str | None, WrapValidator(_keep_what_does_not_fit)]
ResourceIds = Annotated[list[str | int] | str, WrapValidator(_none_is_nothing), Field(default=[])]


class CreatedResources(BaseModel):
    """IDs of what a task created, by the API's type names (`l7polices` is its spelling)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    ai_clusters: ResourceIds
    api_keys: ResourceIds
    caas_containers: ResourceIds
    clusters: ResourceIds
    ddos_profiles: ResourceIds
    faas_functions: ResourceIds
    faas_namespaces: ResourceIds
    file_shares: ResourceIds
    floatingips: ResourceIds
    healthmonitors: ResourceIds
    images: ResourceIds
    inference_instances: ResourceIds
    instances: ResourceIds
    k8s_clusters: ResourceIds
    k8s_pools: ResourceIds
    l7polices: ResourceIds
    l7rules: ResourceIds
    laas_topic: ResourceIds
    listeners: ResourceIds
    loadbalancers: ResourceIds
    members: ResourceIds
    networks: ResourceIds
    pools: ResourceIds
    ports: ResourceIds
    postgresql_clusters: ResourceIds
    projects: ResourceIds
    registry_registries: ResourceIds
    registry_users: ResourceIds
    routers: ResourceIds
    secrets: ResourceIds
    security_group_rules: ResourceIds
    security_groups: ResourceIds
    servergroups: ResourceIds
    snapshots: ResourceIds
    subnets: ResourceIds
    volumes: ResourceIds

    def created(self) -> dict[str, list[str]]:
        """The types with at least one ID, unknown types too; each ID as a string."""
        present: dict[str, list[str]] = {}
        for name, value in (*dict(self).items(), *(self.model_extra or {}).items()):
            items = value if isinstance(value, list) else [value]
            if ids := [_text(item) for item in items if item not in (None, "")]:
                present[name] = ids
        return present


class Task(BaseModel):
    """One task, as the API describes it. Only `id` and `state` are required."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())

    id: str
    state: str
    task_type: Lenient[str] = None
    user_id: Lenient[int] = None
    created_on: Lenient[str] = None
    acknowledged_at: Lenient[str] = None
    acknowledged_by: Lenient[int] = None
    client_id: Lenient[int] = None
    created_resources: Lenient[CreatedResources] = None
    data: Any = None
    detailed_state: Lenient[str] = None
    error: Lenient[str] = None
    finished_on: Lenient[str] = None
    job_id: Lenient[str] = None
    lifecycle_policy_id: Lenient[int] = None
    project_id: Lenient[int] = None
    region_id: Lenient[int] = None
    request_id: Lenient[str] = None
    schedule_id: Lenient[str] = None
    updated_on: Lenient[str] = None
    user_client_id: Lenient[int] = None

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Task":
        """The model of a task document.

        Raises:
            ValueError: if it is not a task (without a string `id` or `state`).
        """
        named = _with_good_names(fields)
        if isinstance(resources := named.get("created_resources"), dict):
            named["created_resources"] = _with_good_names(resources)
        return cls.model_validate(named)

    @property
    def created_at(self) -> datetime | None:
        """`created_on`, if it can be read as a time."""
        return parse_time(self.created_on)

    @property
    def finished_at(self) -> datetime | None:
        """`finished_on`, if it can be read as a time."""
        return parse_time(self.finished_on)

    @property
    def duration_seconds(self) -> float | None:
        """From creation to end; None if one of them is unknown, or the end comes first."""
        if self.created_at is None or self.finished_at is None:
            return None
        seconds = (self.finished_at - self.created_at).total_seconds()
        return seconds if seconds >= 0 else None

    @property
    def is_final(self) -> bool:
        """Whether the task has ended: its state cannot change any more."""
        return self.state in (TaskState.FINISHED, TaskState.ERROR)

    def created(self) -> dict[str, list[str]]:
        """IDs of what was created, by type; empty if nothing was."""
        if isinstance(self.created_resources, CreatedResources):
            return self.created_resources.created()
        return {"created_resources": [self.created_resources]} if self.created_resources else {}

    def unknown_fields(self) -> dict[str, Any]:
        """Fields that are not in the API's published description, as sent."""
        return dict(self.model_extra or {})


def _with_good_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """pydantic rejects names with lone surrogates; these are escaped."""
    return {name.encode("utf-8", "backslashreplace").decode(): v for name, v in fields.items()}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, default=str)
    except RecursionError:
        return "(nested too deeply to show)"
