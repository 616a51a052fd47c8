"""No input and no answer produces a traceback, a steered terminal, or the key in any output."""

import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.harness import (
    ENOUGH,
    STUCK_SECONDS,
    TASK,
    Ran,
    bytes_in,
    command,
    environment,
    gtask,
    sandbox,
    task,
    wait_for_requests,
    wait_until,
)

KEY = "s3cret$key-that-nobody-may-see"
# All but line feeds, and what reorders or hides text.
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
# Each example starts processes; GTASK_FUZZ_EXAMPLES=500 is for a night. A process can be handed
# many documents, but only one standard input.
EXAMPLES = int(os.environ.get("GTASK_FUZZ_EXAMPLES", "6"))
SLOW = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
MANY_AT_ONCE = settings(SLOW, max_examples=EXAMPLES // 2)

nasty_text = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "\x1b[2J\x1b]0;owned\x07",
            "\x9b31m",
            "[red]x[/red]",
            "[/]",
            "\u202eevil",
            "\x00",
            "\ud800",
            "A" * 20_000,
            "\r\n::error::x",
            "e\u0301" * 50,
            "🎉" * 40,
        ]
    ),
)
nasty_value = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**200), 2**200),
        st.floats(allow_nan=False, allow_infinity=False),
        nasty_text,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(nasty_text, inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = [
    *("state", "task_type", "created_on", "finished_on", "updated_on", "detailed_state", "error"),
    *("created_resources", "data", "request_id", "project_id", "region_id", "user_id", "brand_new"),
    *("acknowledged_at", "acknowledged_by", "client_id", "job_id", "schedule_id"),
]
documents = st.fixed_dictionaries(
    {
        "state": st.one_of(
            st.sampled_from(["FINISHED", "ERROR", "RUNNING"]), nasty_text.filter(bool)
        )
    },
    optional={field: nasty_value for field in FIELDS if field != "state"},
)


def assert_harmless(ran: Ran, *, data: bool = False) -> None:
    assert "Traceback" not in ran.err
    assert KEY not in ran.out + ran.err
    assert not STEERING.search(ran.err), ran.err
    if not data:
        assert not STEERING.search(ran.out), ran.out
    assert ran.status in (0, 1, 2, 3, 4, 5, 124)


@MANY_AT_ONCE
@given(st.lists(documents, min_size=4, max_size=16))
def test_any_document_is_shown_harmlessly_and_kept_whole(bodies: list[dict[str, Any]]) -> None:
    tasks = [task(f"t{n}", document=body) for n, body in enumerate(bodies)]
    ids = [t["id"] for t in tasks]
    with sandbox(api_key=KEY, tasks=tasks) as server:
        card = gtask(server, "get", *ids)
        raw = gtask(server, "get", *ids, "--json")
        summary = gtask(server, "watch", *ids, "--timeout", "0")
        created = gtask(server, "resources", *ids)
    for ran in (card, summary, created):
        assert_harmless(ran)
    assert_harmless(raw, data=True)
    kept = {d["id"]: d for d in raw.documents}
    for task_id, body in zip(ids, bodies, strict=True):
        if isinstance(body["state"], str) and body["state"]:
            expected = json.loads(json.dumps(body))
            assert {k: kept[task_id][k] for k in expected} == expected


@MANY_AT_ONCE
@given(
    st.lists(
        st.one_of(
            nasty_text,
            nasty_value.map(lambda value: json.dumps(value)),
            st.sampled_from(["[" * 3000, '{"a":' * 3000, "1" * 100_000, '"' + "\\" * 99, "nul"]),
        ),
        min_size=4,
        max_size=12,
    )
)
def test_any_body_of_an_answer_is_no_task_and_no_crash(bodies: list[str]) -> None:
    faults = [
        {"do": "body", "path": f"*/t{n}", "body": body, "requests": [1, 1]}
        for n, body in enumerate(bodies)
    ]
    refusals = [
        {"do": "status", "status": 400, "path": f"*/r{n}", "body": body}
        for n, body in enumerate(bodies)
    ]
    tasks = [task(f"t{n}", age=9) for n in range(len(bodies))]
    ids = [f"t{n}" for n in range(len(bodies))] + [f"r{n}" for n in range(len(bodies))]
    with sandbox(api_key=KEY, tasks=tasks, faults=faults + refusals) as server:
        ran = gtask(server, "watch", *ids, "--timeout", "60", "--interval", "0.1")
    assert_harmless(ran)
    assert ran.status == 5
    assert ran.out.count("FINISHED") == len(bodies)


@SLOW
@given(
    st.one_of(
        st.binary(max_size=200),
        nasty_text.map(lambda text: text.encode("utf-8", "surrogatepass")),
        nasty_value.map(lambda value: json.dumps(value).encode()),
        st.sampled_from(
            [
                b"[" * 100_000,
                b'{"tasks":' * 50_000,
                b"\x00" * 1_000_000,
                b"x" * 1_000_000,
                b'{"tasks": [' + b"9" * 10_000 + b"]}",
                b'\xef\xbb\xbf{"tasks": []}',
                b'{"tasks": null}',
                b'"\\ud800"',
                b"<html>",
            ]
        ),
    )
)
def test_any_standard_input(data: bytes) -> None:
    with sandbox(api_key=KEY) as server:
        ran = gtask(server, "get", "-", stdin=data)
    assert_harmless(ran)
    assert ran.status in (0, 2, 4)


@SLOW
@given(st.lists(nasty_text.map(lambda t: t.replace("\x00", "")[:500]), min_size=1, max_size=4))
def test_any_id_argument(ids: list[str]) -> None:
    words = [i.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for i in ids]
    with sandbox(api_key=KEY) as server:
        ran = gtask(server, "watch", "--timeout", "60", "--", *words)
    assert_harmless(ran)
    assert ran.status in (2, 4)
    assert all(path.count("/") == 4 for _, _, path in server.requests)


@SLOW
@given(st.dictionaries(st.sampled_from(["GCORE_API_KEY", "GCORE_BASE_URL", "GCORE_API_KEY_FILE"]),
                       nasty_text.map(lambda t: t.replace("\x00", "")[:2000])))  # fmt: skip
def test_any_setting(variables: dict[str, str]) -> None:
    env = {
        name: text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
        for name, text in variables.items()
    }
    with sandbox() as server:
        settings_ = {"GCORE_BASE_URL": server.base_url, "GCORE_API_KEY": KEY, **env}
        ran = gtask(None, "watch", TASK, "--timeout", "1", env=settings_)
    assert "Traceback" not in ran.err
    assert not STEERING.search(ran.err)
    assert ran.status in (2, 3, 4, 5, 124)
    key = settings_["GCORE_API_KEY"]
    if len(key) > 8 and key.isascii():
        assert key not in ran.err


def test_arguments_of_any_size_for_any_option() -> None:
    word = "9" * 100_000
    with sandbox(api_key=KEY) as server:
        for option in ("--timeout", "--interval", "--heartbeat", "--nothing", "--type"):
            assert_harmless(gtask(server, "resources", "x", option, word))


def test_fields_of_a_megabyte() -> None:
    fields = dict.fromkeys(("error", "task_type", "data", "request_id"), "ab" * 500_000)
    with sandbox(api_key=KEY, tasks=[task(age=9, document=fields)]) as server:
        for command in ("get", "watch"):
            ran = gtask(server, command, TASK)
            assert ran.status == 0
            assert_harmless(ran)


@pytest.mark.parametrize(
    "location",
    ["http://[bad", "https:elsewhere", "http://a/" + "a" * 20_000, "//"],
)
def test_a_redirect_ends_it_at_once_wherever_it_leads(location: str) -> None:
    fault = {"do": "status", "status": 302, "headers": {"Location": location}}
    with sandbox(api_key=KEY, tasks=[task()], faults=[fault]) as server:
        ran = gtask(server, "watch", TASK, "--timeout", "20")
    assert_harmless(ran)
    assert (ran.status, len(server.requests)) == (5, 1)
    assert "redirects to" in ran.err


def test_a_cookie_is_not_sent_back() -> None:
    heads = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            heads.append(dict(self.headers))
            body = json.dumps({"id": TASK, "state": "RUNNING"}).encode()
            self.send_response(200)
            self.send_header("Set-Cookie", f"c{len(heads)}={'v' * 3000}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        env = {"GCORE_BASE_URL": f"http://127.0.0.1:{server.server_port}", "GCORE_API_KEY": KEY}
        ran = gtask(None, "watch", TASK, "--interval", "0.1", "--timeout", ENOUGH, env=env)
        server.shutdown()
    assert ran.status == 124
    assert len(heads) > 2
    assert not any("cookie" in name.lower() for head in heads for name in head)


LONG_KEY = f"1234${'0123456789abcdef' * 8}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--state"),
        ("list", "--type"),
        ("list", "--project"),
        ("list", "--since"),
        ("list", "--order"),
        ("list", "--color"),
        ("watch", TASK, "--progress"),
        ("watch", TASK, "--timeout"),
        ("get", TASK, "--fields"),
    ],
)
@pytest.mark.parametrize("source", ["variable", "file"])
def test_no_part_of_a_long_key_is_shown(
    arguments: tuple[str, ...], source: str, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text(LONG_KEY)
    env = {
        "variable": {"GCORE_API_KEY": LONG_KEY},
        "file": {"GCORE_API_KEY": "", "GCORE_API_KEY_FILE": str(path)},
    }[source]
    with sandbox(tasks=[task(age=9)], api_key=LONG_KEY) as server:
        ran = gtask(server, *arguments, LONG_KEY, env={**env, "GITHUB_ACTIONS": "true"})
    assert LONG_KEY[:16] not in ran.out + ran.err
    assert (ran.status, ran.out) in [(2, ""), (0, "")]


def test_a_key_in_no_encoding_is_a_wrong_setting() -> None:
    for arguments in (("list",), ("nosuch",), ("watch", TASK)):
        ran = gtask(None, *arguments, env={"GCORE_API_KEY": "1234$\udce9abcdef"})
        assert ran.status == 2
        assert "Traceback" not in ran.err


@pytest.mark.parametrize("key", ["1234$abcdefghijk", "1234$ab\\\\cdefghijk"])
def test_a_key_in_place_of_an_option_is_not_shown(key: str) -> None:
    ran = gtask(None, "list", "--state", key, env={"GCORE_API_KEY": key})
    assert ran.status == 2
    assert ran.err.startswith("gtask: unknown state '***'")


def test_a_key_in_place_of_its_file_is_not_shown() -> None:
    ran = gtask(None, "get", TASK, env={"GCORE_API_KEY_FILE": KEY})
    assert ran.status == 2
    assert "the key itself belongs in GCORE_API_KEY" in ran.err
    assert KEY not in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_an_unbuffered_version_onto_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("--version"),
            env={**environment(), "PYTHONUNBUFFERED": "1"},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 5
    assert done.stderr == b"gtask: the system refused: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that do not block are POSIX")
