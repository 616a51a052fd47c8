"""The pages of `gtask help TOPIC`; gtask(1) is made from the same.

A page is Markdown, and only this much of it: headings, paragraphs, code between fences, and lists
whose items are `- term: meaning`, with an empty line between them.
"""

import re
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
    "sandbox": "sandbox/scenario.md",
}
ALSO_KNOWN_AS = {
    **dict.fromkeys(("exit-code", "exit-status", "status"), "exit-codes"),
    **dict.fromkeys(("env", "variables", "settings"), "environment"),
    **dict.fromkeys(("id", "filters"), "ids"),
    **dict.fromkeys(("json", "events", "fields"), "output"),
    **dict.fromkeys(("report", "bugs", "support", "compatibility"), "stability"),
    "wait": "waiting",
    "github": "ci",
    "scenario": "sandbox",
}


class Block(NamedTuple):
    """A part of a topic's page as plain text; `rows` are the terms of a list and what they mean."""

    kind: Literal["title", "heading", "text", "code", "rows"]
    text: str
    rows: tuple[tuple[str, str], ...] = ()


def blocks_of(topic: str) -> list[Block]:
    """The page of this topic, part by part."""
    page = (Path(__file__).parent / TOPICS[topic]).read_text(encoding="utf-8")
    return [_block(part) for part in page.strip().split("\n\n")]


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
