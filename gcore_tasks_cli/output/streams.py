"""The three streams: data to standard output, everything else to standard error."""

import codecs
import contextlib
import errno
import io
import os
import select
import signal
import stat
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

from gcore_tasks_cli.errors import GtaskError, OutputClosed
from gcore_tasks_cli.interrupts import foreground_group, restore_terminal_with, writing
from gcore_tasks_cli.sanitize import Secrets, no_workflow_command, one_line

# What takes a line away at a terminal.
_ERASED = b"\r\x1b[K"
# What Windows calls standard output and error, and the flag of a console that interprets escapes.
_STD_HANDLES = (-11, -12)
_ENABLE_VIRTUAL_TERMINAL_PROCESSING = 4
# What stands for signs of ours that an encoding lacks: the name of an error handler.
_STAND_INS = "stand-ins"
_SIGNS = dict(zip("…–·→✔✘▸━╌─│├└╭╮╰╯", "~-.>+x>=--|||++++", strict=True))
# The line that is shown briefly, if there is one: there is one terminal.
_brief: list[str] = []


class Streams(NamedTuple):
    """Where data and messages go; made once a process, by `standard`.

    What people read shows none of the `secrets`, wherever it comes from: the last line of defence
    behind `Secrets.hide_in_body`. With `in_workflow` the runner of GitHub Actions reads standard
    output too, as it may read standard error at any time. NO_COLOR, CI and the like are those of
    `env`.
    """

    out: TextIO
    err: TextIO
    stdin: BinaryIO | None
    in_workflow: bool = False
    secrets: Secrets = Secrets()
    env: Mapping[str, str] = {}

    @classmethod
    def standard(cls, values: Iterable[str] = ()) -> "Streams":
        """This process's streams. One that was closed before the start swallows what it gets."""
        secrets = Secrets(values)
        out = sys.stdout = _usable(sys.stdout)
        err = sys.stderr = cast("TextIO", _Hiding(_usable(sys.stderr), secrets))
        stdin = sys.stdin.buffer if sys.stdin is not None else None
        in_workflow = os.environ.get("GITHUB_ACTIONS", "").lower() == "true"
        return cls(out, err, stdin, in_workflow, secrets, os.environ)

    def data(self, text: str, *, whole: bool = False) -> None:
        """Writes to standard output, at once; what is `whole` is the API's own document.

        Raises:
            OutputClosed: if its reader has left.
            GtaskError: if it cannot be written (a full disk, say).
        """
        self.erase()
        text = text if whole else self.secrets.hide(text)
        if whole and not self.out.isatty() and isinstance(self.out, io.TextIOWrapper):
            self.out.reconfigure(encoding="utf-8")  # JSON is UTF-8 wherever it goes
        if self.in_workflow:
            text = no_workflow_command(text)
        try:
            with writing():
                self.out.write(text)
                self.out.flush()
        except OSError as error:
            # What is left in the buffer is written again when the interpreter ends.
            _point_at_nothing(self.out)
            if error.errno in (errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN):
                raise OutputClosed from None
            raise GtaskError(f"cannot write to standard output: {error.strerror}") from None

    def check_reader(self) -> None:
        """For waits: the next write, which would fail, may be hours away.

        Raises:
            OutputClosed: if the reader of standard output has left, or its terminal is gone.
        """
        if _has_left(self.out):
            _point_at_nothing(self.out)
            raise OutputClosed

    def note(self, text: str) -> None:
        """Writes a line to standard error; if that fails, the command goes on."""
        self.workflow_command(no_workflow_command(text))

    def log(self, text: str) -> None:
        """Writes a line of a log to standard error: with the time of day, which is UTC."""
        self.note(f"{datetime.now(UTC):%H:%M:%SZ} {text}")

    def workflow_command(self, command: str) -> None:
        """Writes a command to the runner of GitHub Actions, which reads both streams."""
        self.erase()
        self.write_error(f"{command}\n")

    def show_briefly(self, text: str) -> None:
        """Shows a line at standard error's terminal; the next output replaces it."""
        if self.in_foreground:
            line, columns = one_line(text), self.window.columns - 1
            line = line[: columns if line.isascii() else columns // 2]  # some take two columns
            restore_terminal_with(self.err.fileno(), _ERASED)
            _brief[:] = [line]
            self.write_error(f"{_ERASED.decode()}{line}")

    def erase(self) -> None:
        """Takes away what was shown briefly."""
        if _brief:
            _brief.clear()
            restore_terminal_with(None)
            self.write_error(_ERASED.decode())

    def write_error(self, text: str) -> None:
        """Writes to standard error as it is; if that fails, the command goes on."""
        with writing():
            self.err.write(text)

    def error(self, error: GtaskError) -> None:
        """Prints an error: one sentence, the request ID for support, and a hint where it helps."""
        for line in error_lines(error):
            self.note(line)

    @property
    def is_interactive(self) -> bool:
        """Whether somebody at a terminal can read standard error and type on standard input."""
        return self.err.isatty() and self.stdin is not None and self.stdin.isatty()

    @property
    def may_paint(self) -> bool:
        """Whether standard error may show what is repainted; CI systems would keep each state."""
        progress = self.env.get("GTASK_PROGRESS", "").strip().lower()  # --progress sets it too
        wants_lines = progress in ("plain", "none") or (self.env.get("CI") and progress != "live")
        return self.err.isatty() and self.env.get("TERM") != "dumb" and not wants_lines

    @property
    def out_is_pipe(self) -> bool:
        """Whether a program reads standard output, which may print to the same terminal."""
        try:
            mode = os.fstat(self.out.fileno()).st_mode
        except (OSError, ValueError):
            return False
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)

    @property
    def in_foreground(self) -> bool:
        """Whether standard error's terminal is ours: in the background of a shell it is not."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            return False  # started with `&` by a script
        group = foreground_group(self.err.fileno())
        return sys.platform == "win32" or group in (None, os.getpgrp())

    @property
    def window(self) -> os.terminal_size:
        """The columns and lines of standard error's terminal, whatever COLUMNS says."""
        try:
            size = os.get_terminal_size(self.err.fileno())
        except (OSError, ValueError):
            size = os.terminal_size((0, 0))
        return size if all(size) else os.terminal_size((80, 24))

    def confirms(self, question: str) -> bool:
        """Asks at the terminal; anything but a yes is a no."""
        self.write_error(question)
        restore_terminal_with(self.err.fileno(), b"\n")  # Ctrl-C ends the line of the question
        answer = self.stdin.readline(100) if self.stdin is not None else b""
        restore_terminal_with(None)
        if not answer.endswith(b"\n"):
            self.note("")
        return answer.strip().lower() in (b"y", b"yes")


