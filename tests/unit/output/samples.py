"""Tasks for tests of what people read, and texts that try to steer what shows them."""

import io
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from gcore_tasks_cli.tasks.model import Task

NOW = datetime(2026, 5, 23, 5, 10, tzinfo=UTC)
COMMON: dict[str, Any] = {
    "id": "26986bc0-748a-4448-b836-0a2aa465eb06",
    "created_on": "2026-05-23T05:07:31",
    "updated_on": "2026-05-23T05:07:50",
    "project_id": 1234,
    "region_id": 76,
    "client_id": 8,
    "user_id": 4321,
    "user_client_id": 8,
    "request_id": "req-3e1d0c55-7a21-4a4f-9d7b-55b0b4d5a0f1",
    "job_id": "d8334c12-2881-4c4a-84ad-1b21fea73ad1",
    **dict.fromkeys(("schedule_id", "lifecycle_policy_id", "acknowledged_at", "acknowledged_by")),
    **dict.fromkeys(("detailed_state", "error", "data")),
}
FINISHED = COMMON | {
    "state": "FINISHED",
    "task_type": "create_vm",
    "detailed_state": "FINISHED",
    "finished_on": "2026-05-23T05:07:50",
    "acknowledged_at": "2026-05-23T05:09:00Z",
    "acknowledged_by": 4321,
    "created_resources": {
        "images": [],
        "instances": ["169942e0-9b53-42df-95ef-1a8b6525c2bd"],
        "ports": None,
        "volumes": [
            "726ecfcc-7fd0-4e30-a86e-7892524aa483",
            "9d9cd6a1-4c85-4c5f-9f0a-1f6f1d0c7a11",
        ],
    },
    "data": {
        "name": "web-1",
        "flavor": "g1-standard-1-2",
        "volumes": [{"source": "image", "size": 10, "boot_index": 0}, {"size": 1.50}],
        "interfaces": [{"type": "external"}],
        "tags": [],
        "user_data": None,
    },
}
FAILED = COMMON | {
    "id": "6a5f0c1e-0002-4a3b-9d6e-2f1b7c9e0a02",
    "state": "ERROR",
    "task_type": "create_volume",
    "finished_on": "2026-05-23T05:07:40",
    "error": "Quota limit for volume_size exceeded by 20\nask for more, or delete something",
    "created_resources": None,
    "data": {"name": "data-1", "size": 500, "type_name": "ssd_hiiops"},
}
RUNNING = COMMON | {
    "id": "6a5f0c1e-0005-4a3b-9d6e-2f1b7c9e0a05",
    "state": "RUNNING",
    "task_type": "create_k8s_cluster_v2",
    "detailed_state": "POST_DEPLOY_SETUP",
    "finished_on": None,
    "created_resources": {},
}
ODD: dict[str, Any] = {
    "id": "task/7",
    "state": "SUSPENDED",
    "task_type": ["create", "vm"],
    "created_on": "yesterday",
    "updated_on": 1779512400,
    "finished_on": {"at": None},
    "project_id": "p-1",
    "region_id": 76.5,
    "client_id": True,
    "error": {"code": 17, "text": "new kind of error"},
    "request_id": 5,
    "created_resources": {"quantum_boxes": ["q-1", 2], "instances": "i-1", "odd": {"a": 1}},
    "data": "[bold]not markup[/bold]",
    "progress": 0.5,
    "tags": {"env": "prod", "empty": {}, "list": ["a", ["b"]]},
    "empty": [],
    "nothing": None,
}
SAMPLES = {"finished": FINISHED, "failed": FAILED, "running": RUNNING, "odd": ODD}
TEXT_FIELDS = (
    *("id", "state", "task_type", "detailed_state", "error", "request_id", "job_id"),
    *("schedule_id", "created_on", "updated_on", "finished_on", "acknowledged_at", "data"),
    *("project_id", "acknowledged_by", "new_field"),
)
HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "[red]x[/red] [/] [link=http://a]b[/link]",
    "\u202egnp.exe\u2066\u200f",
    "a\x00b\r\nc\td\x9b1A\x7f\u2028",
    "\ud800 lone \udfff",
    "long" * 500,
    "wide語" * 40,
    " ",
]
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), min_size=1)


class FakeTerminal(io.StringIO):
    """Keeps what a terminal gets."""

    def isatty(self) -> bool:
        return True


def task_of(fields: dict[str, Any]) -> Task:
    return Task.from_fields(fields)


def with_text(field: str, text: str) -> Task:
    """A running task with this text in one field, alone or as deep as fields go."""
    if field == "created_resources":
        kind = text.encode("utf-8", "replace").decode()
        return task_of(RUNNING | {field: {"volumes": [text], kind: [text]}})
    if field == "data":
        return task_of(RUNNING | {field: {"a": [{"b": text}], text: text}})
    if field == "acknowledged_by":
        return task_of(RUNNING | {field: text, "acknowledged_at": COMMON["created_on"]})
    return task_of(RUNNING | {field: text})
