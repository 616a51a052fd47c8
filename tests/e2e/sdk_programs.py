"""Programs with the official SDK as its users write them: python -m tests.e2e.sdk_programs NAME.

Nothing in them knows of the sandbox. That the client is strict makes it check each response against
its models. Each prints what the test looks at, as JSON.
"""

import asyncio
import json
import sys
from typing import Any

from gcore import AsyncGcore, Gcore

INSTANCE: Any = {
    "name": "vm-1",
    "flavor": "g1-standard-1-2",
    "interfaces": [{"type": "external"}],
    "volumes": [{"source": "image", "image_id": "i-1", "size": 10, "boot_index": 0}],
}
VOLUME: Any = {"name": "vol-1", "size": 7, "source": "new-volume"}


def resources() -> Any:
    cloud = Gcore(_strict_response_validation=True, polling_interval_seconds=1).cloud
    network = cloud.networks.create_and_poll(name="net-1", tags={"team": "a"})
    volume = cloud.volumes.create_and_poll(**VOLUME)
    instance = cloud.instances.create_and_poll(**INSTANCE)
    balancer = cloud.load_balancers.create_and_poll(name="lb-1")
    renamed = cloud.networks.update_and_poll(network.id, name="net-2")
    cloud.instances.delete_and_poll(instance.id)
    return {
        "names": [network.name, volume.name, instance.name, balancer.name, renamed.name],
        "size": volume.size,
        "scope": [network.project_id, network.region_id],
        "networks": [each.name for each in cloud.networks.list()],
        "instances": [each.name for each in cloud.instances.list()],
    }


def tasks() -> Any:
    cloud = Gcore(_strict_response_validation=True, polling_interval_seconds=1).cloud
    (started,) = cloud.networks.create(name="net-1").tasks
    state = cloud.tasks.get(started).state
    ended = cloud.tasks.poll(started)
    acknowledged = cloud.tasks.acknowledge_one(started)
    cloud.tasks.acknowledge_all()
    return {
        "states": [state, ended.state],
        "data": ended.data,
        "acknowledged": acknowledged.acknowledged_at is not None,
        "left": sum(1 for _ in cloud.tasks.list(is_acknowledged=False, limit=7)),
        "all": sum(1 for _ in cloud.tasks.list(limit=7)),
        "failed": [each.error for each in cloud.tasks.list(state=["ERROR"], project_id=[1234])],
    }


async def resources_async() -> Any:
    cloud = AsyncGcore(_strict_response_validation=True, polling_interval_seconds=1).cloud
    created = await asyncio.gather(
        cloud.networks.create_and_poll(name="net-1"),
        cloud.volumes.create_and_poll(**VOLUME),
        cloud.instances.create_and_poll(**INSTANCE),
        cloud.load_balancers.create_and_poll(name="lb-1"),
    )
    await cloud.volumes.delete_and_poll(created[1].id)
    return {
        "names": [each.name for each in created],
        "volumes": [each.name async for each in cloud.volumes.list()],
    }


async def tasks_async() -> Any:
    cloud = AsyncGcore(_strict_response_validation=True, polling_interval_seconds=1).cloud
    (started,) = (await cloud.networks.create(name="net-1")).tasks
    state = (await cloud.tasks.get(started)).state
    ended = await cloud.tasks.poll(started)
    acknowledged = await cloud.tasks.acknowledge_one(started)
    await cloud.tasks.acknowledge_all()
    left = [each async for each in cloud.tasks.list(is_acknowledged=False, limit=7)]
    return {
        "states": [state, ended.state],
        "acknowledged": acknowledged.acknowledged_at is not None,
        "left": len(left),
    }


def main() -> None:
    programs: dict[str, Any] = {"resources": resources, "tasks": tasks}
    programs |= {
        "resources_async": lambda: asyncio.run(resources_async()),
        "tasks_async": lambda: asyncio.run(tasks_async()),
    }
    print(json.dumps(programs[sys.argv[1]]()))


if __name__ == "__main__":
    main()
