"""One rule finds task IDs in arguments and in every form of standard input."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.tasks import ids as ids_module
from gcore_tasks_cli.tasks.ids import (
    can_be_asked_for,
    collect_ids,
    ids_in,
    is_abbreviation,
)

A, B, C = (f"26986bc0-748a-4448-b836-0a2aa465eb0{n}" for n in (1, 2, 3))
RECENT = ["6a5f0c1e-0001-4a3b", "6a5f0c1e-0002-4a3b", "d81e07c2-7f5a-4d1c", "abc1234", "abc123"]
KEY = "1234_0123456789abcdef"
TASK = '{"id":"%s","state":"NEW","task_type":"create_vm","error":"no"}'
CURL_V = f"""* Connected to api.gcore.com (203.0.113.5) port 443
> POST /cloud/v1/networks/1/2 HTTP/1.1
> authorization: APIKey {KEY}
>
{{ [50 bytes data]
< HTTP/1.1 200 OK
< x-request-id: {C}
<
}} [60 bytes data]
%s* Connection #0 to host api.gcore.com left intact"""


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a1 b2\n c3\t\n", ["a1", "b2", "c3"]),
        (A.upper(), [A]),
        (f'"{A}"\n"{B}"', [A, B]),
        (f"{A},{B}", [A, B]),
        (f"['{A}', '{B}']", [A, B]),
        (f"[{A} {B}]", [A, B]),
        (f"&{{Tasks:[{A} {B}] JSON:{{}}}}", [A, B]),
        ("['task-1', 'task-2']", ["task-1", "task-2"]),
        (f"TaskIDList(tasks=['{A}', '{B}'])", [A, B]),
        (f"Task(id='{A}', task_type='create_vm', user='{B}')", [A]),
        (f"Task ID: {A}\n", [A]),
        (f"created task {A} for network {B}.", [A]),
        (f"network {B}: task_id={A}, request {C}", [A]),
        (f"tasks:\n- {A}\n- {B}\n", [A, B]),
        (f"{A} is under way, {B} too.", [A, B]),
        (f"https://api.gcore.com/cloud/v1/tasks/{A}?x={B}", [A]),
        (f"FINISHED  create_vm  2m  19 s  76  1234  {A}", [A]),
        (f'2026-11-26T10:00:00 INFO [12] answer: {{"tasks": ["{A}"]}} of {B}', [A]),
        (f"INFO [1] {TASK % 'a'}\nINFO [2] {TASK % 'b'}", ["a", "b"]),
        (CURL_V % f'{{"tasks": ["{A}"]}}', [A]),
        (CURL_V % f'{{"tasks": ["{A}"]}}\n', [A]),
        # What several calls printed, perhaps without a line end between them.
        (f'{{"tasks": []}}\n{{"tasks": ["{A}"]}}', [A]),
        (f'HTTP/1.1 200 OK\nX: y\n\n{{"tasks": ["{A}"]}}\nHTTP/1.1 204 No Content\n\n', [A]),
        (f'{{"tasks": ["{A}"]}}HTTP/1.1 200 OK\n\n{{"tasks": ["{B}"]}}', [A, B]),
        (f"HTTP/1.1 302 Found\n\n<html>\nHTTP/1.1 200 OK\n\n{A}", [A]),
        (f'{{"id": "{A}", "state": "RUNNING", "data": {{"tasks": []}}}}', [A]),
        (f"old tasks=[] new tasks=[{A}]", [A]),
        (f'{{"tasks": ["{A}"]}}\n200\n', [A]),
        ('{"id":"a"}', ["a"]),
        ('{"id":"a","name":"web","state":"NEW"}', ["a"]),
        ('{"id":"a","name":"web","task_type":"create_vm"}', ["a"]),
        ('HTTP/2 200\r\nA: b\r\n\r\n\r\n["a"]', ["a"]),
        ('{"tasks": ["a", "b"]}', ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ('["d81e07c2"]', ["d81e07c2"]),  # in JSON, nothing is an abbreviation
        (TASK % "a", ["a"]),
        (f"{TASK % 'a'}\n{TASK % 'b'}\n", ["a", "b"]),
        (f"[{TASK % 'a'},{TASK % 'b'}]", ["a", "b"]),
        (f'{{"count":1,"results":[{TASK % "a"}]}}', ["a"]),
        ('{"task_id":"a","state":"NEW","created_resources":{}}', ["a"]),
        ('HTTP/1.1 200 OK\r\nDate: x\r\n\r\n{"tasks":["a"]}', ["a"]),
        ('HTTP/2 200 \n\n["a"]', ["a"]),
        ('HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 201 Created\r\nA: b\r\n\r\n["a"]', ["a"]),
        ('HTTP/1.1 301 Moved\r\nA: b\r\n\r\nx\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n["a"]', ["a"]),
    ],
)
def test_ids_are_found_in_what_programs_print(text: str, ids: list[str]) -> None:
    assert ids_in(text) == ids
    assert collected(text.replace(KEY, "")) == ids
    assert collected("-", stdin=text.encode("utf-16")) == ids


