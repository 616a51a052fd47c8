"""What SIGINT and SIGTERM do at each moment of a run.

Outside of a wait nothing is worth keeping: the process leaves at once, with the signal's exit
status and without a traceback, wherever it is (Python's own KeyboardInterrupt could surface in the
middle of an import). A wait is interrupted instead, so that it can print what it knows.
"""

import contextlib
import math
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from gcore_tasks_cli.times import steady_seconds

# SIGHUP (the terminal is gone) asks for what SIGTERM asks for.
_NUMBERS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
# Once the process is to end, output that is found blocked in one write so often ends it.
_CHECK_SECONDS = 0.1
_MOST_CHECKS = 7


class _State:
    """Of this process; there is one terminal and one set of signal handlers."""

    restore: tuple[int, bytes] | None = None
    hides_typing = False
    blocked_checks: int | None = None  # of the write that is under way


def leave_at_once() -> None:
    """From here on SIGINT and SIGTERM end the process at once."""
    handle_with(_leave)


def handle_with(handler: Callable[[int, FrameType | None], None]) -> None:
    """Handles the signals that the caller did not ignore (nohup, a shell's background job)."""
    for number in _NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def restore_terminal_with(
    descriptor: int | None, sequence: bytes = b"", *, hides_typing: bool = False
) -> None:
    """From here on `sequence` is written to the terminal when the process ends or is suspended.

    With `hides_typing` the terminal does not show what is typed meanwhile. None as the descriptor
    ends both.
    """
    before, _State.restore = _State.restore, None
    if descriptor is not None:
        _State.restore = (descriptor, sequence)
        _State.hides_typing |= hides_typing and _show_typing(descriptor, is_on=False)
    elif before is not None and _State.hides_typing:
        _State.hides_typing = not _show_typing(before[0], is_on=True)
    for name in ("SIGTSTP", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _pass_on)


def foreground_group(descriptor: int) -> int | None:
    """The process group that has the terminal; None if no shell controls it, or it is none."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            return os.tcgetpgrp(descriptor)
    return None


def _show_typing(descriptor: int, *, is_on: bool) -> bool:
    """Whether it had to be changed; in the background the terminal is left alone."""
    if sys.platform != "win32" and foreground_group(descriptor) == os.getpgrp():
        import termios

        settings = termios.tcgetattr(descriptor)
        if bool(settings[3] & termios.ECHO) is not is_on:
            settings[3] ^= termios.ECHO
            termios.tcsetattr(descriptor, termios.TCSANOW, settings)
            return True
    return False


@contextmanager
def writing() -> Iterator[None]:
    """Marks a write: where the reader has stopped reading it blocks, and may be given up."""
    _State.blocked_checks = 0
    try:
        yield
    finally:
        _State.blocked_checks = None


def interrupt_with(interrupt: Callable[[int], None]) -> None:
    """From here on SIGINT and SIGTERM call `interrupt` with their number; a second one leaves.

    The run ends by itself, with what it has to print; output that is blocked ends the process too.
    """
    seen: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if seen:
            _leave(number, frame)
        seen.append(number)
        interrupt(number)
        leave_when_stuck_after(steady_seconds(), 130 if number == signal.SIGINT else 143)

    handle_with(handle)


def leave_when_stuck_after(deadline: float, status: int) -> None:
    """After `deadline`, on the clock of `steady_seconds`, blocked output ends the process.

    A reader that has stopped reading, or Ctrl-S, would hold it up for ever.
    """

    def check(_number: int, _frame: FrameType | None) -> None:
        if _State.blocked_checks is not None:
            _State.blocked_checks += 1
            if _State.blocked_checks >= _MOST_CHECKS:
                restore_terminal()
                os._exit(status)

    # Windows has no timers; a second Ctrl-C ends gtask there.
    if sys.platform != "win32" and math.isfinite(deadline):
        # A timer and not a thread: a handler may run in the middle of a thread's start.
        signal.signal(signal.SIGALRM, check)
        first = max(_CHECK_SECONDS, deadline - steady_seconds())
        signal.setitimer(signal.ITIMER_REAL, first, _CHECK_SECONDS)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    restore_terminal()
    os._exit(130 if number == signal.SIGINT else 143)


def restore_terminal() -> None:
    """Leaves the terminal as it was, unless that would block (Ctrl-S); then it is not ours."""
    if _State.restore is None:
        return
    descriptor, sequence = _State.restore
    restore_terminal_with(None)
    with contextlib.suppress(OSError, ValueError):
        if os.name == "nt" or select.select([], [descriptor], [], 0)[1]:
            os.write(descriptor, sequence)


def _pass_on(number: int, _frame: FrameType | None) -> None:
    """Restores the terminal, then does what the signal does by itself (Ctrl-Z, Ctrl-\\)."""
    restore_terminal()
    handler = signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)  # after Ctrl-Z it returns once the process is continued
    signal.signal(number, handler)
