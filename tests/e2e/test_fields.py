"""`--fields`: raw values for machines without jq; and what progress is shown as."""

import pytest

from tests.e2e.harness import OTHER, TASK, gtask, sandbox, task


def test_fields_are_tab_separated_lines() -> None:
    odd = {"error": "a\tb\nc", "project_id": 7, "new_field": {"x": True}}
    created = {"volumes": ["v-1", "v-2"], "instances": []}
    with sandbox(tasks=[task(age=9, document=odd, created_resources=created)]) as server:
        names = "id,state,error,project_id,created_resources.volumes,created_resources.none,job_id"
        ran = gtask(server, "get", TASK, "--fields", f"{names},new_field.x")
        waited = gtask(server, "watch", TASK, "--fields", "id,state", "-q")
        listed = gtask(server, "list", "--fields", "state,id")
    line = ran.out.removesuffix("\n").split("\t")
    assert line[:5] == [TASK, "FINISHED", "a\\tb\\nc", "7", "v-1,v-2"]
    assert line[5] == ""
    assert line[7] == "true"
    assert waited.out == f"{TASK}\tFINISHED\n"
    assert listed.out == f"FINISHED\t{TASK}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("get", TASK, "--fields", "id,nonsense"),
        ("get", TASK, "--fields", "id,"),
        ("get", TASK, "--fields", "id", "--json"),
        ("list", "--fields", "id", "--ids"),
        ("watch", TASK, "--fields", "id", "--events"),
        ("watch", TASK, "--progress", "loud"),
    ],
)
def test_wrong_fields_are_usage_errors(arguments: tuple[str, ...]) -> None:
    with sandbox(tasks=[task(age=9)]) as server:
        ran = gtask(server, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("gtask: ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ID", "id"),
        ("type", "task_type"),
        ("networks", "created_resources.networks"),
        ("resources", "created_resources"),
    ],
)
def test_the_field_that_was_meant_is_named(typed: str, meant: str) -> None:
    with sandbox(tasks=[task(age=9, created_resources={"networks": ["n"]})]) as server:
        ran = gtask(server, "get", TASK, "--fields", typed)
    assert f"hint: did you mean {meant}? its fields: id, " in ran.err


def test_a_wrong_field_is_reported_before_the_first_task_ends() -> None:
    with sandbox(tasks=[task(lasts=900)]) as server:
        ran = gtask(server, "watch", TASK, "--fields", "id,stat")
    assert (ran.status, ran.out) == (2, "")
    assert "a task has no field 'stat'" in ran.err


def test_a_live_view_in_a_file_ends_with_a_whole_line() -> None:
    with sandbox(tasks=[task()]) as server:
        ran = gtask(server, "watch", TASK, "--progress", "live", "--fields", "state")
    assert (ran.status, ran.out) == (0, "FINISHED\n")
    assert ran.err.endswith("\n")


def test_no_progress_leaves_results_and_errors() -> None:
    with sandbox(tasks=[task(), task(OTHER, ends="ERROR", error="no quota")]) as server:
        ran = gtask(server, "watch", TASK, OTHER, "--progress", "none")
        wrong = gtask(server, "watch", TASK, env={"GTASK_PROGRESS": "loud"})
    assert ran.status == 1
    assert ran.err == ""
    assert "no quota" in ran.out
    assert wrong.status == 2
    assert "GTASK_PROGRESS is one of" in wrong.err
