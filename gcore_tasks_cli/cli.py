"""The Typer app: which commands there are."""

from typing import Annotated

import typer

from gcore_tasks_cli import __version__
from gcore_tasks_cli.commands.ack import ack
from gcore_tasks_cli.commands.completion import completion
from gcore_tasks_cli.commands.get import get
from gcore_tasks_cli.commands.help import help_
from gcore_tasks_cli.commands.list import list_tasks
from gcore_tasks_cli.commands.resources import resources
from gcore_tasks_cli.commands.sandbox import sandbox
from gcore_tasks_cli.commands.watch import watch
from gcore_tasks_cli.parsing.help_format import GtaskCommand, GtaskGroup

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    name="gtask",
    cls=GtaskGroup,
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
    Options: -h, --help; -V, --version. A command's own: gtask COMMAND --help

    \b
    Examples:
      gtask sandbox -- sh -c 'gtask watch $GTASK_SANDBOX_TASK_IDS'
      curl -X POST … | gtask watch -
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for _command in (get, watch, resources, ack, sandbox, completion):
    app.command(cls=GtaskCommand, context_settings=_SETTINGS)(_command)
app.command("list", cls=GtaskCommand, context_settings=_SETTINGS)(list_tasks)
app.command("help", cls=GtaskCommand, context_settings=_SETTINGS)(help_)
