"""`--verbose`: every request is logged, and the log can be handed to anybody."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.harness import OTHER, TASK, gtask, sandbox, shell, task

KEY = "1234$0123456789abcdefSECRET"
NEW_KEY = KEY.replace("$", "_")  # the form since June 2026, which may stand in a type or an ID
SECRET = re.compile("0123456789abcdefSECRET", re.IGNORECASE)
REQUEST = re.compile(
    r"^\d\d:\d\d:\d\dZ "
    r"(GET|POST) http://127\.0\.0\.1:\d+/cloud/\S+ (\d{3}|no answer) in \S+ m?s"
)


def logged_requests(err: str) -> list[str]:
    """Without the time of day that each begins with."""
    return [line.partition(" ")[2] for line in err.splitlines() if REQUEST.match(line)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("get", TASK),
        ("get", TASK, "--json"),
        ("watch", TASK, "--interval", "0.2"),
        ("watch", TASK, "--quiet"),
        ("watch", "--active"),
        ("resources", TASK),
        ("resources", TASK, "--wait"),
        ("list",),
        ("ack", TASK),
        ("ack", "--all", "--yes"),
    ],
    ids=" ".join,
)
def test_every_request_is_told(arguments: tuple[str, ...]) -> None:
    with sandbox(api_key=KEY, tasks=[task(lasts=0.5)]) as server:
        ran = gtask(server, *arguments, "--verbose")
    logged = logged_requests(ran.err)
    assert len(logged) == len(server.requests) > 0
    for line, (_, method, path) in zip(logged, server.requests, strict=True):
        assert line.startswith(f"{method} {server.base_url}{path} 20")
    assert not SECRET.search(ran.err)


def test_nothing_is_told_unless_asked_for() -> None:
    with sandbox(tasks=[task()]) as server:
        assert logged_requests(gtask(server, "get", TASK).err) == []


@pytest.mark.measured
def test_retries_status_and_request_id_are_told() -> None:
    busy = {"do": "status", "status": 503, "requests": [1, 2], "headers": {"Retry-After": "0"},
            "body": {"message": "too busy", "request_id": "req-busy"}}  # fmt: skip
    with sandbox(tasks=[task()], faults=[busy]) as server:
        ran = gtask(server, "get", TASK, "-v")
    first, second, third = logged_requests(ran.err)
    assert re.search(r" 503 in \S+ m?s, request ID req-busy, Retry-After .*: .*too busy$", first)
    assert re.search(r" 503 in \S+ m?s, request ID req-busy", second)
    assert re.search(r" 200 in \S+ m?s$", third)
    assert ran.status == 0


def test_no_answer_and_nonsense_are_told_with_their_reason() -> None:
    faults = [{"do": "close", "requests": [1, 1]}, {"do": "body", "requests": [2, 2], "body": "{}"}]
    with sandbox(tasks=[task()], faults=faults) as server:
        ran = gtask(server, "get", TASK, "-v")
    first, second, third = logged_requests(ran.err)
    assert re.search(r" no answer in \S+ m?s: ", first)
    assert re.search(r" 200 in \S+ m?s: .*instead of a task", second)
    assert re.search(r" 200 in \S+ m?s$", third)


def _echoing(task_id: str, **answer: Any) -> dict[str, Any]:
    return {"do": "status", "path": f"*/{task_id}", **answer}


def _document(task_id: str, **fields: Any) -> dict[str, Any]:
    return {"do": "body", "path": f"*/{task_id}", "body": fields}


# Those that end all others with them, and those that end with their own task.
ECHOES = {
    "401": [_echoing("a1", status=401, body={"message": f"Bad token {KEY}", "request_id": KEY})],
    "permanent": [
        _echoing("a1", status=403, body={"message": KEY.upper()}, headers={"X-Request-ID": KEY}),
        _echoing("b1", status=302, headers={"Location": f"/?key={quote(KEY)}"}),
        _echoing("c1", status=418, body={"message": {"sent": [KEY]}}),
        _echoing("d1", status=400, body=KEY),
        _document("e1", id=KEY, state="NEW"),
    ],
    "transient": [
        _echoing("a1", status=503, body={"message": quote(KEY)}, headers={"X-Request-ID": KEY})
    ],
    "a task": [_document("a1", id="a1", state="ERROR", task_type=KEY, error=KEY)],
}


@pytest.mark.parametrize("kind", ECHOES)
@pytest.mark.parametrize("verbose", [True, False])
def test_a_key_that_an_answer_repeats_is_not_shown(kind: str, verbose: bool) -> None:
    if kind == "a task" and not verbose:
        pytest.skip("without --verbose a task is shown as it is")
    ids = [fault["path"][2:] for fault in ECHOES[kind]]
    with sandbox(api_key=KEY, tasks=[task(i) for i in ids], faults=ECHOES[kind]) as server:
        # Time enough to start on a machine that is busy with all other tests.
        ran = gtask(server, "watch", *ids, "--timeout", "20", *(["-v"] if verbose else []))
        asked = {path.rpartition("/")[2] for _, _, path in server.requests}
    assert ran.status != 0
    assert asked == set(ids)
    assert bool(logged_requests(ran.err)) == verbose
    assert not SECRET.search(ran.out + ran.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ("get", NEW_KEY),
        ("get", json.dumps({"tasks": [NEW_KEY]}).replace(NEW_KEY[0], f"\\u{ord(NEW_KEY[0]):04x}")),
        ("watch", TASK, NEW_KEY),
        ("ack", f"{TASK},{NEW_KEY}"),
        ("list", "--type", NEW_KEY),
        ("list", "--type", f"create_{NEW_KEY}"),
        ("list", "--resource", NEW_KEY),
        ("watch", "--active", "--type", f"x_{NEW_KEY}"),
        ("watch", "--active", "--resource", NEW_KEY),
        ("resources", f"id-{NEW_KEY}"),
        ("get", f"{OTHER},{NEW_KEY}"),
    ],
)
def test_a_key_in_a_url_is_never_sent_and_not_shown(arguments: tuple[str, ...]) -> None:
    with sandbox(api_key=NEW_KEY, tasks=[task(OTHER)]) as server:
        ran = gtask(server, *arguments, "--verbose")
    assert ran.status == 2
    assert "the API key" in ran.err
    assert not server.requests
    assert not SECRET.search(ran.out + ran.err)


@pytest.mark.measured
def test_a_key_in_the_base_url_is_never_sent() -> None:
    with sandbox(api_key=NEW_KEY, tasks=[task()]) as server:
        for url in (f"{server.base_url}/{NEW_KEY}", f"{server.base_url}/{quote(NEW_KEY)}/x"):
            ran = gtask(server, "get", TASK, env={"GCORE_BASE_URL": url})
            assert ran.status == 2
            assert "the API key" in ran.err
            assert not SECRET.search(ran.out + ran.err)
    assert not server.requests


def test_a_key_in_what_curl_prints_is_skipped_and_not_shown() -> None:
    with sandbox(api_key=KEY, tasks=[task()]) as server:
        script = """
        curl -sv -H "Authorization: APIKey $KEY" "$GCORE_BASE_URL/cloud/v1/tasks/$TASK" 2>&1 |
        gtask watch - --verbose --interval 0.1 --json
        """
        ran = shell(script, server, KEY=KEY, TASK=TASK)
        assert ran.status == 0, ran.err
        assert [document["id"] for document in ran.documents] == [TASK]
        alone = gtask(server, "watch", "-", stdin=f"{KEY}\n")
    assert alone.err == "gtask: standard input holds the API key, which is not a task ID\n"
    assert not SECRET.search(ran.out + ran.err)


def test_json_hides_the_key_and_nothing_else() -> None:
    echo = {"do": "body", "body": {"id": TASK, "state": "FINISHED", "error": KEY}}
    with sandbox(api_key=KEY, tasks=[task()], faults=[echo]) as server:
        ran = gtask(server, "get", TASK, "--json", "--verbose")
    assert ran.documents == [{"id": TASK, "state": "FINISHED", "error": "***"}]
    assert not SECRET.search(ran.out + ran.err)
