"""JSON at a terminal: indented and coloured, and the same document as was sent."""

import re
from collections.abc import Iterator

from rich.text import Text

from gcore_tasks_cli.sanitize import json_text

_NESTING = "  "
# Deeper brackets stay on one line: indentation alone would grow with the square of the depth.
_DEEPEST_INDENTED = 50
MOST_COLOURED = 500_000
_JSON_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^{}\[\],:"]++', re.DOTALL)


def json_pretty(compact: str) -> Text:
    """Compact JSON, indented and coloured; the same document, however deep it is nested.

    Works on the text and not on its values, so that numbers and escapes stay as they were sent.
    """
    return Text.assemble(*_indented_json(compact))


def json_indented(compact: str) -> str:
    """As `json_pretty`, without colours: for more than `MOST_COLOURED` characters.

    Laying out the colours of so much text takes minutes.
    """
    return "".join(part for part, _ in _indented_json(compact))


def _indented_json(compact: str) -> Iterator[tuple[str, str]]:
    """The pieces of the indented text, each with its style."""
    depth = 0
    parts = [match[0] for match in _JSON_TOKEN.finditer(json_text(compact))]
    for n, part in enumerate(parts):
        before = parts[n - 1] if n else ""
        after = parts[n + 1] if n + 1 < len(parts) else ""
        if part in "]}":
            depth -= 1
            yield part if before in ("{", "[") else f"{_new_line(depth)}{part}", ""
        elif part in "{[":
            depth += 1
            yield part if after in ("}", "]") else f"{part}{_new_line(depth)}", ""
        elif part == ",":
            yield f",{_new_line(depth)}", ""
        elif part == ":":
            yield ": ", ""
        else:
            yield part, _json_style(part, is_key=after == ":")


def _new_line(depth: int) -> str:
    return f"\n{_NESTING * depth}" if depth <= _DEEPEST_INDENTED else ""


def _json_style(part: str, *, is_key: bool) -> str:
    if part.startswith('"'):
        return "bold blue" if is_key else "green"
    return {"null": "dim", "true": "cyan", "false": "cyan"}.get(part, "yellow")
