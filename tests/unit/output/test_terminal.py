"""Summaries, tables and JSON for people: aligned, whole, coloured, and never obeyed."""

import io
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from gcore_tasks_cli.output.json import MOST_COLOURED, json_pretty
from gcore_tasks_cli.output.plain import columns, count_words, plain_resources, plain_summary
from gcore_tasks_cli.output.printers import JsonPrinter
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal.console import console
from gcore_tasks_cli.output.terminal.summaries import resources_table, result_summary
from gcore_tasks_cli.sanitize import lines, one_line
from gcore_tasks_cli.tasks.document import parse_task
from gcore_tasks_cli.tasks.model import Task
from tests.golden_files import assert_golden, assert_harmless, shown, without_layout
from tests.unit.output.test_views import (
    ANY_TEXT,
    FAILED,
    FINISHED,
    HOSTILE,
    NOW,
    ODD,
    RUNNING,
    SAMPLES,
    TEXT_FIELDS,
    task_of,
    with_text,
)
from tests.unit.tasks.test_document import JSON_VALUES

TASKS = [task_of(fields) for fields in SAMPLES.values()]
SUMMARISED = ("id", "state", "task_type", "detailed_state", "error", "created_resources")


def created_by(*fields: dict[str, Any]) -> list[Task]:
    return [task_of(each) for each in fields]


class FakeTerminal(io.StringIO):
    """Keeps what a terminal gets."""

    def isatty(self) -> bool:
        return True


def coloured(compact: str, width: int = 80, out: io.StringIO | None = None) -> str:
    """What gtask puts on standard output, a terminal or `out`, where FORCE_COLOR is set."""
    streams = Streams(FakeTerminal() if out is None else out, io.StringIO(), None)
    JsonPrinter(streams, {"FORCE_COLOR": "1", "COLUMNS": str(width)}).take(parse_task(compact))
    assert isinstance(streams.out, io.StringIO)
    return streams.out.getvalue()


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_a_summary_looks_as_it_should() -> None:
    assert_golden("summary.txt", shown(result_summary(TASKS, now=NOW, width=80)))
    assert_golden("plain_summary.txt", plain_summary(TASKS, now=NOW))


def test_resources_look_as_they_should() -> None:
    several = created_by(FINISHED, RUNNING, ODD)
    assert_golden("resources.txt", shown(resources_table(created_by(FINISHED))))
    assert_golden("resources_of_several.txt", shown(resources_table(several)))
    assert_golden("plain_resources.txt", plain_resources(several))


def test_json_looks_as_it_should() -> None:
    assert_golden("json.txt", shown(json_pretty(json.dumps(FINISHED, separators=(",", ":")))))


def test_one_task_needs_no_count_and_several_have_one() -> None:
    assert "task:" not in shown(result_summary(TASKS[:1], now=NOW, width=100))
    last = shown(result_summary(TASKS, now=NOW, width=80)).splitlines()[-1]
    assert last == "4 tasks: 1 ERROR, 1 FINISHED, 1 RUNNING, 1 SUSPENDED"


def test_of_more_tasks_than_fit_a_screen_those_that_went_well_are_counted() -> None:
    good = [task_of(FINISHED | {"id": f"good-{n}"}) for n in range(40)]
    bad = [task_of(FAILED | {"id": f"bad-{n}"}) for n in range(2)]
    text = shown(result_summary([*good, *bad], now=NOW, width=300, height=24), width=300)
    first, *rest = text.splitlines()
    assert first == "✔ FINISHED  40 create_vm; gtask list shows each"
    assert len(rest) == 11
    assert all(f"bad-{n}" in text for n in range(2))
    assert text.count("request ID") == 2
    assert text.endswith("42 tasks: 2 ERROR, 40 FINISHED\n")
    whole = shown(result_summary([*good, *bad], now=NOW, width=300), width=300)
    assert all(whole.count(f"good-{n} ") == 1 for n in range(40))
    assert len(plain_summary([*good, *bad], now=NOW).splitlines()) == 42


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "0 tasks: "),
        (["NEW"], "1 task: 1 NEW"),
        (["FINISHED", "ERROR", "FINISHED"], "3 tasks: 1 ERROR, 2 FINISHED"),
        (["\x1b[2J"], "1 task: 1 \\x1b[2J"),
    ],
)
def test_states_are_counted_in_words(states: Sequence[str], words: str) -> None:
    assert count_words(states) == words


def test_nothing_created_is_said_to_people_and_to_nobody_else() -> None:
    entries = created_by(RUNNING)
    assert "(nothing)" in shown(resources_table(entries))
    assert plain_resources(entries) == plain_resources([]) == ""


@given(st.lists(st.tuples(*[st.text("ab語 ", max_size=9)] * 3), max_size=5))
def test_columns_are_aligned_and_nothing_is_cut_off(rows: list[tuple[str, str, str]]) -> None:
    text = columns(rows)
    assert len(text.splitlines()) == len(rows)
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    for line, row in zip(text.splitlines(), rows, strict=True):
        padded = line.ljust(sum(widths))
        starts = [sum(widths[:n]) for n in range(3)]
        cells = [padded[at : at + size] for at, size in zip(starts, widths, strict=True)]
        assert [cell.rstrip() for cell in cells] == [cell.rstrip() for cell in row]


