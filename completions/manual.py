"""The manual page gtask(1), from the same source as help and completion."""

import re
import textwrap
from pathlib import Path

from completions.interface import Command, examples_in
from gcore_tasks_cli import __version__
from gcore_tasks_cli.cli import GROUPS
from gcore_tasks_cli.help import parts_of_help, usage
from gcore_tasks_cli.pages import TOPICS, Block, blocks_of
from gcore_tasks_cli.typer_forms import Parameter

_CHANGELOG = Path(__file__).parents[1] / ".github" / "CHANGELOG.md"


def page(interface: list[Command]) -> str:
    """The whole page."""
    # Of the last release: "unreleased" is not a date to man.
    changelog = _CHANGELOG.read_text(encoding="utf-8")
    release = re.search(r"^## \[.+\] - ([\d-]+)$", changelog, re.MULTILINE)
    date = release[1] if release else ""
    gtask, *commands = interface
    summaries = {command.name: command.summary for command in commands}
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
        _filled(gtask.summary),
    ]
    for heading, names in GROUPS.items():
        lines += [".PP", _text(f"{heading}:")]
        for name in names:
            lines += [".TP", f".B {name}", _filled(summaries[name])]
    # This early, and with this name for the options below, for fish: it makes completions of its
    # own from manual pages, would offer the options of all commands to each of them, and looks
    # neither beyond this heading nor below any but DESCRIPTION and OPTIONS.
    lines += [".SH BUGS", _filled(blocks_of("stability")[-1].text)]
    lines += [".SH GLOBAL OPTIONS", *_options(gtask), ".SH COMMANDS"]
    for command in commands:
        lines += _command(command)
    for topic in TOPICS:
        for block in blocks_of(topic):
            follows_heading = lines[-1].startswith((".SH", ".SS"))
            lines += [".PP"] * (block.kind == "text" and not follows_heading) + _block(block)
    lines += [".SH EXAMPLES", *_examples(examples_in(gtask.help))]
    lines += [".SH SEE ALSO", ".BR jq (1),", ".BR curl (1)"]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    """A part of a topic's page."""
    if block.kind == "title":
        return [f".SH {_text(block.text.upper())}"]
    if block.kind == "heading":
        return [f".SS {_text(block.text)}"]
    if block.kind == "code":
        return _examples(block.text.splitlines())
    if block.kind == "text":
        return [_filled(block.text)]
    return [line for term, meaning in block.rows for line in _term(f".B {_text(term)}", meaning)]


def _command(command: Command) -> list[str]:
    opening, closing = parts_of_help(command.help)
    lines = [f".SS gtask {_text(f'{command.name} {usage(command.parameters)}')}"]
    for number, paragraph in enumerate(opening.split("\n\n")):
        lines += [".PP"] * bool(number) + [_filled(" ".join(paragraph.split()))]
    for each in command.parameters:
        if not each.names:
            lines += _term(f".I {_text(each.metavar)}", each.help)
    lines += _options(command)
    notes = closing.partition("\b\nExamples:\n")[0].replace("\b\n", "").strip()
    if notes:
        lines += [".PP", ".nf", *map(_text, notes.splitlines()), ".fi"]
    return [*lines, ".PP", "Examples:", *_examples(examples_in(command.help))]


def _options(command: Command) -> list[str]:
    return [line for each in command.parameters if each.names for line in _option(each)]


def _option(option: Parameter) -> list[str]:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in (*option.names, *option.opposites))
    value = f" \\fI{_text(option.metavar)}\\fR" if option.metavar else ""
    default = f" [default: {option.default}]" if option.default else ""
    return _term(names + value, option.help + default)


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
