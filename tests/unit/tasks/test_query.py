"""Queries for tasks: what users write, what the API filters, what is filtered here."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.query import (
    TaskQuery,
    chosen_states,
    parse_moment,
    parse_numbers,
    parse_resources,
    parse_span,
    parse_types,
    scope,
)
from gcore_tasks_cli.times import api_time
from tests.unit.documents import document

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("runing", "RUNNING"),
        ("FINISH", "FINISHED"),
        ("err", "ERROR"),
        ("x", None),
        ("failed", "ERROR"),
        ("done", "FINISHED"),
        ("pending", "NEW"),
    ],
)
def test_an_unknown_state_names_the_nearest(text: str, near: str | None) -> None:
    with pytest.raises(UsageError, match="NEW, RUNNING, FINISHED, ERROR") as caught:
        chosen_states([text], active=False, failed=False)
    assert caught.value.hint == (f"did you mean {near}?" if near else None)


@pytest.mark.parametrize(
    ("types", "of_api", "kept", "dropped"),
    [
        (["create_vm"], "create_vm", ["create_vm"], []),
        (["create_"], None, ["create_vm", "create_k8s_cluster_v2"], ["recreate_vm", "createvm"]),
        (["create"], None, ["create_vm"], ["delete_vm", "createvm"]),
        (["*_volume"], None, ["create_volume", "attach_volume"], ["create_volumes", "volume"]),
        (["attach_v?"], None, ["attach_vm"], ["attach_vm_interface"]),
        (["create_vm", "delete_vm"], None, ["create_vm", "delete_vm"], ["create_volume"]),
        (["*"], None, ["create_vm", ""], []),
    ],
)
def test_types(types: list[str], of_api: str | None, kept: list[str], dropped: list[str]) -> None:
    query = TaskQuery(types=parse_types(types))
    assert dict(query.parameters()).get("task_type") == of_api
    assert query.filters_here == (of_api is None)
    assert all(query.keeps(document(task_type=task_type)) for task_type in kept)
    assert not any(query.keeps(document(task_type=task_type)) for task_type in dropped)


def test_resources_are_filtered_here() -> None:
    query = TaskQuery(resources=parse_resources(["vm-1", "7"]))
    assert query.resources == ("vm-1", "7")
    assert query.filters_here
    kept: tuple[dict[str, object], ...] = (
        {"created_resources": {"instances": ["vm-0", "vm-1"]}},
        {"data": {"volumes": [{"attached_to": {"instance_id": "vm-1"}}]}},
        {"data": "vm-1"},
        {"created_resources": {"labs": [7]}, "data": None},
    )
    dropped: tuple[dict[str, object], ...] = (
        {},
        {"data": {"vm-1": "vm-10", "note": "of vm-1"}},
        {"error": "vm-1"},
    )
    assert all(query.keeps(document("a", "NEW", **fields)) for fields in kept)
    assert not any(query.keeps(document("a", "NEW", **fields)) for fields in dropped)
    with pytest.raises(UsageError, match="empty"):
        parse_resources([""])


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2h", "2026-11-24T10:00:00"),
        ("3d", "2026-11-21T12:00:00"),
        ("1h30m", "2026-11-24T10:30:00"),
        ("2h ago", "2026-11-24T10:00:00"),
        ("2 H Ago", "2026-11-24T10:00:00"),
        ("1w", "2026-11-17T12:00:00"),
        ("1 day ago", "2026-11-23T12:00:00"),
        ("today", "2026-11-24T00:00:00"),
        (" Yesterday ", "2026-11-23T00:00:00"),
        ("2026-11-01", "2026-11-01T00:00:00"),
        ("2026-11-01 10:00", "2026-11-01T10:00:00"),
        ("2026-11-01 10:00z", "2026-11-01T10:00:00"),
        ("2026-11-01T10:00", "2026-11-01T10:00:00"),
        ("2026-11-01 10:00:05", "2026-11-01T10:00:05"),
        ("2026-11-01T10:00+02:00", "2026-11-01T08:00:00"),
        ("2026-11-01T10:00Z", "2026-11-01T10:00:00"),
    ],
)
def test_moments(text: str, time: str) -> None:
    expected = datetime.fromisoformat(time).replace(tzinfo=UTC)
    assert parse_moment(text, NOW, "--since") == expected
    is_day = text.strip().lower() in ("today", "yesterday", "2026-11-01")
    end = expected + timedelta(days=1, seconds=-1) if is_day else expected
    assert parse_moment(text, NOW, "--until") == end


@pytest.mark.parametrize(
    "text",
    ["", "2", "90", "h", "-2h", "ago", "2 ago", "tomorrow", "400d", "9" * 400 + "d", "2026",
     "20261101", "2026-1-1",
     "2026-02-30", "2026-13-01", "2026-11-01T25:00", "2026-11-01x", "0001-01-01T00:00+23:59"],
)  # fmt: skip
def test_text_that_is_not_a_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        parse_moment(text, NOW, "--since")


@given(st.text(max_size=30))
def test_no_text_crashes_the_parsers(text: str) -> None:
    for parse in (
        lambda: parse_moment(text, NOW, "--since"),
        lambda: parse_span(None, text),
        lambda: parse_types([text]),
        lambda: parse_numbers([text], "user"),
        lambda: chosen_states([text], active=False, failed=False),
        lambda: scope([text], "project", ""),
        lambda: scope([], "project", text),
    ):
        try:
            parse()
        except UsageError as error:
            assert error.message


def test_spans() -> None:
    assert parse_span(None, None) == (None, None)
    begin, end = parse_span("2026-11-01", "2026-11-01")
    assert begin is not None
    assert end is not None
    assert (str(begin), str(end)) == ("2026-11-01T00:00:00Z", "2026-11-01T23:59:59Z")
    with pytest.raises(UsageError, match="before --since"):
        parse_span("1h", "2h")
    soon = datetime.now(UTC) + timedelta(hours=1)
    parse_span(api_time(soon), None)  # a clock that is an hour slow
    with pytest.raises(UsageError, match="future"):
        parse_span(api_time(soon + timedelta(days=30)), None)


def test_the_scope_is_the_option_else_the_default() -> None:
    assert scope([], "project", "5") == (5,)
    assert scope([], "region", "") == ()
    assert scope(["7", "7", "8"], "project", "5") == (7, 8)
    assert scope(["ALL"], "project", "5") == ()
    with pytest.raises(UsageError, match="exclude each other"):
        scope(["all", "7"], "project", "5")
    with pytest.raises(UsageError, match="GCORE_CLOUD_REGION_ID is not a number: 'x'"):
        scope([], "region", "x")
