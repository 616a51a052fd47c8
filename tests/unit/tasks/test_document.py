"""Documents keep the API's text; no text crashes the parsers."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.tasks import document as documents
from tests.unit.documents import document, ended_after

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def test_numbers_escapes_and_order_stay_as_sent() -> None:
    text = '{"state":"NEW","id":"a","n":1.10,"e":1E2,"s":"sp ace\\u00e9\\ud800 \\" ","big":9%s}'
    text %= "0" * 6000
    spaced = text.replace(",", " ,\n").replace(":", " : ")
    assert documents.parse_task(spaced).text == text


def test_any_json_that_was_parsed_can_be_encoded_from_a_deeper_stack() -> None:
    def deepest() -> str:
        for depth in range(990, 500, -1):
            text = "[" * depth + "]" * depth
            try:
                documents.parse_json(text)
            except ValueError:
                continue
            return text
        raise AssertionError

    def from_deeper(frames: int, value: Any) -> str:
        return documents.encode_json(value) if not frames else from_deeper(frames - 1, value)

    text = deepest()
    assert from_deeper(100, documents.parse_json(text)) == text


@given(JSON_VALUES, st.sampled_from([None, 2]))
def test_compact_changes_only_white_space(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert documents.compact(text) == json.dumps(value, separators=(",", ":"))


@given(st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=3), max_size=4), st.booleans())
def test_a_page_is_cut_into_its_documents(extras: list[dict[str, Any]], indented: bool) -> None:
    tasks = [{**extra, "id": f"t{n}", "state": "NEW"} for n, extra in enumerate(extras)]
    page = json.dumps({"count": 99, "results": tasks}, indent=2 if indented else None)
    found, faults, count = documents.parse_page(page)
    assert (count, faults) == (99, [])
    assert [json.loads(document.text) for document in found] == tasks


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"results": null}', '{"results": [', '{"results": []', '{"results" []}',
     '{"results": []} x', '{"results": [{]}', '{"count": 1}'],
)  # fmt: skip
def test_json_that_is_not_a_page_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        documents.parse_page(text)


def test_looking_at_the_tasks_of_a_page_does_not_fill_the_memory() -> None:
    many = {str(number): [number] for number in range(200)}
    tasks = [{"id": str(i), "state": "FINISHED", "data": many, "error": "x"} for i in range(300)]
    found = documents.parse_page(json.dumps({"count": len(tasks), "results": tasks}))[0]
    tracemalloc.start()
    try:
        assert all(each.value("error") == "x" for each in found)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < sum(len(each.text) for each in found)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"id":"a"}', '{"id":"a","state":5}', '{"id":"","state":"NEW"}',
     '{"id":"a","state":"NEW"', "[" * 5000, '{"id":"a","state":"NEW"} x'],
)  # fmt: skip
def test_json_that_is_not_a_task_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        documents.parse_task(text)


@given(st.text(alphabet='{}[]":,a1e- \n\\ults'))
def test_no_text_crashes_the_parsers(text: str) -> None:
    for parse in (documents.parse_task, documents.parse_page, documents.parse_json):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)


def test_created_resources_are_those_with_an_id() -> None:
    text = (
        '{"id":"a","state":"X","created_resources":{"b":["1"],"c":[],"d":null,"e":[null],"f":[7]}}'
    )
    assert documents.parse_task(text).created() == {"b": ["1"], "f": [7]}
    assert documents.parse_task(text).created(["f", "x"]) == {"f": [7]}
    odd = documents.parse_task('{"id":"a","state":"X","created_resources":"i-1"}')
    assert odd.created() == {"created_resources": ["i-1"]}


def test_a_duration_is_known_where_both_times_are() -> None:
    assert documents.duration_seconds(ended_after(12.5)) == 12.5
    assert documents.duration_seconds(ended_after(12.5, "ERROR")) == 12.5
    assert documents.duration_seconds(ended_after(0.0)) == 0.0
    assert documents.duration_seconds(ended_after(-1.0)) is None
    assert documents.duration_seconds(ended_after(5.0, "RUNNING")) is None
    time = "2026-05-23T05:07:31"
    assert documents.duration_seconds(document(state="FINISHED", created_on=time)) is None
    assert documents.duration_seconds(document(state="FINISHED", finished_on=time)) is None