@pytest.mark.parametrize(
    "text",
    [
        '{"tasks": []}',
        '{"tasks": null}',
        "[]",
        '{"count": 0, "results": []}',
        "TaskIDList(tasks=[])",
        "&{Tasks:[]}",
        "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n",
        "HTTP/1.1 202",
        CURL_V.replace("200 OK", "204 No Content") % "",
        'HTTP/1.1 200 OK\r\nA: b\r\n\r\n{"tasks": []}',
        'answer: {"tasks": []}',
    ],
)
def test_an_answer_that_started_nothing_is_no_error(text: str) -> None:
    assert ids_in(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (b"a \xff\xfe", r"not text: .* at byte 2"),
        (" \n", "empty"),
        ("\x00\x00", "no task ID"),
        ("null", "no task ID in standard input: 'null'"),
        ("nowhere", "no task ID"),
        ("no such host", "no task ID"),
        (f"the word {A}x", "no task ID"),
        ("a1 and b2", "no task ID"),
        ("../../iam/v1/users?x=1#y", "no task ID"),
        (".. .", "no task ID"),
        ("id-1\x1b", "no task ID"),
        ("1" * 1025, "no task ID"),
        ("HTTP/1.1 200 OK\r\nA: b\r\n\r\n<html>", "HTML"),
        ("HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\n<html>", "of the API: 502 Bad Gateway$"),
        ("HTTP/1.1 404 Not Found\r\nA: b", "of the API: 404 Not Found$"),
        ('HTTP/2 403\r\n\r\n{"message":"no rights"}', "of the API: 403: no rights$"),
        ("HTTP/1.1", "no task ID"),
        (
            '{"tasks": []}\n{"message": "no rights"}',
            "this is an error of the API: no rights",
        ),
        (
            f'HTTP/1.1 400 Bad\n\n{{"message": "no"}}\nHTTP/1.1 200 OK\n\n{{"tasks": ["{A}"]}}',
            "this is an error of the API: 400 Bad: no",
        ),
        (
            '{"exception_class":"ForbiddenError","message":"no rights","request_id":"r-1"}',
            r"of the API: ForbiddenError: no rights \(request ID r-1\)$",
        ),
        ('{"code":401,"message":"Bad permanent token"}', "Bad permanent token"),
        ('{"detail":"Not found."}', "Not found."),
        ('{"message":"%s"}' % ("m" * 3000), f": {'m' * 2000}$"),
        (f"<html><body>502 {A}</body></html>", "HTML"),
        ('{"tasks": [5]}', "holds 5 where"),
        ('{"tasks": [null]}', "holds null where"),
        ('{"tasks": [{"id":5,"state":"NEW"}]}', 'holds {"id":5,"state":"NEW"} where'),
        ("[[]]", r"holds \[\] where"),
        ('["a", ".."]', 'holds ".." where'),
        (f'{{"tasks": ["{A}", "{B}"', "broken JSON"),
        (f'{{"tasks": ["{A}", "{B[:9]}', "broken JSON"),
        (f'{{"id":"{A}","name":"web"}}', r"not a task \(its keys: id, name\)"),
        (f'created {{"id":"{A}","name":"web"}}', r"not a task \(its keys: id, name\)"),
        ('{"f":1,"e":2,"d":3,"c":4,"b":5,"a":6}', r"its keys: a, b, c, d, e\)"),
        ("[{}]", "its keys: none"),
        ("[" * 100_000, "deep"),
    ],
)
def test_text_without_a_task_id_is_an_error(text: str | bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        collected("-", stdin=text.encode() if isinstance(text, str) else text)


@given(st.text(max_size=200) | st.text(alphabet='{}[]":,a1-… \ntask', max_size=60))
def test_what_is_found_in_any_text_can_be_asked_for(text: str) -> None:
    for arguments, stdin in ((["-"], text.encode("utf-8", "surrogatepass")), ([text], b"")):
        try:
            found = collected(*arguments, stdin=stdin)
        except UsageError as error:
            assert error.message
        else:
            assert all(map(can_be_asked_for, found))


@pytest.mark.parametrize(
    "text",
    ["", "  ", ".", "..", "a b", "a\nb", "a\x1b", "a\x80b", "\ud800", "\udc80", "x" * 1025],
)
def test_text_that_cannot_be_an_id(text: str) -> None:
    assert not can_be_asked_for(text)


def collected(*arguments: str, stdin: bytes = b"") -> list[str]:
    hide = Secrets([KEY]).hide
    return collect_ids(arguments, io.BytesIO(stdin), lambda: RECENT, hide)


def test_a_list_that_a_shell_has_split_into_words() -> None:
    assert collected(*f'["{A}", "{B}"]'.split()) == [A, B]


def test_the_key_is_skipped_and_not_shown() -> None:
    assert collected("-", stdin=f"a1 {KEY} b2".encode()) == ["a1", "b2"]
    with pytest.raises(UsageError, match="standard input holds the API key, which is not"):
        collected("-", stdin=f"{KEY}\n".encode())
    for alone in (f'["{KEY}"]', f"curl: Authorization: APIKey {KEY}"):
        with pytest.raises(UsageError) as caught:
            collected("-", stdin=alone.encode())
        assert KEY not in caught.value.message


def test_standard_input_that_cannot_be_read() -> None:
    class Folder(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise IsADirectoryError(21, "Is a directory")

    with pytest.raises(UsageError, match="cannot read standard input: Is a directory"):
        collect_ids(["-"], Folder())
    with pytest.raises(UsageError, match="standard input is empty") as caught:
        collect_ids(["-"], None)
    assert "curl -i" in (caught.value.hint or "")


def test_standard_input_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 3 * 2**20
    monkeypatch.setattr(ids_module, "STDIN_LIMIT_BYTES", limit)
    assert collected("-", stdin=b"id1".ljust(limit)) == ["id1"]
    endless = io.BytesIO(b"id1".ljust(2 * limit))
    with pytest.raises(UsageError, match="standard input is larger than 3 MiB"):
        collect_ids(["-"], endless)
    assert endless.tell() == limit + 1


def test_repeated_ids_count_once_in_any_case_and_keep_their_order() -> None:
    assert collected("b2", "a1", "B2", "-", "-", stdin=b"c3 A1") == ["b2", "a1", "c3"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("d81e07", RECENT[2]),
        ("D81E07", RECENT[2]),
        ("d81e07…", RECENT[2]),
        ("d8…", RECENT[2]),
        ("6a5f0c1e-0002…", RECENT[1]),
        ("d81e0", "d81e0"),  # shorter than any that gtask shows
        ("6a5f0c1e-0002-4a3b", RECENT[1]),
        ("task-1…", "task-1…"),
        ("d81e07c2-7", RECENT[2]),
        ("d81e07c2_7", "d81e07c2_7"),
        ("abcdef12", "abcdef12"),
        ("abc123", "abc123"),  # a whole one that begins another
    ],
)
def test_an_abbreviated_id_means_the_one_recent_task_that_it_begins(text: str, meant: str) -> None:
    assert collected(text) == [meant]
    assert collected("-", stdin=text.encode()) == [meant]


@pytest.mark.parametrize("text", ["task-1", "d81e0", "d81e07g", "d81e07c27", A, "d81e07c2-7f5a4"])
def test_other_plain_ids_are_not_abbreviations(text: str) -> None:
    assert not is_abbreviation(text)


def test_recent_ids_are_read_only_for_abbreviations_and_only_once() -> None:
    reads: list[None] = []

    def recent() -> Sequence[str]:
        reads.append(None)
        return RECENT

    assert collect_ids([A, "task-1"], None, recent) == [A, "task-1"]
    assert not reads
    collect_ids(["d81e07", "6a5f0c1e-0001"], None, recent)
    assert len(reads) == 1
