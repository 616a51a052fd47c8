"""A pseudo-terminal for gtask or a shell, and what its screen shows."""

import codecs
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

from tests.e2e.harness import (
    GTASK,
    STUCK_SECONDS,
    command,
    environment,
    sandbox,
    skip_without_tools_of,
)
from tests.servers.sandbox import SandboxServer


def lines_on(screen: pyte.Screen) -> list[str]:
    """What the screen shows. pyte's own `display` takes ten times as long."""
    rows = (screen.buffer[number] for number in range(screen.lines))
    cells = ((row[column].data for column in range(max(row, default=-1) + 1)) for row in rows)
    return ["".join(line).rstrip() for line in cells]


assert sys.platform != "win32"

ROWS, COLUMNS = 20, 100
PROMPT = "ready> "


class Terminal:
    """gtask in a pseudo-terminal, of 20 lines by 100 columns unless its `size` says otherwise."""

    def __init__(
        self,
        server: SandboxServer,
        arguments: list[str],
        errors: Path | None = None,
        /,
        *,
        size: tuple[int, int] = (ROWS, COLUMNS),
        **env: str,
    ) -> None:
        words = command(*arguments)
        if errors is not None:
            words = ["sh", "-c", 'exec "$@" 2> "$0"', str(errors), *words]
        self._start(words, size, environment(server, **{"TERM": "xterm-256color", **env}))

    def _start(self, words: list[str], size: tuple[int, int], env: dict[str, str]) -> None:
        self.process = pexpect.spawn(words[0], words[1:], env=env, dimensions=size)
        self.screen = pyte.Screen(size[1], size[0])
        self.stream = pyte.Stream(self.screen)
        encoding = env.get("PYTHONIOENCODING") or "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self.raw = b""

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(lines_on(self.screen)).rstrip()

    def read(self) -> bool:
        """Takes in what came; False once gtask has ended."""
        try:
            data = self.process.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self.stream.feed(self._decoder.decode(data))
        return True

    def until(self, holds: Callable[[str], bool]) -> str:
        """Reads until the screen holds; fails once it will not any more."""
        end = time.monotonic() + STUCK_SECONDS
        while not holds(self.text):
            assert self.read() and time.monotonic() < end, f"the screen was:\n{self.text}"
        return self.text

    def finish(self) -> int:
        """The exit status, once all output is taken in."""
        end = time.monotonic() + STUCK_SECONDS
        while self.read():
            assert time.monotonic() < end
        self.process.close()
        return self.process.exitstatus if self.process.exitstatus is not None else -1

    def until_repainted(self, times: int = 4) -> str:
        """Reads until each row of a live view was painted so many times more."""
        rows = max(1, len(self.lines_of("RUNNING")))
        enough = self.raw.count(b"RUNNING") + rows * times
        return self.until(lambda _: self.raw.count(b"RUNNING") >= enough)

    def lines_of(self, text: str) -> list[str]:
        """The lines of the screen that hold the text."""
        return [line for line in self.text.splitlines() if text in line]

    def resize(self, rows: int, columns: int) -> None:
        """Gives the window another size; what does not fit any more is cut off."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)


class Shell(Terminal):
    """A shell in a pseudo-terminal, with gtask on its PATH: a script, or typed commands."""

    def __init__(
        self,
        server: SandboxServer,
        script: str | None = None,
        /,
        *,
        size: tuple[int, int] = (ROWS, COLUMNS),
        **env: str,
    ) -> None:
        assert GTASK is not None
        skip_without_tools_of(script or "")
        bash = ["bash", "--noprofile", "--norc"]
        path = f"{Path(GTASK).parent}{os.pathsep}{os.environ['PATH']}"
        more = {"TERM": "xterm-256color", "PS1": PROMPT, "PATH": path, **env}
        words = [*bash, "-i"] if script is None else [*bash, "-c", script]
        self._start(words, size, environment(server, **more))

    def type(self, line: str) -> None:
        """Types a line, once the shell waits for one."""
        self.until(lambda text: text.endswith(PROMPT.strip()))
        self.process.send(f"{line}\r")


@contextmanager
def shell(
    script: str | None = None,
    *,
    tasks: list[dict[str, object]],
    faults: list[dict[str, object]] | None = None,
    size: tuple[int, int] = (ROWS, COLUMNS),
    **env: str,
) -> Iterator[Shell]:
    """A shell at a sandbox with these tasks: it runs a script, or what is typed."""
    with sandbox(tasks=tasks, faults=faults or []) as server:
        shown = Shell(server, script, size=size, **env)
        try:
            yield shown
        finally:
            shown.process.close(force=True)


@contextmanager
def terminal(
    arguments: list[str],
    *,
    tasks: list[dict[str, object]],
    faults: list[dict[str, object]] | None = None,
    api_key: str = "sandbox$key",
    size: tuple[int, int] = (ROWS, COLUMNS),
    **env: str,
) -> Iterator[Terminal]:
    with sandbox(tasks=tasks, faults=faults or [], api_key=api_key) as server:
        shown = Terminal(server, arguments, size=size, **env)
        try:
            yield shown
        finally:
            shown.process.close(force=True)


def assert_left_as_it_was(shown: Terminal) -> None:
    assert not shown.screen.cursor.hidden
    assert b"\x1b[?1049h" not in shown.raw  # never an alternate screen
    assert shown.screen.cursor.attrs.fg == "default"
    assert shown.screen.cursor.x == 0
