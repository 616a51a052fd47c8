"""IDs from arguments and from every form of standard input."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks import ids as ids_module
from gcore_tasks_cli.tasks.ids import (
    can_be_asked_for,
    check_id,
    collect_ids,
    ids_in,
    path_segment,
    whole_id,
)

RECENT = ["6a5f0c1e-0001-4a3b", "6a5f0c1e-0002-4a3b", "d81e07c2-7f5a-4d1c"]
TASK = '{"id":"%s","state":"NEW","task_type":"create_vm","error":"no"}'


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (b"a b\n c\t\n", ["a", "b", "c"]),
        (b"X", ["X"]),
        (b'{"id":"a"}', ["a"]),
        (b'{"id":"a","name":"web","state":"NEW"}', ["a"]),
        (b'{"id":"a","name":"web","task_type":"create_vm"}', ["a"]),
        (b'HTTP/2 200\r\nA: b\r\n\r\n\r\n["a"]', ["a"]),
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
        (b"\x00\x00", "empty"),
        (b"null", "null"),
        (b'{"tasks": []}', "has no task ID"),
        (b"[]", "has no task ID"),
        (b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n", "without a body .204 No Content"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n<html>", "HTML"),
        (b"HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\n<html>", "of the API: 502 Bad Gateway$"),
        (b"HTTP/1.1 404 Not Found\r\nA: b", "of the API: 404 Not Found$"),
        (b'HTTP/2 403\r\n\r\n{"message":"no rights"}', "of the API: 403: no rights$"),
        (b"HTTP/1.1", "without a body"),
        (
            b'{"exception_class":"ForbiddenError","message":"no rights","request_id":"r-1"}',
            r"of the API: ForbiddenError: no rights \(request ID r-1\)$",
        ),
        (b'{"code":401,"message":"Bad permanent token"}', "Bad permanent token"),
        (b'{"detail":"Not found."}', "Not found."),
        (b"<html><body>502</body></html>", "HTML"),
        (b'{"tasks": [5]}', "holds a number"),
        (b'{"tasks": [5.5]}', "holds a number"),
        (b'{"tasks": [true]}', "holds true or false"),
        (b'{"tasks": [null]}', "holds null"),
        (b'{"tasks": [{}]}', "holds an object"),
        (b'{"tasks": [{"id":5,"state":"NEW"}]}', "holds an object"),
        (b"[[]]", "holds a list"),
        (b'{"tasks": ["a"', "broken JSON"),
        (b'{"id":"vm-1","name":"web"}', r"not a task \(its keys: id, name\)"),
        (b'{"f":1,"e":2,"d":3,"c":4,"b":5,"a":6}', r"its keys: a, b, c, d, e\)"),
        (b"[{}]", "its keys: none"),
        (b"a \xff\xfe", "not text: .* at byte 2"),
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


def test_of_a_long_error_of_the_api_the_beginning_is_shown() -> None:
    with pytest.raises(UsageError) as caught:
        ids_in(b'{"message":"%s"}' % (b"m" * 3000))
    assert caught.value.message.count("m") == 2000


@pytest.mark.parametrize(
    "text",
    ["", "  ", ".", "..", " .. ", "null", "a\nb", "a\x1b", "a\x1fb", "a\x7fb", "a\x80b", "a\x9fb",
     "\ud800", "\udc80", "\udfff", "x" * 1025],
)  # fmt: skip
def test_text_that_cannot_be_an_id_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        check_id(text)
    assert not can_be_asked_for(text)


@pytest.mark.parametrize("text", ["a b", "a~b", "a\xa0b", "\ud7ff", "\ue000", "x" * 1024])
def test_text_that_can_be_an_id_is_one(text: str) -> None:
    assert check_id(text) == text
    assert check_id(f" {text}\n") == text
    assert can_be_asked_for(text)
    assert not can_be_asked_for(f" {text}")


def test_what_an_id_holds_is_percent_encoded() -> None:
    assert path_segment("a-1/../b?c=é") == "a-1%2F..%2Fb%3Fc%3D%C3%A9"


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


def test_the_words_of_one_argument_are_ids() -> None:
    assert collected("a b", " c ") == ["a", "b", "c"]
    with pytest.raises(UsageError, match="a task ID is empty"):
        collected("a", "")


def test_standard_input_that_cannot_be_read() -> None:
    class Folder(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise IsADirectoryError(21, "Is a directory")

    with pytest.raises(UsageError, match="cannot read standard input: Is a directory"):
        collect_ids(["-"], Folder(), tuple)
    with pytest.raises(UsageError, match="standard input is empty"):
        collect_ids(["-"], None, tuple)


def test_standard_input_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 3 * 2**20
    monkeypatch.setattr(ids_module, "STDIN_LIMIT_BYTES", limit)
    assert collected("-", stdin=b"id".ljust(limit)) == ["id"]
    endless = io.BytesIO(b"id".ljust(2 * limit))
    with pytest.raises(UsageError, match="standard input is larger than 3 MiB"):
        collect_ids(["-"], endless, tuple)
    assert endless.tell() == limit + 1


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
