"""How help looks and what a mistyped word is answered: the shapes of gtask and of its commands.

Plain text through the parser's own formatter: rich would double the time to the first line.
"""

import os
import sys
from typing import Any

import typer
from typer._click.exceptions import NoSuchOption  # nowhere public; the pin holds it
from typer._click.exceptions import UsageError as ParserError
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup, TyperOption

from gcore_tasks_cli.errors import UsageError

# By what an option is for. One that stands in no group is shown under the last heading.
OPTION_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Input", ()),
    ("When to stop", ("--timeout", "--fail-fast", "--any", "--follow", "--wait")),
    ("How often to check", ("--interval",)),
    (
        "Choose tasks",
        (
            *("--active", "--appear", "--state", "--failed", "--type", "--project", "--region"),
            *("--user", "--resource", "--since", "--until", "--acknowledged", "--all", "--limit"),
            *("--order", "--yes"),
        ),
    ),
    ("Settings", ("--profile",)),
    ("Output", ()),
)
COLOR = ("auto", "always", "never")
MORE = "More: gtask help exit-codes, environment, ids, waiting, output, ci, stability"


class GtaskCommand(TyperCommand):
    """A command with `--color`, whose help says first what it is for and shows examples."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.params.append(
            TyperOption(
                param_decls=["--color"],
                metavar="WHEN",
                help=f"Colours: {', '.join(COLOR)}. Beats NO_COLOR and FORCE_COLOR.",
                callback=_use_colour,
                expose_value=False,
                is_eager=True,  # help has colours too
            )
        )

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """As the parser does it, but an unknown option is answered with the nearest."""
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            from gcore_tasks_cli.suggestions import unknown_option

            raise unknown_option(error.option_name, _options_of(self, ctx), ctx) from None

    def format_help(self, ctx: typer.Context, formatter: HelpFormatter) -> None:  # type: ignore[override]
        """What it is for, usage, examples, the options by what they are for, exit statuses."""
        opening, closing = parts_of_help(self.help or "")
        blocks = [block for block in closing.split("\b\n") if block.strip()]
        examples = [block for block in blocks if block.startswith("Examples:")]
        formatter.write_text(opening)
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        for block in examples:
            _write_block(formatter, block)
        self.format_options(ctx, formatter)
        for block in blocks:
            if block not in examples:
                _write_block(formatter, block)
        _write_block(formatter, f"{MORE}\n")

    def format_options(self, ctx: typer.Context, formatter: HelpFormatter) -> None:  # type: ignore[override]
        """Arguments and options under the heads of OPTION_GROUPS; nothing is left out."""
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading, _ in OPTION_GROUPS}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                rows[_group_of(parameter)].append(record)
        for heading, records in rows.items():
            if records:
                with formatter.section(bold(heading)):
                    formatter.write_dl(records)

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
    """gtask itself: options of a command may stand before it, and what is mistyped is named."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """As the parser does it, but options of a command may stand before it too."""
        try:
            return super().parse_args(ctx, self._with_options_behind(ctx, args))
        except NoSuchOption as error:
            from gcore_tasks_cli.suggestions import misplaced_option, unknown_option

            name = error.option_name
            owners = [
                command
                for command in self.list_commands(ctx)
                if (found := self.get_command(ctx, command)) and name in _options_of(found, ctx)
            ]
            if owners:
                raise misplaced_option(name, owners) from None
            raise unknown_option(name, _options_of(self, ctx), ctx) from None

    def _with_options_behind(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """`--verbose watch ID` as `watch --verbose ID`; unchanged where that is not possible."""
        if not args or not args[0].startswith("-"):
            return args
        moved: list[str] = []
        left = list(args)
        commands = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
        options = {name: p for c in commands if c for p in c.get_params(ctx) for name in p.opts}
        while left and left[0].startswith("-"):
            name, has_value, _ = left[0].partition("=")
            option = options.get(name)
            if option is None or name in _options_of(self, ctx):
                return args
            takes_next = not has_value and not getattr(option, "is_flag", False)
            moved += left[: 2 if takes_next else 1]
            left = left[2 if takes_next else 1 :]
        command = self.get_command(ctx, left[0]) if left and moved else None
        known = _options_of(command, ctx) if command else []
        if any(word.startswith("-") and word.partition("=")[0] not in known for word in moved):
            return args
        return [left[0], *moved, *left[1:]] if command else args

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """As the parser does it, but an unknown command is answered with the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except ParserError:
            from gcore_tasks_cli.suggestions import unknown_command

            raise unknown_command(args[0], self.list_commands(ctx)) from None


def parts_of_help(text: str) -> tuple[str, str]:
    """What stands before the first `\\b` block of a docstring, and that block with the rest."""
    opening, mark, closing = text.partition("\b\n")
    return opening.strip(), mark + closing.rstrip()


def _options_of(command: Any, context: typer.Context) -> list[str]:
    return [name for parameter in command.get_params(context) for name in parameter.opts]


def _group_of(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return OPTION_GROUPS[0][0]
    groups = (heading for heading, names in OPTION_GROUPS if set(names) & set(parameter.opts))
    return next(groups, OPTION_GROUPS[-1][0])


def _write_block(formatter: HelpFormatter, block: str) -> None:
    head, mark, rest = block.partition("\n")
    formatter.write_paragraph()
    formatter.write_text(f"\b\n{bold(head) if head.endswith(':') else head}{mark}{rest.rstrip()}")


def _use_colour(context: typer.Context, option: Any, choice: str | None) -> None:
    """Sets the variables by which all output goes, as `--color` says."""
    del option
    if choice is not None and choice.lower() not in COLOR:
        raise UsageError(f"--color is one of {', '.join(COLOR)}, not {choice[:50]!r}")
    if choice is not None and choice.lower() != COLOR[0]:
        chosen, other = ("NO_COLOR", "FORCE_COLOR")
        if choice.lower() == "always":
            chosen, other = other, chosen
        context.color = chosen == "FORCE_COLOR"
        os.environ[chosen] = "1"
        os.environ.pop(other, None)


def bold(text: str) -> str:
    """The head in bold at a terminal; a pipe, NO_COLOR and a dumb terminal get it plain."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    is_coloured = os.environ.get("FORCE_COLOR") or is_terminal
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return f"\x1b[1m{text}\x1b[0m" if is_coloured and not is_plain else text
