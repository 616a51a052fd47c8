"""What the network does to a wait, and what the wait says of it at its end."""

import gzip
import json
import zlib
from typing import Any

import pytest

from tests.e2e.harness import ENOUGH, OTHER, TASK, gtask, sandbox, task
from tests.fault_matrix.clients import name_lookup_path
from tests.servers.prepared import answer, prepared


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"do": "silent"}, "the API was never reached"),
        ({"do": "refuse", "between": [0, None]}, "the API was never reached: cannot reach"),
        ({"do": "status", "status": 502}, "no usable answer: 127.0.0.1"),
        ({"do": "body", "body": "<html>"}, "no usable answer: 127.0.0.1"),
    ],
)
def test_a_wait_without_an_answer_says_so_at_its_end(fault: dict[str, Any], words: str) -> None:
    with sandbox(tasks=[task()], faults=[fault]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", "3")
    assert ran.status == 124
    assert f"1 of 1 task not finished after 3 s; {words}" in ran.err


def test_a_wait_that_had_an_answer_does_not_say_that_it_had_none() -> None:
    silent = {"do": "silent", "path": f"*/{OTHER}"}
    with sandbox(tasks=[task(age=9), task(OTHER)], faults=[silent]) as server:
        ran = gtask(server, "watch", TASK, OTHER, "--timeout", ENOUGH)
    assert ran.status == 124
    assert "never reached" not in ran.err


@pytest.mark.parametrize("command", ["get", "watch"])
def test_plain_http_to_a_localhost_that_is_elsewhere_is_refused(command: str) -> None:
    lookup = {"PYTHONPATH": name_lookup_path(), "NAME_LOOKUP": "also:192.0.2.1"}
    with sandbox(tasks=[task()]) as server:
        url = server.base_url.replace("127.0.0.1", "localhost")
        ran = gtask(server, command, TASK, env={"GCORE_BASE_URL": url, **lookup})
        lookup["NAME_LOOKUP"] = "also:127.0.0.2"
        good = gtask(server, command, TASK, env={"GCORE_BASE_URL": url, **lookup})
    assert ran.status == 2
    assert "plain http to localhost, and that is 192.0.2.1, not this machine" in ran.err
    assert good.status == 0


def contradictory(**fault: Any) -> dict[str, Any]:
    """Lists whose every page is the same one, of a million tasks."""
    page = {"count": 10**6, "results": [{"id": TASK, "state": "RUNNING"}]}
    return {"do": "body", "path": "/cloud/v1/tasks", "body": page, **fault}


def test_an_empty_page_of_a_list_that_has_tasks_is_no_sign_that_all_is_done() -> None:
    empty = {"do": "body", "path": "/cloud/v1/tasks", "body": {"count": 5, "results": []}}
    with sandbox(tasks=[task(ends="NEVER")], faults=[empty]) as server:
        ran = gtask(server, "watch", "--active", "--timeout", ENOUGH)
    assert ran.status == 124
    assert "an empty page of a list of 5 tasks" in ran.err


def test_a_list_whose_pages_are_all_the_same_is_read_no_further() -> None:
    with sandbox(tasks=[task(lasts=1)], faults=[contradictory()]) as server:
        ran = gtask(server, "watch", "--active", "--timeout", "60")
        assert len(server.requests) < 20
    assert ran.status == 0
    assert "waiting for 1 active task" in ran.err
    with sandbox(tasks=[task()], faults=[contradictory()]) as server:
        ran = gtask(server, "list", "--all")
        assert len(server.requests) < 200
    assert ran.status == 5
    assert "changes faster than it can be read" in ran.err


@pytest.mark.parametrize("status", ["201 Created", "203 Non-Authoritative", "206 Partial Content"])
def test_a_document_is_read_whatever_the_2xx_it_comes_with(status: str) -> None:
    document = json.dumps({"id": TASK, "state": "FINISHED"})
    with prepared(answer(document, status)) as server:
        ran = gtask(None, "watch", TASK, "--json", env=way_to(server.url))
    assert (ran.status, ran.documents) == (0, [{"id": TASK, "state": "FINISHED"}])


@pytest.mark.parametrize("encoding", ["none", "utf-8", "identity", "gzip", "deflate"])
def test_what_is_not_compressed_is_read_whatever_its_encoding_is_called(encoding: str) -> None:
    document = json.dumps({"id": TASK, "state": "FINISHED"}).encode()
    packed = {"gzip": gzip.compress(document), "deflate": zlib.compress(document)}
    with prepared(
        answer(packed.get(encoding, document), "200 OK", f"Content-Encoding: {encoding}")
    ) as server:
        ran = gtask(None, "get", TASK, "--json", env=way_to(server.url))
        assert server.asked[0].headers["accept-encoding"] == "gzip"
    assert (ran.status, ran.documents) == (0, [{"id": TASK, "state": "FINISHED"}])


def way_to(url: str) -> dict[str, str]:
    return {"GCORE_API_KEY": "k", "GCORE_BASE_URL": url}
