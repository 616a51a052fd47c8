"""The responses of the tasks API are those that the published description promises."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
import yaml

from tests.servers.sandbox import SandboxServer
from tests.unit.sandbox.clients import TASKS, fetched, serving

# Imported by the tests themselves: each worker that collects them would take half a second for it.
if TYPE_CHECKING:
    from openapi_core import OpenAPI

DESCRIPTION = Path(__file__).with_name("tasks-openapi.yaml")
ENDS = [
    {"id": "finished", "age": 60, "created_resources": {"ddos_profiles": [5], "ports": ["p-1"]}},
    {"id": "failed", "age": 60, "ends": "ERROR"},
    {"id": "running", "ends": "NEVER", "detailed_states": ["NETWORK"]},
    {"id": "new", "starts_after": 99},
]
REQUESTS = [
    ("GET", TASKS, "limit=1000"),
    ("GET", TASKS, "state=FINISHED&state=ERROR&is_acknowledged=false&order_by=asc"),
    ("GET", f"{TASKS}/1234/76/active", "limit=5"),
    *(("GET", f"{TASKS}/{task_id}", "") for task_id in ("finished", "failed", "running", "new")),
    ("POST", f"{TASKS}/finished/acknowledge", ""),
    ("POST", f"{TASKS}/acknowledge_all", "project_id=1234"),
    ("GET", TASKS, "is_acknowledged=true"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with serving(tasks=ENDS, defaults=True) as running:
        yield running


@pytest.fixture(scope="module")
def description() -> "OpenAPI":
    pytest.importorskip("openapi_core", reason="openapi-core is not installed")
    from openapi_core import OpenAPI

    return OpenAPI.from_dict(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("method", "path", "query"), REQUESTS)
def test_responses_are_as_described(
    method: str, path: str, query: str, server: SandboxServer, description: "OpenAPI"
) -> None:
    from openapi_core.testing import MockRequest, MockResponse

    response, body = fetched(server, f"{path}?{query}", method)
    request = MockRequest(
        "https://api.gcore.com", method.lower(), path, args=parse_qs(query),
        headers={"Authorization": "apikey x"},
    )  # fmt: skip
    description.validate_request(request)
    answer = MockResponse(body, response.status, content_type=response.headers["Content-Type"])
    description.validate_response(request, answer)
    assert response.status == 204 or answer.content_type == "application/json"
