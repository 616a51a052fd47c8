"""JSON for people: indented, coloured, and the same document; for programs as it was sent."""

import io
import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from gcore_tasks_cli.output.printers import JsonPrinter
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.terminal import MOST_COLOURED, indented
from gcore_tasks_cli.tasks.document import parse_task
from tests.golden_files import assert_golden, assert_harmless
from tests.unit.output.samples import FINISHED, FakeTerminal
from tests.unit.tasks.test_document import JSON_VALUES


def coloured(compact: str, width: int = 80, out: io.StringIO | None = None) -> str:
    """What gtask puts on standard output, a terminal or `out`, where FORCE_COLOR is set."""
    env = {"FORCE_COLOR": "1", "COLUMNS": str(width)}
    streams = Streams(FakeTerminal() if out is None else out, io.StringIO(), None, env=env)
    JsonPrinter(streams).show(parse_task(compact))
    assert isinstance(streams.out, io.StringIO)
    return streams.out.getvalue()


def pretty(compact: str) -> str:
    return indented(compact)


def test_json_looks_as_it_should() -> None:
    assert_golden("json.txt", pretty(json.dumps(FINISHED, separators=(",", ":"))) + "\n")


@given(JSON_VALUES, st.booleans())
@example({}, True)
@example([[], {}, [{}], {"a": []}], True)
@example('{"[,]:"}', True)
@example({"\x9b\u202e\x00\ud800": "\u2028\x7f"}, False)
def test_pretty_json_is_the_same_document(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)
    assert json.loads(pretty(text)) == value
    assert_harmless(pretty(text))


def test_pretty_json_keeps_numbers_and_escapes_as_they_were_sent() -> None:
    compact = '{"n":1.10,"e":1E2,"big":123456789012345678901234,"s":"\\u00e9\\/","t":true}'
    text = pretty(compact)
    assert re.sub(r"\n *|(?<=:) ", "", text) == compact
    assert text.startswith('{\n  "n": 1.10,\n  "e": 1E2,\n')


def test_pretty_json_tells_keys_from_values_by_colour() -> None:
    text = coloured('{"id":"value","state":"NEW","n":1,"no":null,"yes":true}')
    parts = ('"id"', '"value"', "1", "null", "true")
    styles = {part: re.findall(rf"((?:\x1b\[[\d;]*m)+){part}", text)[0] for part in parts}
    assert len(set(styles.values())) == 5


def test_very_deep_json_is_not_blown_up() -> None:
    def size(depth: int) -> int:
        text = pretty("[" * depth + "]" * depth)
        assert "".join(text.split()) == "[" * depth + "]" * depth
        return len(text)

    # Tried on a depth first whose squares do no harm.
    assert size(2000) < 2000 * 500
    assert size(100_000) < 100_000 * 500


def test_megabytes_of_json_are_indented_without_colours() -> None:
    many = json.dumps({"id": "a", "state": "NEW", "data": list(range(200_000))})
    text = coloured(parse_task(many).text)
    assert len(text) > MOST_COLOURED
    assert "\x1b" not in text
    assert text.startswith('{\n  "id": "a",\n  "state": "NEW",\n  "data": [\n    0,\n')
    assert json.loads(text) == json.loads(many)


def test_json_at_a_narrow_terminal_is_coloured_and_can_still_be_copied() -> None:
    document = {"id": "[red]x[/red]", "state": ":smile:", "error": "a long reason " * 20}
    text = coloured(json.dumps(document))
    assert "\x1b[" in text
    assert json.loads(re.sub(r"\x1b\[[\d;]*m", "", text)) == document
