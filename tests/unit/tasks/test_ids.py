"""IDs from arguments and from every form of standard input."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.ids import check_id, collect_ids, ids_in, path_segment, whole_id

RECENT = ["6a5f0c1e-0001-4a3b", "6a5f0c1e-0002-4a3b", "d81e07c2-7f5a-4d1c"]
TASK = '{"id":"%s","state":"NEW","task_type":"create_vm","error":"no"}'


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (b"a b\n c\t\n", ["a", "b", "c"]),
        (b'{"tasks": ["a", "b"]}', ["a", "b"]),
        (b'["a", "b"]', ["a", "b"]),
        (b'"a"\n"b"', ["a", "b"]),
        ((TASK % "a").encode(), ["a"]),
        (f"{TASK % 'a'}\n{TASK % 'b'}\n".encode(), ["a", "b"]),
        (f"[{TASK % 'a'},{TASK % 'b'}]".encode(), ["a", "b"]),
        (f'{{"count":1,"results":[{TASK % "a"}]}}'.encode(), ["a"]),
        (b'{"task_id":"a","state":"NEW","created_resources":{}}', ["a"]),
        (b'\xef\xbb\xbf{"tasks":["a"]}', ["a"]),
        (b'HTTP/1.1 200 OK\r\nDate: x\r\n\r\n{"tasks":["a"]}', ["a"]),
        (b'HTTP/2 200 \n\n["a"]', ["a"]),
        (b'HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 201 Created\r\nA: b\r\n\r\n["a"]', ["a"]),
        (b'HTTP/1.1 301 Moved\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n["a"]', ["a"]),
    ],
)
def test_forms_of_standard_input(data: bytes, ids: list[str]) -> None:
    assert ids_in(data) == ids


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"tasks": []}', "has no task ID"),
        (b"[]", "has no task ID"),
        (b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n", "without a body .204 No Content"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n<html>", "HTML"),
        (b"HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\n<html>", "of the API: 502 Bad Gateway$"),
        (b"HTTP/1.1 404 Not Found\r\nA: b", "of the API: 404 Not Found$"),
        (b'HTTP/2 403\r\n\r\n{"message":"no rights"}', "of the API: 403: no rights$"),
        (b"HTTP/1.1", "without a body"),
        (b'{"exception_class":"ForbiddenError","message":"no rights","request_id":"r-1"}', "r-1"),
        (b'{"code":401,"message":"Bad permanent token"}', "Bad permanent token"),
        (b'{"detail":"Not found."}', "Not found."),
        (b"<html><body>502</body></html>", "HTML"),
        (b'{"tasks": [5]}', "a number"),
        (b'{"tasks": [null]}', "null"),
        (b"[[]]", "a list"),
        (b'{"tasks": ["a"', "broken JSON"),
        (b'{"id":"vm-1","name":"web"}', "not a task"),
        (b"\xff\xfe", "not text"),
        (b"[" * 100_000, "deep"),
        (b'["a", ".."]', "'..'"),
    ],
)
def test_standard_input_without_a_task_id_is_an_error(data: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ids_in(data)


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(data: bytes) -> None:
    try:
        assert ids_in(data)
    except UsageError as error:
        assert error.message


@pytest.mark.parametrize(
    "text", ["", "  ", ".", "..", " .. ", "a\nb", "a\x1b", "\udc80", "x" * 2000]
)
def test_text_that_cannot_be_an_id_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        check_id(text)


@given(st.text(min_size=1, max_size=50))
def test_an_id_is_one_segment_and_never_more(text: str) -> None:
    try:
        segment = path_segment(check_id(text))
    except UsageError:
        return
    assert not set(segment) & set("/?#\\ \n%2F"[:5])
    assert segment not in (".", "..")


def collected(*arguments: str, stdin: bytes = b"") -> list[str]:
    return collect_ids(arguments, io.BytesIO(stdin), lambda: RECENT)


def test_repeated_ids_count_once_and_keep_their_order() -> None:
    assert collected("b", "a", "b", "-", "-", stdin=b"c a") == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("d81e07", RECENT[2]),
        ("d81e07…", RECENT[2]),
        ("6a5f0c1e-0002…", RECENT[1]),
        ("d81e0", "d81e0"),  # shorter than any that gtask shows
        ("d81e0…", "d81e0…"),
        ("unknown", "unknown"),
        ("unknown…", "unknown…"),
        (RECENT[0], RECENT[0]),
    ],
)
def test_an_abbreviated_id_means_the_one_recent_task_that_it_begins(text: str, meant: str) -> None:
    assert collected(text) == [meant]
    assert collected("-", stdin=text.encode()) == [meant]


def test_an_abbreviation_of_several_recent_tasks_is_refused_with_all_of_them() -> None:
    with pytest.raises(UsageError) as caught:
        collected("6a5f0c1e")
    assert f"{RECENT[0]}, {RECENT[1]}" in caught.value.message


def test_a_whole_id_that_begins_another_means_itself() -> None:
    assert whole_id("task-1", ["task-10", "task-1"]) == "task-1"


def test_ids_in_json_are_not_abbreviations() -> None:
    assert collected("-", stdin=b'["d81e07c2"]') == ["d81e07c2"]


def test_recent_ids_are_read_only_for_abbreviations_and_only_once() -> None:
    reads: list[None] = []

    def recent() -> Sequence[str]:
        reads.append(None)
        return RECENT

    whole = "26986bc0-748a-4448-b836-0a2aa465eb06"
    assert collect_ids([whole], None, recent) == [whole]
    assert not reads
    collect_ids(["d81e07", "6a5f0c1e-0001"], None, recent)
    assert len(reads) == 1
