"""Compares what people read with files that people have read: tests/golden/output/.

GTASK_UPDATE_GOLDEN=1 rewrites the files; the difference is then for the reviewer to see.
"""

import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

from gcore_tasks_cli.output.terminal import TerminalRenderer

_FOLDER = Path(__file__).parent / "golden" / "output"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def assert_golden(name: str, text: str) -> None:
    """The text is that of the golden file of this name."""
    path = _FOLDER / name
    if os.environ.get("GTASK_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.exists(), f"no golden file {path}; GTASK_UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text(encoding="utf-8")


def shown(render: Callable[[TerminalRenderer], str], width: int = 80) -> str:
    """What a terminal of this width shows, without colour and without the spaces at line ends."""
    text = render(TerminalRenderer(io.StringIO(), {"COLUMNS": str(width)}))
    return "".join(f"{line.rstrip(' ')}\n" for line in text.split("\n")[:-1])


def assert_harmless(text: str) -> None:
    """Nothing in the text can steer a terminal or deceive about the order of its characters."""
    for character in text.replace("\n", ""):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), repr(character)
        assert character not in _BIDI, repr(character)


def without_layout(text: str) -> str:
    """The text without white space and boxes: what is left of it however it was wrapped."""
    return "".join(c for c in text if not c.isspace() and c not in "│╭╮╰╯─")
