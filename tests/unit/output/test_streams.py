"""No stream that people read shows a secret; consoles that interpret no escapes get none."""

import io
import sys
from typing import Any

import pytest
from rich.console import Console

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.output.streams import Streams, interpret_escapes

SECRET = "1234$0123456789abcdef"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    streams = Streams.standard([SECRET])
    streams.error(UsageError(f"what is {SECRET.upper()}?"))
    Console(file=streams.err, width=80).print(f"rich {SECRET}")
    print(f"a traceback {SECRET}", file=sys.stderr)
    assert err.getvalue() == "gtask: what is ***?\nrich ***\na traceback ***\n"
    streams.data(f"card {SECRET[:18]}\n")
    # The API's own document has lost it where it came in, and no more of it is changed.
    streams.data(f"{SECRET[:18]}\n", whole=True)
    assert out.getvalue() == f"card ***\n{SECRET[:18]}\n"


class Kernel32:
    """The calls of Windows for consoles: `modes` holds the mode of each console by its handle."""

    def __init__(self, modes: dict[int, int], refuses: bool) -> None:
        self.modes = modes
        self.refuses = refuses

    def GetStdHandle(self, number: int) -> int:  # noqa: N802
        return {-11: 101, -12: 102}[number]

    def GetConsoleMode(self, handle: int, mode: Any) -> bool:  # noqa: N802
        mode._obj.value = self.modes.get(handle, 0)
        return handle in self.modes

    def SetConsoleMode(self, handle: int, mode: int) -> bool:  # noqa: N802
        if not self.refuses:
            self.modes[handle] = mode
        return not self.refuses


@pytest.mark.parametrize(
    ("modes", "refuses", "can", "after"),
    [
        ({}, True, True, {}),  # both are pipes
        ({101: 3, 102: 7}, False, True, {101: 7, 102: 7}),
        ({102: 3}, True, False, {102: 3}),  # a console before Windows 10
    ],
)
def test_consoles_are_asked_to_interpret_escapes(
    modes: dict[int, int], refuses: bool, can: bool, after: dict[int, int]
) -> None:
    kernel32 = Kernel32(modes, refuses)
    assert interpret_escapes(kernel32) is can
    assert kernel32.modes == after
