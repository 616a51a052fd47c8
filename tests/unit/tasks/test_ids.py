"""IDs from arguments and from every shape of standard input."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.ids import check_id, collect_ids, ids_in, path_segment

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
    ],
)
def test_every_shape_that_a_user_has_at_hand(data: bytes, ids: list[str]) -> None:
    assert ids_in(data) == ids


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"tasks": []}', "names no task"),
        (b"[]", "names no task"),
        (b'{"exception_class":"ForbiddenError","message":"no rights","request_id":"r-1"}', "r-1"),
        (b'{"code":401,"message":"Bad permanent token"}', "Bad permanent token"),
        (b'{"detail":"Not found."}', "Not found."),
        (b"<html><body>502</body></html>", "HTML"),
        (b'{"tasks": [5]}', "a number"),
        (b'{"tasks": [null]}', "null"),
        (b"[[]]", "a list"),
        (b'{"tasks": ["a"', "broken JSON"),
        (b'{"id":"vm-1","name":"web"}', "no task"),
        (b"\xff\xfe", "no text"),
        (b"[" * 100_000, "deep"),
        (b'["a", ".."]', "'..'"),
    ],
)
def test_what_names_no_task_is_said(data: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ids_in(data)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        assert ids_in(data)
    except UsageError as error:
        assert error.message


@pytest.mark.parametrize(
    "text", ["", "  ", ".", "..", " .. ", "a\nb", "a\x1b", "\udc80", "x" * 2000]
)
def test_what_can_be_no_id_is_refused(text: str) -> None:
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


def test_repeated_ids_count_once_and_keep_their_order() -> None:
    assert collect_ids(["b", "a", "b", "-", "-"], io.BytesIO(b"c a")) == ["b", "a", "c"]
