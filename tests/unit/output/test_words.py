"""Words about tasks and the API."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from gcore_tasks_cli.output import words
from gcore_tasks_cli.tasks.expectations import Expectations
from tests.unit.documents import document


@pytest.mark.parametrize(
    ("error", "beginning"),
    [
        ("Quota limit for volume_size exceeded by 2", "the quota is exceeded: "),
        ("Quota exceeded for resources: ['ram']", "the quota is exceeded: "),
        ("Requested volume exceeds allowed gigabytes quota.", "the quota is exceeded: "),
        ("All quotas are used up", "the quota is exceeded: "),
        ("Time limit exceeded", ""),
        ("Not enough capacity in the region for this flavor", "the region has no capacity"),
        ("No valid host was found. There are not enough hosts available.", "the region has no"),
        ("The region Lux has reached the limit of flavor g1-standard-1", "the region has no"),
        ("Volume 1234 is in error state", "the volume is in error state"),
        ("Insufficient permissions", ""),
        ("Volume not found", ""),
        ("", ""),
    ],
)
def test_advice(error: str, beginning: str) -> None:
    failure = words.failure(document(state="ERROR", error=error))
    assert failure is not None
    assert (failure.hint or "").startswith(beginning)
    assert bool(failure.hint) == bool(beginning)


@pytest.mark.parametrize(
    ("seconds", "age"), [(-5, "0 s"), (0, "0 s"), (59.4, "59 s"), (3599, "59 m"), (90000, "1 d")]
)
def test_ages(seconds: float, age: str) -> None:
    now = datetime(2026, 5, 23, tzinfo=UTC)
    created = now - timedelta(seconds=seconds)
    assert words.age_words(document(created_on=created.isoformat()), now) == age
    assert words.age_words(document(created_on="soon"), now) == ""


@pytest.mark.parametrize(
    ("states", "counted"),
    [
        ([], "0 tasks: "),
        (["NEW"], "1 task: 1 NEW"),
        (["FINISHED", "ERROR", "FINISHED"], "3 tasks: 1 ERROR, 2 FINISHED"),
        (["\x1b[2J"], "1 task: 1 \\u001b[2J"),
    ],
)
def test_states_are_counted_in_words(states: Sequence[str], counted: str) -> None:
    assert words.count_words(states) == counted


@pytest.mark.parametrize(
    ("task_type", "usual"),
    [
        (None, ""),
        ("never_heard_of", ""),
        ("create_vm", "usually 15–30 s"),
        ("delete_bm", "usually 3–5 m"),
        ("create_loadbalancer", "usually 30–90 s"),
        ("create_k8s_cluster_v2", "usually 5–20 m"),
    ],
)
def test_usual_durations_are_said_in_words(task_type: str | None, usual: str) -> None:
    assert words.usual_words(Expectations(), task_type) == usual
