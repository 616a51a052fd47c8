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


def one_by_one() -> Any:
    cloud = Gcore(_strict_response_validation=True, polling_interval_seconds=1).cloud
    network = cloud.networks.create_and_poll(name="net-1", tags={"team": "a"})
    volume = cloud.volumes.create_and_poll(**VOLUME)
    instance = cloud.instances.create_and_poll(**INSTANCE)
    balancer = cloud.load_balancers.create_and_poll(name="lb-1")
    renamed = cloud.networks.update_and_poll(network.id, name="net-2")
    cloud.instances.delete_and_poll(instance.id)
    ended = cloud.tasks.poll(cloud.networks.create(name="net-3").tasks[0])
    acknowledged = cloud.tasks.acknowledge_one(ended.id)
    cloud.tasks.acknowledge_all()
    return {
        "names": [network.name, volume.name, instance.name, balancer.name, renamed.name],
        "size": volume.size,
        "scope": [network.project_id, network.region_id],
        "networks": [each.name for each in cloud.networks.list()],
        "instances": [each.name for each in cloud.instances.list()],
        "task": [ended.state, ended.data, acknowledged.acknowledged_at is not None],
        "unacknowledged": [each.id for each in cloud.tasks.list(is_acknowledged=False)],
        "failed": [each.error for each in cloud.tasks.list(state=["ERROR"], project_id=[1234])],
        "all": sum(1 for _ in cloud.tasks.list(limit=7)),
    }


async def together() -> Any:
    cloud = AsyncGcore(_strict_response_validation=True, polling_interval_seconds=1).cloud
    (started,) = (await cloud.networks.create(name="net-2")).tasks
    running = await cloud.tasks.get("never-ends")
    *created, ended = await asyncio.gather(
        cloud.networks.create_and_poll(name="net-1"),
        cloud.volumes.create_and_poll(**VOLUME),
        cloud.instances.create_and_poll(**INSTANCE),
        cloud.load_balancers.create_and_poll(name="lb-1"),
        cloud.tasks.poll(started),
    )
    await cloud.volumes.delete_and_poll(created[1].id)
    acknowledged = await cloud.tasks.acknowledge_one(started)
    await cloud.tasks.acknowledge_all()
    return {
        "names": [each.name for each in created],
        "volumes": [each.name async for each in cloud.volumes.list()],
        "states": [running.state, ended.state],
        "acknowledged": acknowledged.acknowledged_at is not None,
        "unacknowledged": [each.id async for each in cloud.tasks.list(is_acknowledged=False)],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(together()) if sys.argv[1] == "together" else one_by_one()))
