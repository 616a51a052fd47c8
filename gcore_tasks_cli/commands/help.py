"""`gtask help`: the help of a command, and what belongs to none of them."""

import os
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from gcore_tasks_cli.typer_forms import TyperGroup


def help_(
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
    from gcore_tasks_cli.help import nearest_command
    from gcore_tasks_cli.pages import ALSO_KNOWN_AS, TOPICS

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
        pages.append(_page(name, context))
    if name == "environment":
        pages.append(_settings_in_effect(context))
    if not pages:
        known = [*gtask.list_commands(whole), *TOPICS]
        nearest = nearest_command(topic, known)
        meant = f"did you mean {nearest}? " if nearest else ""
        topics = ", ".join(TOPICS)
        raise UsageError(
            f"there is no help on {topic!r}",
            hint=f"{meant}There is help on every command, and on {topics}",
        )
    typer.echo("\n\n".join(pages))


def _page(topic: str, context: typer.Context) -> str:
    """The topic as text for this terminal."""
    from gcore_tasks_cli.help import bold
    from gcore_tasks_cli.pages import blocks_of

    page = context.make_formatter()
    for kind, text, rows in blocks_of(topic):
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


def _settings_in_effect(context: typer.Context) -> str:
    from gcore_tasks_cli.api.tls import tls_context
    from gcore_tasks_cli.help import bold
    from gcore_tasks_cli.options import progress_mode
    from gcore_tasks_cli.settings.in_effect import settings_in_effect

    rows = settings_in_effect(os.environ, tls_context, lambda: progress_mode(None, os.environ))
    page = context.make_formatter()
    page.write_text(bold("In effect now"))
    page.write_paragraph()
    with page.indentation():
        page.write_dl(rows, col_max=23)
    return page.getvalue().rstrip()
