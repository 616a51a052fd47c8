"""How help looks and what a mistyped word is answered: the shapes of gtask and of its commands.

Plain text through the parser's own formatter: rich would double the time to the first line.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import typer
from typer._click.exceptions import NoSuchOption  # nowhere public; the pin holds it
from typer._click.exceptions import UsageError as ParserError
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

from gcore_tasks_cli.errors import UsageError

# By what people want. A command that is not there (yet) is passed over; one that stands in no
# group is shown under the last heading.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Wait for tasks", ("watch", "resources")),
    ("Look and tidy up", ("list", "get", "ack")),
    ("Try it, set it up, learn", ("sandbox", "completion", "help")),
)
# What other tools call it. Offered only where the word on the right exists.
_COMMANDS_ELSEWHERE = {
    "wait": "watch",
    "poll": "watch",
    "follow": "watch",
    "show": "get",
    "view": "get",
    "describe": "get",
    "status": "get",
    "ls": "list",
    "search": "list",
    "find": "list",
    "acknowledge": "ack",
    "created": "resources",
    "mock": "sandbox",
    "man": "help",
    "version": "--version",
}
_OPTIONS_ELSEWHERE = {
    "--output": "--json",
    "--format": "--json",
    "-o": "--json",
    "--silent": "--quiet",
    "-s": "--quiet",
    "--max-time": "--timeout",
    "-m": "--timeout",
    "--follow": "--wait",
    "--kind": "--type",
    "--exit-status": "--fail-fast",
}
_TASK_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class GtaskCommand(TyperCommand):
    """A command whose help opens with what it is for and ends with its examples."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """As the parser does it, but an unknown option is answered with the nearest."""
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            name = error.option_name
            known = [option for parameter in self.get_params(ctx) for option in parameter.opts]
            raise _unknown("option", name, nearest_option(name, known), ctx.command_path) from None

    def format_help(self, ctx: typer.Context, formatter: HelpFormatter) -> None:  # type: ignore[override]
        """What it is for, usage, arguments and options; then the docstring's `\\b` blocks."""
        opening, closing = parts_of_help(self.help or "")
        formatter.write_text(opening)
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        self.format_options(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(closing)

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """`[OPTIONS] ID...`: brackets around what may be left out, and none around the rest."""
        pieces = [self.options_metavar or ""]
        for parameter in self.get_params(ctx):
            if parameter.param_type_name == "argument":
                name = parameter.human_readable_name
                optional = not parameter.required and not name.startswith("[")
                pieces.append(f"[{name}]" if optional else name)
        return pieces


class GtaskGroup(TyperGroup):
    """gtask itself: its help fits a screen and has the commands by what people want."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """As the parser does it, but an option of a command says that it belongs after it."""
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            name = error.option_name
            owners = [
                command
                for command in self.list_commands(ctx)
                if (found := self.get_command(ctx, command))
                and any(name in parameter.opts for parameter in found.params)
            ]
            if owners:
                raise UsageError(
                    f"{name} belongs after the command",
                    hint=f"gtask {owners[0]} {name} …  ({name} is known to {', '.join(owners)})",
                ) from None
            known = [option for parameter in self.get_params(ctx) for option in parameter.opts]
            raise _unknown("option", name, nearest_option(name, known), "gtask") from None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """As the parser does it, but an unknown command is answered with the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except ParserError:
            name = args[0]
            if _TASK_ID.fullmatch(name):
                raise UsageError(
                    f"{name} is a task ID, not a command", hint=f"gtask get {name}"
                ) from None
            nearest = nearest_command(name, self.list_commands(ctx))
            raise _unknown("command", name, nearest, "gtask") from None

    def format_help(self, ctx: typer.Context, formatter: HelpFormatter) -> None:  # type: ignore[override]
        """The one screen that says what there is."""
        opening, closing = parts_of_help(self.help or "")
        formatter.write_text(opening)
        formatter.write_paragraph()
        formatter.write_usage("gtask", "COMMAND [OPTIONS] [ID...]")
        for heading, names in grouped(self.list_commands(ctx)):
            rows = [
                (name, command.get_short_help_str(formatter.width))
                for name in names
                if (command := self.get_command(ctx, name)) and not command.hidden
            ]
            formatter.write_heading(f"\n{heading}")
            with formatter.indentation():
                formatter.write_dl([(f"{name:10}", line) for name, line in rows])
        formatter.write_paragraph()
        formatter.write_text(closing)


def grouped(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The commands under their headings, in the order of GROUPS; nothing is left out."""
    left = list(names)
    groups = []
    for heading, members in GROUPS:
        groups.append((heading, [name for name in members if name in left]))
        left = [name for name in left if name not in members]
    groups[-1][1].extend(left)
    return [(heading, members) for heading, members in groups if members]


def parts_of_help(text: str) -> tuple[str, str]:
    """What stands before the first `\\b` block of a docstring, and that block with the rest."""
    opening, mark, closing = text.partition("\b\n")
    return opening.strip(), mark + closing.rstrip()


def examples_in(text: str) -> list[str]:
    """The command lines under `Examples:` in a docstring."""
    _, _, block = text.partition("Examples:\n")
    return [line.strip() for line in block.split("\n\n")[0].splitlines() if line.strip()]


def nearest_command(typed: str, known: Sequence[str]) -> str | None:
    """The command that was probably meant."""
    elsewhere = _COMMANDS_ELSEWHERE.get(typed.lower())
    if elsewhere in known or elsewhere == "--version":
        return elsewhere
    return _nearest(typed.lower(), known)


def nearest_option(typed: str, known: Sequence[str]) -> str | None:
    """The option that was probably meant."""
    elsewhere = _OPTIONS_ELSEWHERE.get(typed)
    if elsewhere in known:
        return elsewhere
    if len(typed) == 2:  # a single letter resembles every other
        return next((option for option in known if option == typed.swapcase()), None)
    return _nearest(typed.lower(), [option for option in known if option.startswith("--")])


def _nearest(typed: str, known: Sequence[str]) -> str | None:
    longer = [word for word in known if len(typed) > 2 and word.startswith(typed)]
    return next(iter(longer or get_close_matches(typed, known, n=1)), None)


def _unknown(kind: str, name: str, nearest: str | None, path: str) -> UsageError:
    meant = f"did you mean {nearest}? " if nearest else ""
    return UsageError(f"there is no {kind} {name!r}", hint=f"{meant}See {path} --help")
