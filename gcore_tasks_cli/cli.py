"""The Typer app: which commands there are. Each is imported once it is asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from gcore_tasks_cli import __version__
from gcore_tasks_cli.parsing.help_format import GtaskCommand, GtaskGroup

# Command → its function, in the module of `commands` that is named like the command.
_FUNCTIONS = {
    "get": "get",
    "watch": "watch",
    "resources": "resources",
    "ack": "ack",
    "sandbox": "sandbox",
    "completion": "completion",
    "list": "list_tasks",
    "help": "help_",
}
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _LazyGroup(GtaskGroup):
    """The commands of the table, made one by one: seven of eight are not needed in a run."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """All commands."""
        del ctx
        return list(_FUNCTIONS)

    def summary(self, ctx: typer.Context, name: str) -> str:
        """The first line of a command's docstring, without making the command."""
        del ctx
        return (_function_of(name).__doc__ or "").partition("\n")[0]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """The command of this name; None if there is none."""
        if cmd_name in _FUNCTIONS and cmd_name not in self.commands:
            only = typer.Typer(
                add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
            )
            # As with env and nohup, what follows the sandbox's command is that command's own.
            settings = {**_SETTINGS, "allow_interspersed_args": cmd_name != "sandbox"}
            only.command(cmd_name, cls=GtaskCommand, context_settings=settings)(
                _function_of(cmd_name)
            )
            self.commands[cmd_name] = typer.main.get_command(only)
        return super().get_command(ctx, cmd_name)


def _function_of(name: str) -> Callable[..., Any]:
    module = import_module(f"gcore_tasks_cli.commands.{name}")
    function: Callable[..., Any] = getattr(module, _FUNCTIONS[name])
    return function


app = typer.Typer(
    name="gtask",
    cls=_LazyGroup,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich would double the time to the first line
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gtask {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def gtask(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_show_version, is_eager=True, help="Show version."
        ),
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
