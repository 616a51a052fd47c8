"""Simulated tasks: the whole API document of a task as a function of time."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

RESOURCE_TYPES = (
    "ai_clusters",
    "api_keys",
    "caas_containers",
    "clusters",
    "ddos_profiles",
    "faas_functions",
    "faas_namespaces",
    "file_shares",
    "floatingips",
    "healthmonitors",
    "images",
    "inference_instances",
    "instances",
    "k8s_clusters",
    "k8s_pools",
    "l7polices",
    "l7rules",
    "laas_topic",
    "listeners",
    "loadbalancers",
    "members",
    "networks",
    "pools",
    "ports",
    "postgresql_clusters",
    "projects",
    "registry_registries",
    "registry_users",
    "routers",
    "secrets",
    "security_group_rules",
    "security_groups",
    "servergroups",
    "snapshots",
    "subnets",
    "volumes",
)

PROJECT_ID, REGION_ID, CLIENT_ID, USER_ID = 1234, 76, 8, 4321
NEVER = "NEVER"


@dataclass(frozen=True)
class SimulatedTask:
    """A task that is NEW, then RUNNING, then what it `ends` as; all times in seconds.

    `age` is how long before the sandbox's start it was created; the other times count from its
    creation. `document` overrides any field of the API's document.
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
        """How far it is `now` seconds after the sandbox's start: 0 is NEW, the last one the end."""
        since = now + self.age
        if since < self.starts_after:
            return 0
        steps = max(1, len(self.detailed_states))
        if self.ends != NEVER and since >= self.starts_after + self.lasts:
            return steps + 1
        share = (since - self.starts_after) / self.lasts if self.lasts > 0 else 0.0
        return 1 + min(steps - 1, int(share * steps))

    def state(self, now: float) -> str:
        """NEW, RUNNING, FINISHED or ERROR (or what `ends` says)."""
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
    """The API's way to write a time, in UTC."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S")


VM = {
    "name": "web-1",
    "flavor": "g1-standard-1-2",
    "volumes": [{"source": "image", "size": 10, "boot_index": 0}],
    "interfaces": [{"type": "external"}],
}


def live_tasks() -> tuple[SimulatedTask, ...]:
    """The tasks of the built-in scenario that move: one to ERROR."""
    return (
        SimulatedTask(
            "6a5f0c1e-0001-4a3b-9d6e-2f1b7c9e0a01",
            "create_vm",
            starts_after=1.0,
            lasts=17.0,
            created_resources={
                "instances": ["169942e0-9b53-42df-95ef-1a8b6525c2bd"],
                "volumes": ["726ecfcc-7fd0-4e30-a86e-7892524aa483"],
                "ports": ["5c1b7e2a-33f0-4d1c-8b5e-9a7d3f6e1c42"],
            },
            document={"data": VM},
        ),
        SimulatedTask(
            "6a5f0c1e-0002-4a3b-9d6e-2f1b7c9e0a02",
            "create_volume",
            lasts=9.0,
            ends="ERROR",
            error="Quota limit for volume_size exceeded by 20",
            document={"data": {"name": "data-1", "size": 500, "type_name": "ssd_hiiops"}},
        ),
        SimulatedTask(
            "6a5f0c1e-0003-4a3b-9d6e-2f1b7c9e0a03",
            "create_network",
            lasts=6.0,
            created_resources={"networks": ["b39792c3-3160-4356-912e-ba396c95cdcf"]},
            document={"data": {"name": "net-1", "create_router": True}},
        ),
        SimulatedTask(
            "6a5f0c1e-0004-4a3b-9d6e-2f1b7c9e0a04",
            "delete_vm",
            starts_after=0.5,
            lasts=15.0,
            document={"data": {"instance_id": "a7e7e8d6-0bf7-4ac9-8170-831b47ee2ba9"}},
        ),
        SimulatedTask(
            "6a5f0c1e-0005-4a3b-9d6e-2f1b7c9e0a05",
            "create_gpu_virtual_cluster",
            starts_after=1.0,
            lasts=11.0,
            detailed_states=("NETWORK",),
            created_resources={"clusters": ["0f25a566-91a6-4507-aa42-bdd732fb998d"]},
            document={"data": {"name": "training-1", "servers_count": 2}},
        ),
    )


_PAST_TYPES = (
    ("create_vm", "instances", 22.0),
    ("create_volume", "volumes", 9.0),
    ("delete_vm", None, 31.0),
    ("create_subnet", "subnets", 7.0),
    ("create_loadbalancer", "loadbalancers", 55.0),
    ("attach_volume", None, 4.0),
)


def past_tasks() -> tuple[SimulatedTask, ...]:
    """Tasks of the last three days, all ended, two of them in ERROR."""
    dice = random.Random(20260523)  # noqa: S311  (the same past at every start)
    tasks = []
    for n in range(40):
        task_type, resource, usual = _PAST_TYPES[n % len(_PAST_TYPES)]
        failed = n in (7, 26)
        new_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        tasks.append(
            SimulatedTask(
                str(uuid.UUID(int=dice.getrandbits(128), version=4)),
                task_type,
                starts_after=1.0,
                lasts=round(usual * dice.uniform(0.7, 1.5)),
                ends="ERROR" if failed else "FINISHED",
                error="Not enough capacity in the region for this flavor" if failed else None,
                created_resources={resource: [new_id]} if resource else {},
                age=600.0 + n * 6400.0 + dice.randrange(3000),
            )
        )
    return tuple(tasks)
