"""Points in time and spans of time, as the API writes them and as people read and write them."""

import re
import sys
import time
from datetime import UTC, datetime
from typing import NamedTuple

_DURATION = (
    r"(\d+(?:\.\d+)?|\.\d+)\s*"
    r"(ms|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)?(?![a-z])\s*"
)
# By the first letter, but for milliseconds.
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
# Longer than any task; also keeps every sum of times within what the system's timers take.
_LONGEST_SECONDS = 366 * 86400.0
# An answer's date has no fractions of a second, and good clocks differ by little.
_CLOCK_TOLERANCE_SECONDS = 2.0


def steady_seconds() -> float:
    """Seconds on a clock that never jumps and counts the time that the machine sleeps.

    `time.monotonic` stands still meanwhile on Linux (clock_gettime(2): CLOCK_BOOTTIME does not)
    and on macOS (its clock_gettime(3): CLOCK_MONOTONIC does not).
    """
    # Branches that end in `else`, for mypy: it checks one platform at a time.
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "win32":  # noqa: RET505
        return time.monotonic()
    else:
        return time.clock_gettime(time.CLOCK_MONOTONIC)


class ApiClock:
    """The API's clock: this machine's, until an answer shows that they differ by more than 2 s."""

    def __init__(self) -> None:
        self._started = time.time()
        self._ahead = 0.0

    def now(self) -> datetime:
        """The time there."""
        return datetime.fromtimestamp(time.time() + self._ahead, UTC)

    def start(self) -> datetime:
        """The time there when gtask was started, by which relative times go."""
        return datetime.fromtimestamp(self._started + self._ahead, UTC)

    def read(self, server_time: float | None, asked: float) -> None:
        """Learns from an answer's date; the request was sent at `asked` on this machine's clock."""
        if server_time is not None:
            earliest = asked - _CLOCK_TOLERANCE_SECONDS
            latest = time.time() + _CLOCK_TOLERANCE_SECONDS
            if not earliest <= server_time - self._ahead <= latest:
                self._ahead = server_time - asked


# The one clock for everything that computes with the API's times.
API_CLOCK = ApiClock()


class Deadline(NamedTuple):
    """When to stop: `at` is in seconds on the clock of `steady_seconds`.

    `timeout_seconds` is the number that the user gave, for messages.
    """

    at: float
    timeout_seconds: float

    @classmethod
    def after(cls, timeout_seconds: float) -> "Deadline":
        """The deadline so many seconds from now."""
        return cls(steady_seconds() + timeout_seconds, timeout_seconds)

    @property
    def checks_once(self) -> bool:
        """Whether the user asked for one look and no waiting (a timeout of 0)."""
        return self.timeout_seconds <= 0

    @property
    def timeout_words(self) -> str:
        """The user's number, readable."""
        return format_timeout(self.timeout_seconds)


def parse_duration(text: str) -> float:
    """Seconds of `90`, `90s`, `10m`, `1h30m`, `0.5`, `2 days`, `1w`; at most a year.

    Raises:
        ValueError: with a sentence for the user.
    """
    compact = text.strip().lower()
    seconds, position = 0.0, 0
    pattern = re.compile(_DURATION, re.ASCII)
    while match := pattern.match(compact, position):
        unit = match[2]
        if unit is None and match[0] != compact:
            break  # 1h30 is ambiguous: 30 seconds or 30 minutes?
        name = unit if unit == "ms" else (unit or "s")[0]
        seconds += float(match[1]) * _UNIT_SECONDS[name]
        position = match.end()
    if not compact or position != len(compact):
        raise ValueError(f"{text!r} is not a duration; write 90, 90s, 10m or 1h30m")
    if seconds > _LONGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than a year")
    return seconds


def format_duration(seconds: float) -> str:
    """A readable duration: `0.4 s`, `19 s`, `2 m 05 s`, `1 h 02 m`, `3 d 04 h`."""
    if 0 < seconds < 0.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} m"
    return f"{whole // 86400} d {whole % 86400 // 3600:02d} h"


def format_timeout(seconds: float) -> str:
    """As `format_duration`, but nothing is rounded that the user gave: `2.5 s`, `3659 s`."""
    rounded = format_duration(seconds)
    return rounded if parse_duration(rounded) == seconds else f"{seconds:g} s"


def parse_time(text: object) -> datetime | None:
    """The time of an API timestamp (`2026-05-23T05:07:31`, with or without `Z`: both are UTC).

    None if the value is not a time.
    """
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def api_time(time: datetime) -> str:
    """The time in the format of the API's parameters."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_epoch(text: object) -> float | None:
    """As `parse_time`, in seconds since 1970."""
    time = parse_time(text)
    return None if time is None else time.timestamp()
