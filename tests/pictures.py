"""The pictures of the README: python -m tests.pictures writes .github/*.svg.

gtask runs in a pseudo-terminal against its own sandbox; what that screen shows in the middle
of the wait, and at its end, is what the pictures show.
"""

import re
import time
from itertools import groupby
from pathlib import Path

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.e2e.harness import command, environment

FOLDER = Path(__file__).parents[1] / ".github"
COLUMNS, ROWS = 106, 24
SHELL_LINE = 'gtask watch "$GTASK_SANDBOX_TASK_IDS"'
# Two tasks are over by then, one of them failed; one takes longer than usual.
SECONDS_INTO_THE_WAIT = 10.5
# pyte's names for the eight colours are older than rich's.
COLOURS = {"brown": "yellow"}
# Its style sheet would fetch fonts from elsewhere, wherever the picture is shown.
FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
FONTS = "font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace;"
# What stands in one column of the screen, and the space between columns.
COLUMN = re.compile(r"\S+(?: \S+)*|\s+")


def main() -> None:
    """Writes both pictures."""
    program, *rest = command("sandbox", "--", "sh", "-c", SHELL_LINE)
    env = environment(TERM="xterm-256color", PATH=f"{Path(program).parent}:/usr/bin:/bin")
    process = pexpect.spawn(program, rest, env=env, dimensions=(ROWS, COLUMNS), timeout=60)
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    began, is_taken = None, False
    while True:
        try:
            stream.feed(process.read_nonblocking(65536, timeout=0.2))
            began = began or time.monotonic()
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            break
        if began and not is_taken and time.monotonic() - began >= SECONDS_INTO_THE_WAIT:
            is_taken = True
            save(screen, "watch.svg")
    save(screen, "result.svg")


def save(screen: pyte.Screen, name: str) -> None:
    """Writes what the screen shows as a picture of that name."""
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text("$ ", "dim") + Text(SHELL_LINE, "bold"))
        for line in lines_of(screen):
            console.print(line, no_wrap=True, overflow="crop")
        console.print()  # else the last line's underscores would be cut off
        svg = console.export_svg(title="gtask", unique_id=name.partition(".")[0])
    svg = FONT_FACE.sub("", svg).replace("font-family: Fira Code, monospace;", FONTS)
    text = "".join(f"{line.rstrip()}\n" for line in svg.splitlines())
    (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {name}")


def lines_of(screen: pyte.Screen) -> list[Text]:
    """The lines down to the last that is not empty, with their colours."""
    lines = []
    for row in range(ROWS):
        line = Text()
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        for (colour, bold), run in groupby(cells, key=lambda cell: (cell.fg, cell.bold)):
            name = COLOURS.get(colour, colour)
            name = f"#{name}" if re.fullmatch(r"[0-9a-f]{6}", name) else name
            # Each column is placed by itself: so it stands where it should in fonts of any width.
            for column in COLUMN.findall("".join(cell.data for cell in run)):
                line.append(column, Style(color=name, bold=bold))
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


if __name__ == "__main__":
    main()
