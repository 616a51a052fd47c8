"""The official SDK waiting for tasks; runs where it is installed, in its own environment."""

import os
import sys

from gcore import Gcore

client = Gcore(cloud_project_id=1, cloud_region_id=1)
for task_id in sys.argv[1:]:
    task = client.cloud.tasks.poll(
        task_id,
        polling_interval_seconds=float(os.environ["INTERVAL"]),  # type: ignore[arg-type,unused-ignore]
        polling_timeout_seconds=float(os.environ["TIMEOUT"]),  # type: ignore[arg-type,unused-ignore]
    )
    if task.state != "FINISHED":
        sys.exit(1)
