"""Durations and timestamps as people and the API write them."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.times import (
    ApiClock,
    format_duration,
    format_timeout,
    parse_duration,
    parse_epoch,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("250ms", 0.25),
        ("1w", 604800),
        ("2 h", 7200),
        ("1 day 2 hours", 93600),
        ("5mins", 300),
        ("1 minute 30 seconds", 90),
    ],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "abc", "-1", "10x", "1h30", "m", ".", "1e5", "9999d", "٣"])
def test_text_that_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|year"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.5, "2.5 s"),
        (0.96, "0.96 s"),
        (8.0, "8 s"),
        (59.5, "59.5 s"),
        (90.0, "1 m 30 s"),
        (61.5, "61.5 s"),
        (3660, "1 h 01 m"),
        (3659, "3659 s"),
        (90000, "1 d 01 h"),
        (90060, "90060 s"),
    ],
)
def test_a_timeout_is_written_as_it_was_given(seconds: float, text: str) -> None:
    assert format_timeout(seconds) == text


@given(st.text(max_size=30))
def test_no_text_crashes_the_parser(text: str) -> None:
    try:
        assert parse_duration(text) >= 0
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.4, "0.4 s"), (19.2, "19 s"), (125, "2 m 05 s"), (3720, "1 h 02 m")],
)
def test_durations_are_written(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_times_are_utc_with_and_without_z() -> None:
    assert parse_time("2026-05-23T05:07:31") == parse_time("2026-05-23T05:07:31Z")
    assert parse_epoch("1970-01-01T00:01:00") == 60.0


@given(st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text())))
def test_no_timestamp_crashes_the_parser(value: object) -> None:
    parse_time(value)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_times_beyond_the_calendar_are_unknown(text: str) -> None:
    assert parse_time(text) is None


def test_the_apis_clock_is_this_machines_unless_they_differ_by_more_than_two_seconds() -> None:
    clock, now = ApiClock(), time.time()

    def ahead() -> float:
        return round((clock.now() - datetime.now(UTC)).total_seconds())

    for date in (None, now - 1.9, now + 1.9):
        clock.read(date, asked=now)
        assert ahead() == 0
    clock.read(now - 30, asked=now - 31)  # the answer was long in coming
    assert ahead() == 0
    for difference in (-120, 7200):
        clock.read(now + difference, asked=now)
        assert ahead() == difference
        clock.read(now + difference - 1, asked=now)  # a date has no fractions of a second
        assert ahead() == difference
        assert round(clock.start().timestamp() - now) == difference
    clock.read(now, asked=now)  # this machine's has been set right
    assert ahead() == 0
