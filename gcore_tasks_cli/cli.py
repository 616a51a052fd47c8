"""The Typer app: which commands there are. Each is imported once it is asked for."""

from functools import partial
from importlib import import_module
from typing import Annotated, Any, cast

import typer

from gcore_tasks_cli import __version__
from gcore_tasks_cli.help import GtaskCommand, parts_of_help, unknown_command
from gcore_tasks_cli.options import flattened, option
from gcore_tasks_cli.typer_forms import Context, HelpFormatter, TyperCommand, TyperGroup

# What people want → the commands for it. Each is the function `run` of the module of `commands`
# that is named like it.
GROUPS = {
    "Wait for tasks": ("watch", "resources"),
    "Look and tidy up": ("list", "get", "ack"),
    "Try it, set it up, learn": ("sandbox", "completion", "help"),
}
_COMMANDS = [name for names in GROUPS.values() for name in names]
_typer = partial(
    typer.Typer,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich would double the time to the first line
    pretty_exceptions_enable=False,
)
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _LazyGroup(TyperGroup):
    """The commands of the table, made one by one: seven of eight are not needed in a run."""

    def list_commands(self, ctx: Context) -> list[str]:
        """All commands."""
        del ctx
        return _COMMANDS

    def get_command(self, ctx: Context, cmd_name: str) -> TyperCommand | None:
        """The command of this name; None if there is none."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        if cmd_name not in self.commands:
            # As with env and nohup, what follows the sandbox's command is that command's own.
            settings = {**_SETTINGS, "allow_interspersed_args": cmd_name != "sandbox"}
            only = _typer()
            register = only.command(cmd_name, cls=GtaskCommand, context_settings=settings)
            register(flattened(_function_of(cmd_name)))
            self.commands[cmd_name] = cast("TyperCommand", typer.main.get_command(only))
        return cast("TyperCommand", self.commands[cmd_name])

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:
        """As the parser does it, but an unknown command is answered with the nearest."""
        if args[0] not in _COMMANDS:
            raise unknown_command(args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The one screen that says what there is, without making the commands."""
        del ctx
        opening, closing = parts_of_help(self.help or "")
        formatter.write_text(opening)
        formatter.write_paragraph()
        formatter.write_usage("gtask", "COMMAND [OPTIONS] [ID...]")
        for heading, names in GROUPS.items():
            formatter.write_heading(f"\n{heading}")
            with formatter.indentation():
                formatter.write_dl([(f"{name:10}", _summary(name)) for name in names])
        formatter.write_paragraph()
        formatter.write_text(closing)


def _summary(name: str) -> str:
    return (_function_of(name).__doc__ or "").partition("\n")[0]


def _function_of(name: str) -> Any:
    return import_module(f"gcore_tasks_cli.commands.{name}").run


app = _typer(name="gtask", cls=_LazyGroup, context_settings=_SETTINGS)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gtask {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def gtask(
    context: typer.Context,
    _version: Annotated[
        bool,
        option("-V, --version", "Show version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Wait for the asynchronous tasks of the Gcore Cloud API, and see what they did.

    \b
    Options: --help, --version, COMMAND --help. Report faults: gtask help stability

    \b
    Examples:
      gtask sandbox -- sh -c 'gtask watch "$GTASK_SANDBOX_TASK_IDS"'
      curl -X POST … | gtask watch -
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
