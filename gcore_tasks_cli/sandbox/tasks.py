"""Simulated tasks: the whole API document of a task as a function of time."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# By the API's published description; `l7polices` is its spelling.
RESOURCE_TYPES = (
    *("ai_clusters", "api_keys", "caas_containers", "clusters", "ddos_profiles", "faas_functions"),
    *("faas_namespaces", "file_shares", "floatingips", "healthmonitors", "images"),
    *("inference_instances", "instances", "k8s_clusters", "k8s_pools", "l7polices", "l7rules"),
    *("laas_topic", "listeners", "loadbalancers", "members", "networks", "pools", "ports"),
    *("postgresql_clusters", "projects", "registry_registries", "registry_users", "routers"),
    *("secrets", "security_group_rules", "security_groups", "servergroups", "snapshots"),
    *("subnets", "volumes"),
)

PROJECT_ID, REGION_ID, CLIENT_ID, USER_ID = 1234, 76, 8, 4321
NEVER = "NEVER"


@dataclass(frozen=True)
class SimulatedTask:
    """A task that is NEW, then RUNNING, then in the state `ends`; all times in seconds.

    `age` is how long before the sandbox's start it was created. `vanishes_after` counts from that
    start, the other times from the creation. `document` overrides any field of the API's document.
    """

    id: str
    task_type: str = "create_vm"
    starts_after: float = 0.0
    lasts: float = 5.0
    ends: str = "FINISHED"
    error: str | None = None
    created_resources: Mapping[str, Any] = field(default_factory=dict)
    detailed_states: tuple[str, ...] = ()
    age: float = 0.0
    vanishes_after: float | None = None
    document: Mapping[str, Any] = field(default_factory=dict)

    def phase(self, now: float) -> int:
        """Its step at `now` seconds after the sandbox's start: 0 is NEW, the highest its end."""
        since = now + self.age
        if since < self.starts_after:
            return 0
        steps = max(1, len(self.detailed_states))
        if self.ends != NEVER and since >= self.starts_after + self.lasts:
            return steps + 1
        share = (since - self.starts_after) / self.lasts if self.lasts > 0 else 0.0
        return 1 + min(steps - 1, int(share * steps))

    def state(self, now: float) -> str:
        """NEW, RUNNING, or the state `ends`."""
        phase = self.phase(now)
        if phase == 0:
            return "NEW"
        return self.ends if phase > max(1, len(self.detailed_states)) else "RUNNING"

    def document_at(self, now: float, epoch: float) -> dict[str, Any]:
        """The API's document; `epoch` is the sandbox's start in seconds since 1970."""
        state, phase = self.state(now), self.phase(now)
        created = epoch - self.age
        is_over = state not in ("NEW", "RUNNING")
        finished = created + self.starts_after + self.lasts
        return {
            "id": self.id,
            "created_on": timestamp(created),
            "updated_on": timestamp(finished if is_over else created + min(phase, 1)),
            "finished_on": timestamp(finished) if is_over else None,
            "state": state,
            "task_type": self.task_type,
            "detailed_state": self._detailed_state(state, phase),
            "user_id": USER_ID,
            "user_client_id": CLIENT_ID,
            "client_id": CLIENT_ID,
            "project_id": PROJECT_ID,
            "region_id": REGION_ID,
            "request_id": f"req-{uuid.uuid5(uuid.NAMESPACE_OID, self.id)}",
            "job_id": str(uuid.uuid5(uuid.NAMESPACE_URL, self.id)),
            "schedule_id": None,
            "lifecycle_policy_id": None,
            "acknowledged_at": None,
            "acknowledged_by": None,
            "error": (self.error or "unknown error") if state == "ERROR" else None,
            "created_resources": self._created(state),
            "data": None,
            **self.document,
        }

    def _detailed_state(self, state: str, phase: int) -> str | None:
        if not self.detailed_states or state == "NEW":
            return None
        return self.detailed_states[phase - 1] if state == "RUNNING" else state

    def _created(self, state: str) -> dict[str, Any] | None:
        if state != "FINISHED":
            return None
        return {**{name: [] for name in RESOURCE_TYPES}, **self.created_resources}


def timestamp(epoch: float) -> str:
    """A time as the API writes it, in UTC."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S")
