"""What options mean."""

import pytest

from gcore_tasks_cli.commands.watch import Watch
from gcore_tasks_cli.errors import UsageError

SDK_TIMEOUT = "GCORE_POLLING_TIMEOUT_SECONDS"


@pytest.mark.parametrize(
    ("value", "seconds"), [("", 7200.0), ("0", 7200.0), (" 90 ", 90.0), ("2.5", 2.5)]
)
def test_the_default_timeout_is_that_of_the_sdk_or_two_hours(
    value: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SDK_TIMEOUT, value)
    assert Watch().timeout_seconds() == seconds
    assert Watch(timeout="3").timeout_seconds() == 3.0


def test_a_default_timeout_that_is_not_a_duration_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SDK_TIMEOUT, "soon")
    with pytest.raises(UsageError, match=f"{SDK_TIMEOUT}: 'soon' is not a duration"):
        Watch().timeout_seconds()