class _Hiding:
    """Standard error without secrets, whoever writes to it: a live view or a traceback as well.

    What is written is flushed. Once it cannot be written it swallows what it gets.
    """

    def __init__(self, stream: TextIO, secrets: Secrets) -> None:
        self._stream = stream
        self._secrets = secrets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            self._stream.write(self._secrets.hide(text))
            self._stream.flush()
        except (OSError, ValueError):
            _point_at_nothing(self._stream)
        return len(text)


def error_parts(error: GtaskError) -> list[tuple[str, str]]:
    """What is said of an error, or of a task that failed, each part with its label."""
    request_id = getattr(error, "request_id", None)
    parts = (
        ("error", error.message),
        ("hint", error.hint),
        ("request ID for support", request_id),
    )
    return [(label, text) for label, text in parts if text]


def error_lines(error: GtaskError) -> list[str]:
    """The lines of an error, sanitized."""
    (_, message), *more = error_parts(error)
    return [f"gtask: {one_line(message)}", *(f"{label}: {one_line(text)}" for label, text in more)]


def interpret_escapes(kernel32: Any) -> bool:
    """Asks the consoles of Windows to interpret escape sequences; False if one cannot."""
    from ctypes import byref, c_ulong

    for number in _STD_HANDLES:
        handle, mode = kernel32.GetStdHandle(number), c_ulong()
        if kernel32.GetConsoleMode(handle, byref(mode)):  # else it is no console
            wanted = mode.value | _ENABLE_VIRTUAL_TERMINAL_PROCESSING
            if not kernel32.SetConsoleMode(handle, wanted):
                return False
    return True


def _usable(stream: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    _wait_for_readers(stream)
    if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        # PYTHONUNBUFFERED: Python then drops what the system did not take at the first go (a pipe
        # that is full, when a signal comes). With a buffer it tries again; we flush ourselves.
        buffer = io.BufferedWriter(cast("io.RawIOBase", stream.buffer))
        stream = io.TextIOWrapper(buffer, encoding=stream.encoding, errors=stream.errors)
    if isinstance(stream, io.TextIOWrapper):
        is_chosen = stream.isatty() or os.environ.get("PYTHONIOENCODING")
        encoding = stream.encoding if is_chosen else "utf-8"
        newline = None if stream.isatty() else "\n"
        stream.reconfigure(encoding=encoding, errors=_STAND_INS, newline=newline)
    return stream


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """ASCII of the same width for what an encoding lacks: nothing else on the line moves."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_SIGNS.get(sign) or "?" * _width(sign) for sign in lacking), error.end


def _width(character: str) -> int:
    from unicodedata import category, east_asian_width

    return 0 if category(character) == "Mn" else 1 + (east_asian_width(character) in "WF")


codecs.register_error(_STAND_INS, _stand_in)


def _wait_for_readers(stream: TextIO) -> None:
    """Makes writes to the stream block, if the parent process left it non-blocking.

    Otherwise what does not fit into a pipe at once would be lost.
    """
    if sys.platform != "win32" or sys.version_info >= (3, 12):
        with contextlib.suppress(OSError, ValueError):  # no descriptor
            os.set_blocking(stream.fileno(), True)


def _has_left(stream: TextIO) -> bool:
    """Whether the reader of a pipe or socket is gone, or a terminal."""
    # On Windows a pipe has no sign that its writer could ask for.
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):  # no descriptor
            poll = select.poll()
            poll.register(stream, 0)  # reports errors and hang-ups only
            return any(what & (select.POLLERR | select.POLLHUP) for _, what in poll.poll(0))
    return False


def _point_at_nothing(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):  # no descriptor
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
