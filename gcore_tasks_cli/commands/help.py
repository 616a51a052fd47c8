"""`gtask help`: the help of a command, and what belongs to none of them."""

import os
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from gcore_tasks_cli.pages import Block
    from gcore_tasks_cli.typer_forms import TyperGroup


def run(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="TOPIC",
            help="A command, exit-codes, environment, ids, waiting, output, ci, stability or "
            "sandbox.",
        ),
    ] = None,
) -> None:
    """Explain a command, exit-codes, environment, waiting, output, ci.

    `gtask help environment` also shows the settings in effect and where each comes from, never the
    key.

    \b
    Examples:
      gtask help watch
      gtask help exit-codes
      gtask help environment
    """
    from gcore_tasks_cli.errors import UsageError
    from gcore_tasks_cli.help import did_you_mean
    from gcore_tasks_cli.pages import ALSO_KNOWN_AS, TOPICS, blocks_of

    whole = context.find_root()
    gtask = cast("TyperGroup", whole.command)
    if topic is None:
        typer.echo(gtask.get_help(whole))
        return
    command = gtask.get_command(whole, topic)
    name = ALSO_KNOWN_AS.get(topic, topic)
    pages = []
    if command:
        pages.append(command.get_help(typer.Context(command, parent=whole, info_name=topic)))
    if name in TOPICS:
        blocks = blocks_of(name) + (_settings_in_effect() if name == "environment" else [])
        pages.append(_text(blocks, context))
    if not pages:
        meant = did_you_mean(topic, [*gtask.list_commands(whole), *TOPICS])
        raise UsageError(
            f"there is no help on {topic!r}",
            hint=f"{meant}There is help on every command, and on {', '.join(TOPICS)}",
        )
    typer.echo("\n\n".join(pages))


def _text(blocks: "list[Block]", context: typer.Context) -> str:
    """The page as text for this terminal."""
    from gcore_tasks_cli.help import bold

    page = context.make_formatter()
    for kind, text, rows in blocks:
        page.write_paragraph()
        if kind in ("title", "heading"):
            page.write_text(bold(text))
        elif kind == "code":
            with page.indentation():
                page.write_text(f"\b\n{text}")
        elif kind == "rows":
            with page.indentation():
                page.write_dl(rows, col_max=23)
        else:
            page.write_text(text)
    return page.getvalue().strip()


def _settings_in_effect() -> "list[Block]":
    from gcore_tasks_cli.options import progress_mode
    from gcore_tasks_cli.pages import Block
    from gcore_tasks_cli.settings.in_effect import settings_in_effect

    rows = settings_in_effect(os.environ, lambda: progress_mode(None, os.environ))
    return [Block("heading", "In effect now"), Block("rows", "", tuple(rows))]
