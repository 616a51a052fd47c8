"""JSON as people read it: indented and in colour, and the same document."""

import re
from collections.abc import Iterator

from gcore_tasks_cli.sanitize import json_text

_NESTING = "  "
# Deeper brackets stay on one line: indentation alone would grow with the square of the depth.
_DEEPEST_INDENTED = 50
# Laying out the colours of more characters takes minutes.
MOST_COLOURED = 500_000
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^{}\[\],:"]++', re.DOTALL)


def indented(compact: str) -> Iterator[tuple[str, str]]:
    """The pieces of the indented text, each with its style: the same document, however deep.

    Works on the text and not on its values, so that numbers and escapes stay as they were sent.
    """
    depth = 0
    parts = [match[0] for match in _TOKEN.finditer(json_text(compact))]
    for n, part in enumerate(parts):
        before = parts[n - 1] if n else ""
        after = parts[n + 1] if n + 1 < len(parts) else ""
        if part in "]}":
            depth -= 1
            yield part if before in ("{", "[") else f"{_new_line(depth)}{part}", ""
        elif part in "{[":
            depth += 1
            yield part if after in ("}", "]") else f"{part}{_new_line(depth)}", ""
        elif part in ",:":
            yield f",{_new_line(depth)}" if part == "," else ": ", ""
        else:
            yield part, _style(part, is_key=after == ":")


def _new_line(depth: int) -> str:
    return f"\n{_NESTING * depth}" if depth <= _DEEPEST_INDENTED else ""


def _style(part: str, *, is_key: bool) -> str:
    if part.startswith('"'):
        return "bold blue" if is_key else "green"
    return {"null": "dim", "true": "cyan", "false": "cyan"}.get(part, "yellow")
