"""`gtask help`: the help of a command, and what belongs to none of them."""

import os
from typing import TYPE_CHECKING, Annotated, cast

import typer

from gcore_tasks_cli.parsing.options import Profile

if TYPE_CHECKING:
    from typer.core import TyperGroup


def help_(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="TOPIC",
            help="A command, exit-codes or environment.",
            show_default=False,
        ),
    ] = None,
    profile: Profile = None,
) -> None:
    """Explain a command, the exit codes or the environment.

    `gtask help environment` also shows the settings in effect and where each comes from, never the
    key.

    \b
    Examples:
      gtask help watch
      gtask help exit-codes
      gtask help environment
    """
    from gcore_tasks_cli.errors import UsageError
    from gcore_tasks_cli.parsing.suggestions import nearest_command
    from gcore_tasks_cli.parsing.topics import ALSO_KNOWN_AS, TOPICS, closing_of, rows_of

    whole = context.find_root()
    gtask = cast("TyperGroup", whole.command)
    if topic is None:
        typer.echo(gtask.get_help(whole))
        return
    if command := gtask.get_command(whole, topic):
        typer.echo(command.get_help(typer.Context(command, parent=whole, info_name=topic)))
        return
    name = ALSO_KNOWN_AS.get(topic, topic)
    if name not in TOPICS:
        known = [*gtask.list_commands(whole), *TOPICS]
        nearest = nearest_command(topic, known)
        meant = f"did you mean {nearest}? " if nearest else ""
        topics = ", ".join(TOPICS)
        raise UsageError(
            f"there is no help on {topic!r}",
            hint=f"{meant}There is help on every command, and on {topics}",
        )
    page = context.make_formatter()
    page.write_text(f"{TOPICS[name]}.")
    page.write_paragraph()
    with page.indentation():
        page.write_dl(rows_of(name), col_max=23)
    page.write_paragraph()
    page.write_text(closing_of(name))
    if name == "environment":
        from gcore_tasks_cli.parsing.effective_settings import effective_settings

        page.write_paragraph()
        page.write_text("In effect now:")
        page.write_paragraph()
        with page.indentation():
            page.write_dl(effective_settings(os.environ, profile), col_max=23)
    typer.echo(page.getvalue().rstrip())
