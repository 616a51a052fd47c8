"""The Typer app: which commands there are."""

from typing import Annotated

import typer

from gcore_tasks_cli import __version__
from gcore_tasks_cli.commands.ack import ack
from gcore_tasks_cli.commands.get import get
from gcore_tasks_cli.commands.list import list_tasks
from gcore_tasks_cli.commands.resources import resources
from gcore_tasks_cli.commands.sandbox import sandbox
from gcore_tasks_cli.commands.watch import watch

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    name="gtask",
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich would double the time to the first line
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gtask {__version__}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog="Settings: GCORE_API_KEY (or GCORE_API_KEY_FILE), GCORE_BASE_URL. "
    "Try it without an account: gtask sandbox -- sh -c 'gtask watch $GTASK_SANDBOX_TASK_IDS'",
)
def gtask(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_show_version, is_eager=True, help="Show version."
        ),
    ] = False,
) -> None:
    """Inspect and wait on asynchronous tasks of the Gcore Cloud API."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for _command in (get, watch, resources, ack, sandbox):
    app.command(context_settings=_SETTINGS)(_command)
app.command("list", context_settings=_SETTINGS)(list_tasks)
