"""`gtask get` as a process: the API's document whole, cards, and many IDs."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    OTHER,
    TASK,
    asked,
    environment,
    gtask,
    sandbox,
    shell,
    task,
)

# What an API may send and a client may spoil: numbers beyond 64 bits and beyond doubles' digits,
# floats as they were written, surrogate escapes, duplicate-looking keys, empty and nested values.
ODD_BODY = (
    '{ "id": "' + TASK + '",\n "state":"FINISHED", "big":123456789012345678901234567890,'
    '"exact":1.10, "exp":1E5, "lone":"\\ud800", "nul":"\\u0000", "esc":"\\u001b[31m",'
    '"rtl":"\\u202e", "slash":"\\/", "empty":{}, "none":null, "list":[ ], "ünï":"cödé 🎉",'
    '"created_resources":{"instances":["a"],"new_kind":[1]}, "deep":' + "[" * 60 + "]" * 60 + "}"
)


# jq itself cannot read this one.
LONE = '"lone":"\\ud800", '


def odd_task_faults(body: str = ODD_BODY) -> list[dict[str, object]]:
    return [{"do": "body", "path": "*/tasks/*", "body": body}]


def test_json_is_the_document_byte_for_byte_but_for_space() -> None:
    with sandbox(tasks=[task()], faults=odd_task_faults()) as server:
        ran = gtask(server, "get", TASK, "--json")
    assert ran.status == 0
    assert ran.out.count("\n") == 1
    assert "123456789012345678901234567890" in ran.out
    assert '"exact":1.10,' in ran.out
    assert '"slash":"\\/"' in ran.out
    assert json.loads(ran.out) == json.loads(ODD_BODY)
    assert list(json.loads(ran.out)) == list(json.loads(ODD_BODY))


@pytest.mark.parametrize("odd", [False, True])
def test_json_through_jq_equals_curl_through_jq(odd: bool, tmp_path: Path) -> None:
    url = f'"$GCORE_BASE_URL/cloud/v1/tasks/{TASK}"'
    script = f"""
    set -o pipefail
    curl -fsS -H "Authorization: APIKey $GCORE_API_KEY" {url} | jq -S . > "$DIR/curl" &&
    gtask get {TASK} --json | jq -S . > "$DIR/gtask" &&
    cmp "$DIR/curl" "$DIR/gtask" && wc -c < "$DIR/gtask"
    """
    with sandbox(
        tasks=[task(age=9)], faults=odd_task_faults(ODD_BODY.replace(LONE, "")) if odd else []
    ) as server:
        ran = shell(script, server, DIR=str(tmp_path))
    assert ran.status == 0, ran.err
    assert int(ran.out) > 100


def test_a_pipe_gets_a_plain_card() -> None:
    created = {"instances": ["vm-1"], "volumes": ["vol-1", "vol-2"], "new_kind": ["x"]}
    document = {"data": {"name": "web", "volumes": [{"size": 5}]}, "brand_new": "kept"}
    with sandbox(tasks=[task(age=60, created_resources=created, document=document)]) as server:
        ran = gtask(server, "get", TASK)
    assert ran.status == 0
    assert "\x1b" not in ran.out
    for said in ("FINISHED", "create_image", TASK, "instances  vm-1", "vol-2", "new_kind", "took"):
        assert said in ran.out
    assert "volumes.0.size: 5" in ran.out
    assert "kept" in ran.out
    assert "snapshots" not in ran.out  # only what was created
    assert ran.err == ""


def test_answers_come_in_the_order_of_the_arguments_each_once() -> None:
    slow = {"do": "delay", "path": f"*/{TASK}", "seconds": 0.3}
    with sandbox(tasks=[task(), task(OTHER)], faults=[slow]) as server:
        ran = gtask(server, "get", TASK, OTHER, TASK, "--json")
    assert [d["id"] for d in ran.documents] == [TASK, OTHER]
    assert asked(server) == 1


def test_an_id_never_becomes_more_than_one_segment() -> None:
    odd = ["../../iam/v1/users?x=1#y", "a/b%2F.."]
    with sandbox() as server:
        for each in odd:
            assert gtask(server, "get", each).status == 2
        assert not server.requests
        ran = gtask(server, "get", json.dumps({"tasks": odd}))
    assert ran.status == 4
    paths = [path for _, _, path in server.requests]
    assert set(paths) == {
        "/cloud/v1/tasks/..%2F..%2Fiam%2Fv1%2Fusers%3Fx%3D1%23y",
        "/cloud/v1/tasks/a%2Fb%252F..",
    }


@pytest.mark.measured
def test_what_json_does_not_have_and_python_sends_is_passed_through() -> None:
    text = f'{{"id":"{TASK}","state":"FINISHED","data":{{"r":NaN,"i":[-Infinity,Infinity]}}}}'
    fault = {"do": "body", "path": f"*/{TASK}", "body": text}
    with sandbox(tasks=[task()], faults=[fault]) as server:
        assert gtask(server, "get", TASK, "--json").out == f"{text}\n"
        assert "r: NaN" in gtask(server, "get", TASK).out
        assert gtask(server, "get", TASK, "--fields", "data.i").out == "-Infinity,Infinity\n"
        pretty = gtask(server, "get", TASK, "--json", env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert (pretty.status, pretty.out.count("NaN")) == (0, 1)


def test_an_abbreviated_id_stands_for_a_task_seen_at_this_api(tmp_path: Path) -> None:
    seen = {"GTASK_NO_HISTORY": "", "XDG_CACHE_HOME": str(tmp_path)}
    like_task = f"{TASK[:7]}f{TASK[8:]}"
    with sandbox(tasks=[task(), task(like_task), task(OTHER)]) as server:
        assert gtask(server, "get", TASK[:8], env=seen).status == 4
        assert gtask(server, "list", env=seen).status == 0
        for command in ("get", "watch", "resources", "ack"):
            done = gtask(server, command, f"{TASK[:8]}…", "-", "--json", stdin=OTHER[:6], env=seen)
            assert {d.get("id") or d["task_id"] for d in done.documents} == {TASK, OTHER}
        server.requests.clear()
        done = gtask(server, "get", TASK[:7], env=seen)
        assert done.status == 2
        assert TASK in done.err
        assert like_task in done.err
        assert not server.requests
    with sandbox(tasks=[task()]) as server:
        ran = gtask(server, "get", TASK[:8], env=seen)
        assert f"no such task: {TASK[:8]}" in ran.err
        assert "an abbreviated ID stands for a task that gtask showed recently" in ran.err


def test_every_id_of_a_long_list_or_wait_can_be_abbreviated(tmp_path: Path) -> None:
    seen = {"GTASK_NO_HISTORY": "", "XDG_CACHE_HOME": str(tmp_path)}
    ids = [f"{n:08x}-748a-4448-b836-0a2aa465eb06" for n in range(300)]
    with sandbox(tasks=[task(i, age=9) for i in ids]) as server:
        for command in (["list", "--all"], ["watch", *ids]):
            assert gtask(server, *command, env=seen).status == 0
            for each in (ids[0], ids[150], ids[299]):
                got = gtask(server, "get", f"{each[:8]}…", "--json", env=seen)
                assert [document["id"] for document in got.documents] == [each]
            next(tmp_path.glob("gtask/recent-tasks")).unlink()


def test_of_more_than_a_thousand_those_that_a_view_shows_can_be_abbreviated(tmp_path: Path) -> None:
    seen = {"GTASK_NO_HISTORY": "", "XDG_CACHE_HOME": str(tmp_path)}
    ids = [f"{n:08x}-748a-4448-b836-0a2aa465eb06" for n in range(1130)]
    stuck = [task(i, age=9000, ends="NEVER") for i in ids[:30]]
    with sandbox(tasks=[*stuck, *(task(i, lasts=3) for i in ids[30:])]) as server:
        assert gtask(server, "watch", *ids, "--timeout", "7", env=seen).status == 124
        for each in (ids[0], ids[29]):
            got = gtask(server, "get", f"{each[:8]}…", "--json", env=seen)
            assert [document["id"] for document in got.documents] == [each]


def test_the_headers_that_curl_prints_are_not_ids() -> None:
    with sandbox(tasks=[task()]) as server:
        call = 'curl -si -H "Authorization: APIKey $KEY" $GCORE_BASE_URL/cloud/v1/tasks/'
        done = shell(f"{call}{TASK} | gtask get - --json", server, KEY=server.api_key)
        assert json.loads(done.out)["id"] == TASK
        done = shell(f"{call}{OTHER} | gtask get -", server, KEY=server.api_key)
        assert done.status == 2
        assert "an error of the API: 404 Not Found: NotFoundError: " in done.err
        done = shell(f"{call}{TASK} | gtask get - --json", server, KEY="wrong")
        assert done.status == 2
        assert "401 Unauthorized" in done.err


def test_of_several_tasks_an_error_names_the_one_that_it_is_about() -> None:
    ids = [f"t-{n}" for n in range(3)]
    refused = {"do": "status", "status": 400, "body": {"message": "no"}, "path": "*/t-1"}
    broken = {"do": "body", "body": [1], "path": "*/t-2"}
    with sandbox(tasks=[task(i, age=9) for i in ids], faults=[refused, broken]) as server:
        several, one = gtask(server, "get", *ids), gtask(server, "get", "t-1")
        waited = gtask(server, "watch", *ids[:2])
    bad_request = f"gtask: {server.base_url[7:]} answered HTTP 400 Bad Request: no"
    assert f"{bad_request} (t-1)\n" in several.err
    assert re.search(r"^gtask: .*instead of a task; tried for .* \(t-2\)$", several.err, re.M)
    assert one.err == f"{bad_request}\n"
    assert f"{bad_request} (t-1)\n" in waited.err


def test_transient_faults_are_tried_again_a_few_times() -> None:
    fault = {"do": "status", "status": 503, "requests": [1, 2]}
    with sandbox(tasks=[task(age=9)], faults=[fault]) as server:
        ran = gtask(server, "get", TASK, "--json")
    assert ran.status == 0
    assert asked(server) == 3


@pytest.mark.measured
def test_get_gives_up_on_a_lasting_outage() -> None:
    with sandbox(tasks=[task()], faults=[{"do": "close"}]) as server:
        ran = gtask(server, "get", TASK)
    assert ran.status == 5
    assert 2 <= asked(server) <= 5
    assert ran.seconds < 20 + AT_ONCE_SECONDS


def test_hostile_text_steers_nothing() -> None:
    error = "\x1b[2J\x1b]0;owned\x07[bold red]gone[/bold red]\u202e\r\n\x9b31m"
    with sandbox(tasks=[task(age=9, ends="ERROR", error=error)]) as server:
        plain = gtask(server, "get", TASK)
        coloured = gtask(server, "get", TASK, env={"FORCE_COLOR": "1", "TERM": "dumb"})
        watched = gtask(server, "watch", TASK)
    for ran in (plain, watched):
        assert not set(ran.out + ran.err) & set("\x1b\x07\r\x9b\u202e")
        assert "[bold red]gone[/bold red]" in ran.out
    assert "\x1b[2J" not in coloured.out
    assert "\x1b]0" not in coloured.out
    assert plain.status == 0
    assert watched.status == 1


def test_force_color_and_no_color_are_heeded() -> None:
    with sandbox(tasks=[task(age=9)]) as server:
        forced = gtask(server, "get", TASK, env={"FORCE_COLOR": "1", "TERM": "xterm"})
        none = gtask(server, "get", TASK, env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
        off = gtask(server, "get", TASK, env={"FORCE_COLOR": "0", "TERM": "xterm"})
    assert "\x1b[" in forced.out
    assert "\x1b[" not in off.out
    assert "\x1b[32m" not in none.out


def test_the_option_for_colours_beats_the_variables() -> None:
    with sandbox(tasks=[task(age=9)]) as server:
        always = gtask(server, "get", TASK, "--color", "always", env={"NO_COLOR": "1"})
        never = gtask(server, "get", TASK, "--color=never", env={"FORCE_COLOR": "1"})
        compact = gtask(server, "get", TASK, "--json", "--color", "always")
        wrong = gtask(server, "get", TASK, "--color", "sometimes")
    assert "\x1b[1;32m" in always.out or "\x1b[32m" in always.out
    assert "\x1b" not in never.out
    assert compact.documents
    assert (wrong.status, wrong.out) == (2, "")
    assert wrong.err.startswith("gtask: --color is one of auto, always, never, not 'sometimes'")
    assert "\x1b[1m" in gtask(None, "get", "--color", "always", "--help").out


def test_only_one_connection_serves_one_task_and_the_key_is_in_its_header() -> None:
    # The sandbox refuses any request without the right header, so a 200 shows that it was sent.
    with sandbox(tasks=[task(age=9)]) as server:
        ran = gtask(server, "get", TASK, "--json", env={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert ran.status == 0
    assert server.requests[0][1:] == ("GET", f"/cloud/v1/tasks/{TASK}")
    assert environment(server)["GCORE_API_KEY"] not in ran.out + ran.err


def test_the_key_can_come_from_a_file(tmp_path: Path) -> None:
    with sandbox(tasks=[task(age=9)]) as server:
        path = tmp_path / "key"
        path.write_text(f"  {server.api_key}\n")
        env = {"GCORE_API_KEY": "", "GCORE_API_KEY_FILE": str(path)}
        ran = gtask(server, "get", TASK, "--json", env=env)
    assert ran.status == 0
