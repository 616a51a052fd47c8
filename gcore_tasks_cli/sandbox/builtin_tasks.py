"""The tasks of the built-in scenario."""

import random
import uuid

from gcore_tasks_cli.sandbox.tasks import SimulatedTask

_VM = {
    "name": "web-1",
    "flavor": "g1-standard-1-2",
    "volumes": [{"source": "image", "size": 10, "boot_index": 0}],
    "interfaces": [{"type": "external"}],
}


def live_tasks() -> tuple[SimulatedTask, ...]:
    """The tasks that change their state while the sandbox runs; one ends in ERROR."""
    return (
        SimulatedTask(
            "c7c1a317-905f-4c1d-80b2-d6dfabf0e4b0",
            "create_vm",
            starts_after=1.0,
            lasts=17.0,
            created_resources={
                "instances": ["169942e0-9b53-42df-95ef-1a8b6525c2bd"],
                "volumes": ["726ecfcc-7fd0-4e30-a86e-7892524aa483"],
                "ports": ["5c1b7e2a-33f0-4d1c-8b5e-9a7d3f6e1c42"],
            },
            document={"data": _VM},
        ),
        SimulatedTask(
            "85c9d9b6-04d7-4496-a14c-c98d826efdf7",
            "create_volume",
            lasts=9.0,
            ends="ERROR",
            error="Quota limit for volume_size exceeded by 20",
            document={"data": {"name": "data-1", "size": 500, "type_name": "ssd_hiiops"}},
        ),
        SimulatedTask(
            "6091154a-b5ca-4289-bd17-6477b9fc6058",
            "create_network",
            lasts=6.0,
            created_resources={"networks": ["b39792c3-3160-4356-912e-ba396c95cdcf"]},
            document={"data": {"name": "net-1", "create_router": True}},
        ),
        SimulatedTask(
            "182e0a0c-52e4-4d57-9542-e0545946e1f9",
            "delete_vm",
            starts_after=0.5,
            lasts=15.0,
            document={"data": {"instance_id": "a7e7e8d6-0bf7-4ac9-8170-831b47ee2ba9"}},
        ),
        SimulatedTask(
            "b6a190f1-185b-4cd2-b802-b1544598eb39",
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


# The number of the task → why it failed: a create_vm and a create_subnet.
_PAST_ERRORS = {
    6: "Not enough capacity in the region for this flavor",
    27: "Quota limit for subnet_count exceeded by 1",
}


def past_tasks() -> tuple[SimulatedTask, ...]:
    """Tasks of the last three days, all of them final, two of them in ERROR."""
    random_numbers = random.Random(20260523)  # noqa: S311  (the same tasks at every start)
    tasks = []
    for n in range(40):
        task_type, resource, usual = _PAST_TYPES[n % len(_PAST_TYPES)]
        error = _PAST_ERRORS.get(n)
        new_id = str(uuid.UUID(int=random_numbers.getrandbits(128), version=4))
        tasks.append(
            SimulatedTask(
                str(uuid.UUID(int=random_numbers.getrandbits(128), version=4)),
                task_type,
                starts_after=1.0,
                lasts=round(usual * random_numbers.uniform(0.7, 1.5)),
                ends="ERROR" if error else "FINISHED",
                error=error,
                created_resources={resource: [new_id]} if resource else {},
                age=600.0 + n * 6400.0 + random_numbers.randrange(3000),
            )
        )
    return tuple(tasks)
