"""The manual page gtask(1), from the same source as help and completion."""

import re
import textwrap
from pathlib import Path

from completions.interface import GLOBAL_OPTIONS
from gcore_tasks_cli import __version__
from gcore_tasks_cli.commands import GROUPS, NAMES
from gcore_tasks_cli.commands.help import page_of
from gcore_tasks_cli.pages import TOPICS, Block, read_page, summary

_CHANGELOG = Path(__file__).parents[1] / ".github" / "CHANGELOG.md"


def page() -> str:
    """The whole page."""
    # Of the last release: "unreleased" is not a date to man.
    changelog = _CHANGELOG.read_text(encoding="utf-8")
    release = re.search(r"^## \[.+\] - ([\d-]+)$", changelog, re.MULTILINE)
    date = release[1] if release else ""
    lines = [
        ".\\\" Written by completions/generate.py from gtask's own interface: do not edit.",
        f'.TH GTASK 1 {date} "gtask {__version__}" "User Commands"',
        ".SH NAME",
        "gtask \\- wait for the asynchronous tasks of the Gcore Cloud API",
        ".SH SYNOPSIS",
        ".B gtask",
        ".I COMMAND",
        "[\\fIOPTIONS\\fR] [\\fIID\\fR...]",
        ".SH DESCRIPTION",
        _filled(summary("gtask")),
    ]
    for heading, names in GROUPS.items():
        lines += [".PP", _text(f"{heading}:")]
        for name in names:
            lines += [".TP", f".B {name}", _filled(summary(name))]
    # This early, and with this name for the options below, for fish: it makes completions of its
    # own from manual pages, would offer the options of all commands to each of them, and looks
    # neither beyond this heading nor below any but DESCRIPTION and OPTIONS.
    lines += [".SH BUGS", _filled(read_page("stability")[-1].text), ".SH GLOBAL OPTIONS"]
    for each in GLOBAL_OPTIONS:
        lines += _term(f".B {_text(', '.join(each.names))}", each.help)
    lines.append(".SH COMMANDS")
    for name in NAMES:
        lines.append(f".SS gtask {_text(name)}")
        lines += _section(page_of(name), below=True)
    for topic in TOPICS:
        lines += _section(read_page(topic), below=False)
    lines += [".SH EXAMPLES", *_examples(examples("gtask"))]
    lines += [".SH SEE ALSO", ".BR jq (1),", ".BR curl (1)"]
    return "\n".join(lines) + "\n"


def examples(name: str) -> list[str]:
    """The command lines under Examples on a command's page."""
    blocks = read_page(name)
    return blocks[blocks.index(Block("heading", "Examples")) + 1].text.splitlines()


def _section(blocks: list[Block], *, below: bool) -> list[str]:
    """A page; `below` says that it stands below a heading of the second level."""
    lines: list[str] = []
    is_first = True
    for block in blocks:
        if block.kind == "title":
            lines.append(f".SH {_text(block.text.upper())}")
        elif block.kind == "heading" and not below:
            lines.append(f".SS {_text(block.text)}")
        elif block.kind == "heading":
            lines += [".PP", f".B {_text(block.text)}:"]
        elif block.kind == "code":
            lines += _examples(block.text.splitlines())
        elif block.kind == "text":
            lines += [".PP"] * (not is_first) + [_filled(block.text)]
        for term, meaning in block.rows:
            lines += _term(f".B {_text(term.strip())}", meaning)
        is_first = block.kind in ("title", "heading")
    return lines


def _term(term: str, meaning: str) -> list[str]:
    return [".TP", term, _filled(meaning)]


def _examples(lines: list[str]) -> list[str]:
    return [".RS", ".nf", *map(_text, lines), ".fi", ".RE"]


def _filled(text: str) -> str:
    """Running text in lines of at most 80 bytes, as checkers of manual pages want them."""
    escaped = _escaped(text)
    return _no_request(textwrap.fill(escaped, 80, break_long_words=False, break_on_hyphens=False))


def _text(text: str) -> str:
    """The text as roff takes it: nothing in it is a request or an escape."""
    return _no_request(_escaped(text))


def _no_request(escaped: str) -> str:
    """The lines, none of which begins with the dot of a request."""
    return re.sub(r"(?m)^(?=[.])", r"\\&", escaped)


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    escaped = escaped.replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    return re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", escaped)