def test_a_pipe_that_does_not_block_and_a_slow_reader_lose_nothing() -> None:
    ids = [f"t{n}" for n in range(8)]
    large = {"data": "x" * 30_000}
    with sandbox(tasks=[task(i, age=9, document=large) for i in ids]) as server:
        reader, writer = os.pipe()
        if sys.platform != "win32":
            os.set_blocking(writer, False)
        arguments = command("get", "--json", *ids)
        process = subprocess.Popen(arguments, env=environment(server), stdout=writer)
        os.close(writer)
        wait_for_requests(server, len(ids))
        wait_until(lambda: bytes_in(reader) > 0, "something is printed")
        with os.fdopen(reader, "rb") as pipe:
            documents = [json.loads(line) for line in pipe]
        assert process.wait(timeout=STUCK_SECONDS) == 0
    assert [document["id"] for document in documents] == ids


def test_a_thousand_levels_of_nesting_are_kept_and_shown() -> None:
    deep = '{"id":"' + TASK + '","state":"FINISHED","data":' + "[" * 900 + "]" * 900 + "}"
    fault = {"do": "body", "path": f"*/{TASK}", "body": deep}
    with sandbox(api_key=KEY, tasks=[task()], faults=[fault]) as server:
        raw = gtask(server, "get", TASK, "--json")
        card = gtask(server, "get", TASK)
        pretty = gtask(server, "get", TASK, "--json", env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert (raw.status, card.status, pretty.status) == (0, 0, 0)
    assert raw.out == deep + "\n"
