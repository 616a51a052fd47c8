"""The manual page gtask(1), from the same source as help and completion."""

import re
import textwrap
from pathlib import Path

from completions.interface import Command, Interface, Option
from gcore_tasks_cli.help import TOPICS, Block, blocks_of

_CHANGELOG = Path(__file__).parents[1] / ".github" / "CHANGELOG.md"


def script(interface: Interface) -> str:
    """The whole page."""
    release = re.search(
        r"^## \[([\d.]+)\] - ([\d-]+)$", _CHANGELOG.read_text("utf-8"), re.MULTILINE
    )
    version, date = release.groups() if release else ("", "")
    lines = [
        ".\\\" Written by completions/generate.py from gtask's own interface: do not edit.",
        f'.TH GTASK 1 {date} "gtask {version}" "User Commands"',
        ".SH NAME",
        "gtask \\- wait for the asynchronous tasks of the Gcore Cloud API",
        ".SH SYNOPSIS",
        ".B gtask",
        ".I COMMAND",
        "[\\fIOPTIONS\\fR] [\\fIID\\fR...]",
        ".SH DESCRIPTION",
        _filled(interface.summary),
    ]
    for heading, names in interface.groups:
        lines += [".PP", _text(f"{heading}:")]
        for command in interface.commands:
            if command.name in names:
                lines += [".TP", f".B {command.name}", _filled(command.summary)]
    # This early, and with this name for the options below, for fish: it makes completions of its
    # own from manual pages, would offer the options of all commands to each of them, and looks
    # neither beyond this heading nor below any but DESCRIPTION and OPTIONS.
    lines += [".SH BUGS", _filled(blocks_of("stability")[-1].text)]
    lines += [".SH GLOBAL OPTIONS", *_options(interface.options), ".SH COMMANDS"]
    for command in interface.commands:
        lines += _command(command)
    for topic in TOPICS:
        for block in blocks_of(topic):
            follows_heading = lines[-1].startswith((".SH", ".SS"))
            lines += [".PP"] * (block.kind == "text" and not follows_heading) + _block(block)
    lines += [".SH EXAMPLES", *_examples(interface.examples)]
    lines += [".SH SEE ALSO", ".BR jq (1),", ".BR curl (1)"]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    """A part of a topic's page."""
    if block.kind == "title":
        return [f".SH {_text(block.text.upper())}"]
    if block.kind == "heading":
        return [f".SS {_text(block.text)}"]
    if block.kind == "code":
        return _examples(tuple(block.text.splitlines()))
    if block.kind == "text":
        return [_filled(block.text)]
    return [
        line
        for term, meaning in block.rows
        for line in (".TP", f".B {_text(term)}", _filled(meaning))
    ]


def _command(command: Command) -> list[str]:
    lines = [f".SS gtask {_text(f'{command.name} {command.usage}')}"]
    for number, paragraph in enumerate(command.opening.split("\n\n")):
        lines += [".PP"] * bool(number) + [_filled(" ".join(paragraph.split()))]
    if command.argument_help:
        metavar = command.usage.removeprefix("[OPTIONS] ")
        lines += [".TP", f".I {_text(metavar)}", _filled(command.argument_help)]
    lines += _options(command.options)
    if command.closing:
        lines += [".PP", ".nf", *map(_text, command.closing.splitlines()), ".fi"]
    return [*lines, ".PP", "Examples:", *_examples(command.examples)]


def _options(options: tuple[Option, ...]) -> list[str]:
    lines = []
    for option in options:
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
        value = f" \\fI{_text(option.metavar)}\\fR" if option.metavar else ""
        default = f" Default: {option.default}." if option.default else ""
        lines += [".TP", names + value, _filled(option.help + default)]
    return lines


def _examples(examples: tuple[str, ...]) -> list[str]:
    return [".RS", ".nf", *map(_text, examples), ".fi", ".RE"]


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