def test_a_long_cell_does_not_make_every_row_long() -> None:
    rows = [("x" * 10_000, "a"), *[("x", "a")] * 100]
    assert len(columns(rows)) < 50_000


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "created_resources"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(field: str, text: str) -> None:
    task = with_text(field, text)
    tasks = [task, task_of(FINISHED)]
    entries = [task]
    summary, table = (
        shown(result_summary(tasks, now=NOW, width=100)),
        shown(resources_table(entries)),
    )
    for output in (summary, table):
        assert_harmless(output)
        assert max(map(cell_len, output.splitlines())) <= 80
    assert_harmless(plain_summary(tasks, now=NOW))
    assert_harmless(plain_resources(entries))
    if field in SUMMARISED:
        part = lines(text) if field == "error" else one_line(text)
        assert one_line(part).rstrip() in plain_summary(tasks, now=NOW)
        assert without_layout(part) in without_layout(summary)


def test_what_does_not_fit_a_line_goes_on_in_an_indented_one() -> None:
    (task,) = TASKS[:1]
    wide = shown(result_summary([task], now=NOW, width=120), width=120).splitlines()
    narrow = shown(result_summary([task], now=NOW, width=60), width=60).splitlines()
    assert task.id in wide[0]
    assert task.id not in narrow[0]
    assert narrow[1].startswith(f"  {task.id}  took")


@given(st.sampled_from(SUMMARISED), ANY_TEXT, st.integers(20, 120))
def test_no_text_steers_a_summary_or_a_table(field: str, text: str, width: int) -> None:
    marked = f"[red]{text}[/red]"
    tasks = [with_text(field, marked), task_of(FINISHED)]
    entries = tasks
    summary = shown(result_summary(tasks, now=NOW, width=width), width)
    table = shown(resources_table(entries), width)
    for output in (summary, table):
        assert_harmless(output)
        assert max(map(cell_len, output.splitlines())) <= width
    plain = plain_summary(tasks, now=NOW)
    assert_harmless(plain)
    assert_harmless(plain_resources(entries))
    assert one_line(marked) in plain
    assert len(plain.splitlines()) == 2
    if field == "created_resources":
        assert one_line(marked) in plain_resources(entries)


@given(JSON_VALUES, st.booleans())
@example({}, True)
@example([[], {}, [{}], {"a": []}], True)
@example('{"[,]:"}', True)
@example({"\x9b\u202e\x00\ud800": "\u2028\x7f"}, False)
def test_pretty_json_is_the_same_document(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)
    plain = json_pretty(text).plain
    assert json.loads(plain) == value
    assert_harmless(plain)


def test_pretty_json_keeps_numbers_and_escapes_as_they_were_sent() -> None:
    compact = '{"n":1.10,"e":1E2,"big":123456789012345678901234,"s":"\\u00e9\\/","t":true}'
    pretty = json_pretty(compact).plain
    assert re.sub(r"\n *|(?<=:) ", "", pretty) == compact
    assert pretty.startswith('{\n  "n": 1.10,\n  "e": 1E2,\n')


def test_pretty_json_tells_keys_from_values_by_colour() -> None:
    text = json_pretty('{"key":"value","n":1,"no":null,"yes":true}')
    styles = {text.plain[span.start : span.end]: span.style for span in text.spans}
    assert styles['"key"'] != styles['"value"']
    assert len({styles[part] for part in ('"key"', '"value"', "1", "null", "true")}) == 5


def test_markup_in_json_is_text() -> None:
    compact = '{"a":"[red]x[/red]","[b]":":smile:"}'
    assert json.loads(shown(json_pretty(compact))) == json.loads(compact)


def test_moderately_deep_json_is_shown_whole() -> None:
    nested = "[" * 200 + "]" * 200
    assert json.loads(json_pretty(nested).plain) == json.loads(nested)


def test_very_deep_json_is_not_blown_up() -> None:
    def size(depth: int) -> int:
        pretty = json_pretty("[" * depth + "]" * depth).plain
        assert "".join(pretty.split()) == "[" * depth + "]" * depth
        return len(pretty)

    # Tried on a depth first whose squares do no harm.
    assert size(2000) < 2000 * 500
    assert size(100_000) < 100_000 * 500


def test_json_at_a_terminal_is_coloured() -> None:
    text = coloured('{"id":"a","state":"NEW"}')
    assert "\x1b[" in text
    assert json.loads(without_colour(text)) == {"id": "a", "state": "NEW"}


def test_json_in_a_pipe_is_for_programs_whatever_is_set() -> None:
    compact = '{"id":"a","state":"NEW"}'
    assert coloured(compact, out=io.StringIO()) == f"{compact}\n"


def test_megabytes_of_json_are_indented_without_colours() -> None:
    many = json.dumps({"id": "a", "state": "NEW", "data": list(range(200_000))})
    text = coloured(parse_task(many).text)
    assert len(text) > MOST_COLOURED
    assert "\x1b" not in text
    assert text.startswith('{\n  "id": "a",\n  "state": "NEW",\n  "data": [\n    0,\n')
    assert json.loads(text) == json.loads(many)


@pytest.mark.parametrize("columns", ["0", "00", "²", "-1", "x", ""])
def test_an_odd_width_is_none(columns: str) -> None:
    assert console(io.StringIO(), {"COLUMNS": columns, "FORCE_COLOR": "1"}).width > 1


def test_json_at_a_narrow_terminal_can_still_be_copied() -> None:
    document = {"id": "a", "state": "ERROR", "error": "a long reason " * 20}
    assert json.loads(without_colour(coloured(json.dumps(document)))) == document


@pytest.mark.parametrize(
    ("env", "colour"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_a_console_goes_by_the_environment_that_it_is_given(
    env: dict[str, str], colour: bool
) -> None:
    stream = io.StringIO()
    console(stream, env | {"TERM": "xterm", "COLUMNS": "50"}).print(
        result_summary([task_of(FAILED)], now=NOW, width=50)
    )
    text = stream.getvalue()
    assert ("\x1b[1;31m" in text) is colour
    assert max(map(cell_len, without_colour(text).splitlines())) <= 50
