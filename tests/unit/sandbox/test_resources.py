"""Requests beside the tasks API: writes start tasks, and what they create can be read."""

import json
from typing import Any

import pytest

from tests.servers.sandbox import SandboxServer
from tests.unit.sandbox.clients import TASKS, answer, fetched, serving, statuses

# Tasks that other requests start have ended when the next request comes.
AT_ONCE = {"lasts": 0, "starts_after": 0}
NETWORKS = "/cloud/v1/networks/12/7"


def written(server: SandboxServer, method: str, path: str, **fields: Any) -> Any:
    """The document of the task that a write starts, read again."""
    (task_id,) = answer(server, path, method, body=json.dumps(fields))["tasks"]
    return answer(server, f"{TASKS}/{task_id}")


@pytest.mark.parametrize(
    ("method", "path", "task_type", "created"),
    [
        ("POST", "/cloud/v1/volumes/1/2", "create_volume", "volumes"),
        ("POST", "/cloud/v2/instances/1/2", "create_vm", "instances"),
        ("POST", "/cloud/v1/bminstances/1/2", "create_bm", "instances"),
        ("POST", "/cloud/v1/floatingips/1/2", "create_fip", "floatingips"),
        ("POST", "/cloud/v1/lblisteners/1/2", "create_lblistener", "listeners"),
        ("POST", "/cloud/v1/l7policies/1/2", "create_l7policy", None),
        ("POST", "/cloud/v2/k8s/clusters/1/2", "create_k8s_cluster_v2", "k8s_clusters"),
        ("POST", "/cloud/v2/k8s/clusters/1/2/a-1/pools", "create_k8s_cluster_pool_v2", "k8s_pools"),
        ("POST", "/cloud/v3/gpu/virtual/1/2/clusters", "create_gpu_virtual_cluster", "clusters"),
        ("POST", "/cloud/v3/inference/1/deployments", "create_inference_deployment", None),
        ("POST", "/cloud/v1/volumes/1/2/v-1/attach", "attach_volume", None),
        ("POST", "/cloud/v1/loadbalancers/1/2/l-1/failover", "failover_loadbalancer", None),
        ("PUT", "/cloud/v1/l7policies/1/2/l-1", "update_l7policy", None),
        ("PATCH", "/cloud/v1/networks/1/2/n-1", "update_network", None),
        ("DELETE", "/cloud/v1/instances/1/2/i-1", "delete_vm", None),
        ("DELETE", "/cloud/v1/something-new/1/2/x-1", "delete_something_new", None),
        ("DELETE", "/cloud/v1/networks/1/n-1", "delete_network", None),
        (
            "DELETE",
            "/cloud/v2/k8s/clusters/1/2/prod/pools/large",
            "delete_k8s_cluster_pool_v2",
            None,
        ),
        ("POST", "/cloud/v3/inference/1/deployments/chat/stop", "stop_inference_deployment", None),
    ],
)
def test_every_write_starts_a_task_named_after_its_path(
    method: str, path: str, task_type: str, created: str | None
) -> None:
    with serving(started=AT_ONCE) as server:
        document = written(server, method, path)
    assert (document["task_type"], document["state"]) == (task_type, "FINISHED")
    assert next((n for n, ids in document["created_resources"].items() if ids), None) == created
    assert document["project_id"] == 1


def test_the_task_has_the_project_region_ids_and_body_of_the_request() -> None:
    with serving(started={**AT_ONCE, "document": {"client_id": 5}}) as server:
        document = written(server, "POST", NETWORKS, name="net-1")
        assert (document["project_id"], document["region_id"]) == (12, 7)
        assert (document["data"], document["client_id"]) == ({"name": "net-1"}, 5)
        paths = {
            "/cloud/v1/instances/1/2/i-1": {"instance_uuid": "i-1"},
            "/cloud/v1/volumes/1/2/v-1": {"volume_id": "v-1"},
            "/cloud/v3/gpu/virtual/1/2/clusters/c-1": {"cluster_id": "c-1"},
            "/cloud/v2/k8s/clusters/1/2/prod": {"cluster_id": "prod"},
            "/cloud/v1/projects/1/2/3": {"project_id": "3"},
        }
        for path, data in paths.items():
            assert written(server, "DELETE", path)["data"] == data


def test_a_patch_that_changes_nothing_starts_nothing() -> None:
    with serving(started=AT_ONCE) as server:
        task = written(server, "POST", NETWORKS, name="net-1")
        path = f"{NETWORKS}/{task['created_resources']['networks'][0]}"
        assert fetched(server, path, "PATCH", body='{"name": "net-1"}')[1] == b'{"tasks":[]}'
        assert written(server, "PATCH", path, mtu=1400)["state"] == "FINISHED"
        assert answer(server, path)["mtu"] == 1400


def test_only_a_task_that_is_finished_has_created_something() -> None:
    created = {"created_resources": {"volumes": ["v-1"], "ddos_profiles": [5]}}
    tasks = [
        {"id": "a", "lasts": 0, **created},
        {"id": "b", "lasts": 0, "ends": "ERROR", "created_resources": {"volumes": ["v-2"]}},
        {"id": "c", "lasts": 99, "created_resources": {"volumes": ["v-3"]}},
    ]
    with serving(tasks=tasks) as server:
        volumes = answer(server, "/cloud/v1/volumes/1234/76")["results"]
        assert answer(server, "/cloud/v1/volumes/1234/77")["results"] == []  # another region
    assert [volume["id"] for volume in volumes] == ["v-1"]


def test_a_task_of_a_scenario_may_have_any_data() -> None:
    odd: list[Any] = [None, 5, [], {"a": []}, {"name": None}]
    tasks = [{"id": str(n), "lasts": 0, "document": {"data": odd[n]}} for n in range(len(odd))]
    with serving(tasks=tasks) as server:
        assert answer(server, NETWORKS)["count"] == 0


def test_wrong_requests_are_refused() -> None:
    with serving() as server:
        response, body = fetched(server, NETWORKS, "POST", body="name=net-1")
        assert (response.status, json.loads(body)["message"]) == (
            400,
            "the body is not a JSON object",
        )
        assert fetched(server, NETWORKS, "POST", body="[1]")[0].status == 400
        requests = [("HEAD", NETWORKS), ("GET", "/cloud/v1/flavors/1/2"), ("POST", f"{TASKS}/")]
        assert statuses(server, *requests) == [405, 404, 404]
