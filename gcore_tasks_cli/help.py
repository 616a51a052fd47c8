"""A command's help, and what was probably meant by a command or an option that does not exist.

Help is plain text by the parser's own formatter: rich would double the time to the first line.
"""

import os
import re
import sys
from collections.abc import Sequence

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.typer_forms import (
    Context,
    HelpFormatter,
    NoSuchOption,
    Parameter,
    ParserError,
    TyperCommand,
    parameters_of,
)

# Heading → its options. Options that no group names are shown under the last heading.
OPTION_GROUPS: dict[str, tuple[str, ...]] = {
    "Input": (),
    "When to stop": ("--timeout", "--fail-fast", "--any", "--follow", "--wait"),
    "How often to check": ("--interval",),
    "Choose tasks": (
        *("--active", "--appear", "--state", "--failed", "--type", "--project", "--region"),
        *("--user", "--resource", "--since", "--until", "--acknowledged", "--all", "--limit"),
        *("--order", "--yes"),
    ),
    "Output": (),
}
MORE = "More: gtask help exit-codes, environment, ids, waiting, output, ci, stability"
# What other tools call it. Suggested only where the word on the right exists.
_ELSEWHERE = {
    **dict.fromkeys(("wait", "poll", "follow"), "watch"),
    **dict.fromkeys(("show", "view", "describe", "status"), "get"),
    **dict.fromkeys(("ls", "search", "find"), "list"),
    "acknowledge": "ack",
    "created": "resources",
    "mock": "sandbox",
    "man": "help",
    "version": "--version",
    **dict.fromkeys(("--output", "--format", "-o"), "--json"),
    **dict.fromkeys(("--silent", "-s"), "--quiet"),
    **dict.fromkeys(("--max-time", "-m"), "--timeout"),
    "--follow": "--wait",
    "--kind": "--type",
    "--sort": "--order",
    "--no-color": "--color",
    "--wait": "--appear",
}
# Options that gtask 0.2 had, and what to do instead.
_WITHDRAWN_OPTIONS = {
    "--profile": "gtask no longer reads a configuration file, but variables: "
    "gtask help environment",
}
# Words must be more alike than `--no-color` and `--no-ci`, which mean different things.
_NEAR = 0.65
_TASK_ID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


class GtaskCommand(TyperCommand):
    """A command whose help says first what it is for and shows examples."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """What it is for, usage, examples, the options by what they are for, exit statuses."""
        opening, closing = parts_of_help(self.help or "")
        blocks = [block for block in closing.split("\b\n") if block.strip()]
        examples = [block for block in blocks if block.startswith("Examples:")]
        parameters = parameters_of(self, ctx)
        formatter.write_text(opening)
        formatter.write_paragraph()
        formatter.write_usage(ctx.command_path, usage(parameters))
        for block in examples:
            _write_block(formatter, block)
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in OPTION_GROUPS}
        for each in parameters:
            rows[_heading_of(each)].append(_row(each))
        for heading, records in rows.items():
            if records:
                with formatter.section(bold(heading)):
                    formatter.write_dl(records)
        for block in blocks:
            if block not in examples:
                _write_block(formatter, block)
        _write_block(formatter, f"{MORE}\n")


def parts_of_help(text: str) -> tuple[str, str]:
    """What stands before the first `\\b` block of a docstring, and that block with the rest."""
    opening, mark, closing = text.partition("\b\n")
    return opening.strip(), mark + closing.rstrip()


def usage(parameters: Sequence[Parameter]) -> str:
    """`[OPTIONS] ID...`: brackets around what may be left out, and none around the rest."""
    pieces = ["[OPTIONS]"]
    for each in parameters:
        if not each.names:
            is_plain = each.is_required or each.metavar.startswith("[")
            pieces.append(each.metavar if is_plain else f"[{each.metavar}]")
    return " ".join(pieces)


def _row(parameter: Parameter) -> tuple[str, str]:
    """The names, the long ones below each other, and the help."""
    names = " / ".join((", ".join(parameter.names), *parameter.opposites))
    indent = "    " if names.startswith("--") else ""
    default = f" [default: {parameter.default}]" if parameter.default else ""
    return indent + f"{names} {parameter.metavar}".strip(), parameter.help + default


def _heading_of(parameter: Parameter) -> str:
    first, *_, last = OPTION_GROUPS
    if not parameter.names:
        return first
    *_, name = parameter.names
    return next((heading for heading, names in OPTION_GROUPS.items() if name in names), last)


def _write_block(formatter: HelpFormatter, block: str) -> None:
    head, mark, rest = block.partition("\n")
    formatter.write_paragraph()
    formatter.write_text(f"\b\n{bold(head) if head.endswith(':') else head}{mark}{rest.rstrip()}")


def bold(text: str) -> str:
    """The head in bold at a terminal; a pipe, NO_COLOR and a dumb terminal get it plain."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    is_coloured = os.environ.get("FORCE_COLOR") or is_terminal
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return f"\x1b[1m{text}\x1b[0m" if is_coloured and not is_plain else text


def usage_error(error: ParserError) -> UsageError:
    """The parser's error in gtask's words, with what was probably meant."""
    context: Context | None = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "gtask"
    if context is None or not isinstance(error, NoSuchOption):
        return UsageError(error.format_message(), hint=f"see {path} --help")
    name = error.option_name
    if name in _WITHDRAWN_OPTIONS:
        return UsageError(f"there is no option {name!r}", hint=_WITHDRAWN_OPTIONS[name])
    known = [known for each in parameters_of(context.command, context) for known in each.names]
    meant = did_you_mean(name, known)
    if context.parent is None and not meant:
        return UsageError(
            f"there is no option {name!r} before the command",
            hint=f"options follow the command: gtask COMMAND {name} …",
        )
    return _unknown("option", name, meant, path)


def unknown_command(name: str, known: Sequence[str]) -> UsageError:
    """The error of a command that does not exist."""
    if re.fullmatch(_TASK_ID, name):
        return UsageError(f"{name} is a task ID, not a command", hint=f"gtask get {name}")
    return _unknown("command", name, did_you_mean(name, [*known, "--version"]), "gtask")


def nearest(typed: str, known: Sequence[str]) -> str | None:
    """Which of the known commands, topics or options was probably meant."""
    from difflib import get_close_matches

    if (elsewhere := _ELSEWHERE.get(typed.lower())) in known:
        return elsewhere
    if typed.startswith("-") and len(typed) == 2:  # a single letter resembles every other
        return next((option for option in known if option == typed.swapcase()), None)
    kind = "--" if typed.startswith("--") else ""
    names = [word.removeprefix(kind) for word in known if word.startswith("-") == bool(kind)]
    name = typed.lower().removeprefix(kind)
    longer = [each for each in names if len(name) > 2 and each.startswith(name)]
    found = longer or get_close_matches(name, names, n=1, cutoff=_NEAR)
    return f"{kind}{found[0]}" if found else None


def did_you_mean(typed: str, known: Sequence[str]) -> str:
    """The beginning of a hint: what was probably meant, if anything was."""
    meant = nearest(typed, known)
    return f"did you mean {meant}? " if meant else ""


def _unknown(kind: str, name: str, meant: str, path: str) -> UsageError:
    hint = f"{meant}{'See' if meant else 'see'} {path} --help"
    return UsageError(f"there is no {kind} {name!r}", hint=hint)
