"""The pages of help, of commands and of topics; gtask(1) is made from the same.

A page is Markdown, and only this much of it: headings, paragraphs, code between fences, and lists
whose items are `- term: meaning`, with an empty line between them.
"""

import re
import shutil
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

# Topic → its page, which stands beside the code that it describes where there is one place.
TOPICS = {
    "exit-codes": "topics/exit-codes.md",
    "environment": "topics/environment.md",
    "ids": "topics/ids.md",
    "waiting": "polling/README.md",
    "output": "topics/output.md",
    "ci": "topics/ci.md",
    "stability": "topics/stability.md",
    "scenarios": "sandbox/scenario.md",
}
_WIDEST = 100
# Longer terms of a list have a line of their own.
_LONGEST_TERM = 26


class Block(NamedTuple):
    """A part of a page as plain text; `rows` are the terms of a list and what they mean."""

    kind: Literal["title", "heading", "text", "code", "rows"]
    text: str
    rows: tuple[tuple[str, str], ...] = ()


def read_page(name: str) -> list[Block]:
    """The page of a topic, of a command, or of `gtask` itself; the last two without options."""
    path = Path(__file__).parent / TOPICS.get(name, f"commands/{name}.md")
    return [_block(part) for part in path.read_text(encoding="utf-8").strip().split("\n\n")]


def summary(name: str) -> str:
    """What a command does, in one line."""
    return read_page(name)[1].text


def as_text(blocks: Sequence[Block], bold: Callable[[str], str]) -> str:
    """The page, no wider than the terminal."""
    width = min(shutil.get_terminal_size().columns, _WIDEST) - 2
    terms = [len(term) for block in blocks for term, _ in block.rows]
    column = max((each for each in terms if each <= _LONGEST_TERM), default=0) + 4
    text = ""
    for block in blocks:
        if block.kind == "title":
            lines = [bold(block.text)]
        elif block.kind == "heading":
            lines = [bold(f"{block.text}:")]
        elif block.kind == "code":
            lines = [f"  {line}" for line in block.text.splitlines()]
        elif block.kind == "rows":
            lines = [line for row in block.rows for line in _row(*row, column, width)]
        else:
            lines = _filled(block.text, width)
        text += "\n".join(lines) + ("\n" if block.kind == "heading" else "\n\n")
    return text.rstrip("\n") + "\n"


def _row(term: str, meaning: str, column: int, width: int) -> list[str]:
    """A term and what it means beside it; a long term has a line of its own."""
    beside = [" " * column + line for line in _filled(meaning, width - column)]
    head = f"  {term}"
    if len(head) > column - 2:
        return [head, *beside]
    return [head + beside[0][len(head) :], *beside[1:]]


def _filled(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)


def _block(part: str) -> Block:
    if part.startswith("```"):
        return Block("code", "\n".join(part.splitlines()[1:-1]))
    if part.startswith("#"):
        marks, _, text = part.partition(" ")
        return Block("title" if marks == "#" else "heading", text)
    if part.startswith("- "):
        items = (_one_line(item).partition(": ") for item in re.split(r"(?:^|\n)- ", part)[1:])
        return Block("rows", "", tuple((term, meaning) for term, _, meaning in items))
    return Block("text", _one_line(part))


def _one_line(text: str) -> str:
    return " ".join(text.replace("`", "").split())
