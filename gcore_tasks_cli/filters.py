"""The options that choose tasks, shared by the commands that do so; and what they come to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gcore_tasks_cli.tasks.query import TaskQuery

Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        "-T",
        metavar="TYPE",
        help="Type, prefix (create_) or pattern ('*_volume'); repeatable.",
    ),
]
Projects = Annotated[
    list[str] | None,
    typer.Option(
        "--project",
        "-p",
        metavar="ID",
        help="Project, or 'all'; repeatable. [env: GCORE_CLOUD_PROJECT_ID]",
    ),
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        "-r",
        metavar="ID",
        help="Region, or 'all'; repeatable. [env: GCORE_CLOUD_REGION_ID]",
    ),
]
Users = Annotated[
    list[str] | None,
    typer.Option("--user", metavar="ID", help="Started by this user; repeatable."),
]
Resources = Annotated[
    list[str] | None,
    typer.Option(
        "--resource",
        metavar="ID",
        help="Created this resource or is about it; give its full ID; repeatable.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC).",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Created until then; a date includes its day."),
]
Acknowledged = Annotated[
    bool | None,
    typer.Option(
        "--acknowledged/--unacknowledged", help="Only acknowledged tasks, or only the others."
    ),
]


def task_query(
    env: Mapping[str, str],
    *,
    states: tuple[str, ...] = (),
    types: list[str] | None = None,
    projects: list[str] | None = None,
    regions: list[str] | None = None,
    users: list[str] | None = None,
    resources: list[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    acknowledged: bool | None = None,
    newest_first: bool = True,
) -> "TaskQuery":
    """What the options come to; the default project and region are those in the variables.

    Raises:
        UsageError: for an option that makes no sense.
    """
    from datetime import UTC, datetime

    from gcore_tasks_cli.settings.settings import variable
    from gcore_tasks_cli.tasks.query import (
        TaskQuery,
        parse_numbers,
        parse_resources,
        parse_span,
        parse_types,
        scope,
    )

    begin, end = parse_span(since, until, datetime.now(UTC))
    return TaskQuery(
        states=states,
        types=parse_types(types or ()),
        projects=scope(projects or (), "project", variable(env, "GCORE_CLOUD_PROJECT_ID")),
        regions=scope(regions or (), "region", variable(env, "GCORE_CLOUD_REGION_ID")),
        users=parse_numbers(users or (), "user"),
        resources=parse_resources(resources or ()),
        since=begin,
        until=end,
        acknowledged=acknowledged,
        newest_first=newest_first,
    )
