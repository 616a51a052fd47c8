"""`gtask help`: the page of a command, of a topic, and of gtask itself."""

import os
import sys

from gcore_tasks_cli.commands import GROUPS, NAMES, command_named
from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.options import HEADINGS, Command, Option, argument
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.pages import TOPICS, Block, as_text, read_page, summary


class Help(Command):
    """Help on a command or a topic; without one, the overview."""

    topic: str | None = argument("[TOPIC]", f"A command, {', '.join(TOPICS)}.")

    def run(self) -> int:
        """Prints the page, with its heads in bold at a terminal."""
        topic = self.topic or "gtask"
        if topic in ("gtask", *NAMES):
            page = page_of(topic)
        elif topic in TOPICS:
            page = read_page(topic) + (_settings_in_effect() if topic == "environment" else [])
        else:
            from gcore_tasks_cli.parser import did_you_mean

            pages = {name: as_text(read_page(name), str).lower() for name in TOPICS}
            about = [name for name, text in pages.items() if topic.lower() in text] or TOPICS
            see = f"see gtask help {', '.join(about)}"
            hint = did_you_mean(topic, [*NAMES, *TOPICS]) or see
            raise UsageError(f"there is no help page {topic!r}", hint=hint)
        Streams.standard().data(as_text(page, _bold))
        return 0


def page_of(name: str) -> list[Block]:
    """The page of a command with its options, or that of gtask itself with its commands."""
    lists = _commands() if name == "gtask" else _options(command_named(name).options())
    _, *blocks = read_page(name)
    place = blocks.index(Block("heading", "Examples")) + 2
    listed = [
        block
        for heading, rows in lists.items()
        if rows
        for block in (Block("heading", heading), Block("rows", "", tuple(rows)))
    ]
    return [*blocks[:place], *listed, *blocks[place:]]


def _commands() -> dict[str, list[tuple[str, str]]]:
    return {head: [(name, summary(name)) for name in names] for head, names in GROUPS.items()}


def _options(options: list[Option]) -> dict[str, list[tuple[str, str]]]:
    """Heading → its options, those with a letter first."""
    lists: dict[str, list[tuple[str, str]]] = {heading: [] for heading in HEADINGS}
    for each in sorted(options, key=lambda option: len(option.names) == 1):
        indent = "    " if len(each.names) == 1 else ""  # below the long names of the others
        names = indent + f"{', '.join(each.names)} {each.metavar}".strip()
        lists[each.heading].append((names, each.help))
    return lists


def _bold(text: str) -> str:
    """In bold at a terminal; a pipe, NO_COLOR and a dumb terminal get it plain."""
    is_coloured = os.environ.get("FORCE_COLOR", "0") != "0" or sys.stdout.isatty()
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return f"\x1b[1m{text}\x1b[0m" if is_coloured and not is_plain else text


def _settings_in_effect() -> list[Block]:
    from gcore_tasks_cli.options import progress_mode
    from gcore_tasks_cli.settings.in_effect import settings_in_effect

    rows = settings_in_effect(os.environ, lambda: progress_mode(os.environ))
    return [Block("heading", "In effect now"), Block("rows", "", tuple(rows))]
