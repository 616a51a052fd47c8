"""The official SDK waiting for many tasks: its async poll under gather; IDs on standard input."""

import asyncio
import json
import sys

from gcore import AsyncGcore


async def main() -> None:
    """Waits for all, and prints a line for each."""
    client = AsyncGcore(cloud_project_id=1, cloud_region_id=1)
    ids = json.load(sys.stdin)["tasks"]
    for task in await asyncio.gather(*(client.cloud.tasks.poll(task_id) for task_id in ids)):
        print(json.dumps({"id": task.id, "state": task.state}))


asyncio.run(main())
