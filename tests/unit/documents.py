"""Task documents for tests."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache

from gcore_tasks_cli.tasks.document import Document, parse_task

CREATED = datetime(2026, 5, 23, 5, 7, 31, tzinfo=UTC)


@cache
def _parsed(text: str) -> Document:
    return parse_task(text)


def document(task_id: str = "a", state: str = "RUNNING", **fields: object) -> Document:
    """A task in this state; the same one for the same fields, so that events can be compared."""
    return _parsed(json.dumps({"id": task_id, "state": state} | fields))


def ended_after(
    seconds: float, state: str = "FINISHED", task_type: str | None = "resize"
) -> Document:
    """A task that ended so many seconds after its creation."""
    return document(
        "a",
        state,
        task_type=task_type,
        created_on=CREATED.isoformat(),
        finished_on=(CREATED + timedelta(seconds=seconds)).isoformat(),
    )
