"""The manual page gtask(1), from the same source as help and completion."""

import re
import textwrap

from completions.interface import Command, Interface, Option
from gcore_tasks_cli.parsing.topics import TOPICS, closing_of, rows_of

_HEADINGS = {"exit-codes": "EXIT STATUS", "environment": "ENVIRONMENT"}


def script(interface: Interface) -> str:
    """The whole page."""
    lines = [
        ".\\\" Written by completions/generate.py from gtask's own interface: do not edit.",
        '.TH GTASK 1 "" "gtask" "User Commands"',
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
    lines += [".SH OPTIONS", *_options(interface.options), ".SH COMMANDS"]
    for command in interface.commands:
        lines += _command(command)
    for topic in TOPICS:
        lines.append(f".SH {_HEADINGS.get(topic, topic.upper())}")
        for term, meaning in rows_of(topic):
            lines += [".TP", f".B {_text(term)}", _filled(meaning)]
        lines += [".PP", _filled(closing_of(topic))]
    lines += [".SH EXAMPLES", *_examples(interface.examples)]
    lines += [".SH SEE ALSO", ".BR jq (1),", ".BR curl (1)"]
    return "\n".join(lines) + "\n"


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
    """Running text in short lines, so that a change of it makes a small difference."""
    return _text(textwrap.fill(text, 72, break_long_words=False, break_on_hyphens=False))


def _text(text: str) -> str:
    """The text as roff takes it: nothing in it is a request or an escape."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    escaped = escaped.replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    escaped = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", escaped)
    return re.sub(r"(?m)^(?=[.])", r"\\&", escaped)
