"""`--fields`: raw values for machines without jq; and what progress is shown as."""

import json
import re

import pytest

from tests.e2e.harness import OTHER, TASK, gtask, sandbox, shell, task


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


def test_a_value_can_be_read_back_from_its_field() -> None:
    odd = "C:\\new\ttab\\t\r\nend\\"
    fields = {"error": odd, "data": {"list": ["a\\", {"b": odd}]}}
    with sandbox(tasks=[task(age=9, document=fields)]) as server:
        ran = gtask(server, "get", TASK, "--fields", "error,data.list,state")
        tsv = shell(f"gtask get {TASK} --json | jq -r '[.error] | @tsv'", server)
    error, both, state = ran.out.removesuffix("\n").split("\t")
    assert error == tsv.out.removesuffix("\n")
    meant = {"\\\\": "\\", "\\t": "\t", "\\r": "\r", "\\n": "\n"}
    read_back = re.sub(r"\\.", lambda match: meant[match[0]], both)
    assert read_back == f"a\\,{json.dumps({'b': odd}, separators=(',', ':'))}"
    assert state == "FINISHED"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("created_resources.volumes.0", "v-1"),
        ("created_resources.volumes.1", "v-2"),
        ("created_resources.volumes.2", ""),
        ("created_resources.volumes.-1", ""),
        ("created_resources.volumes.first", ""),
        ("data.list.1.deep.0", "x"),
        ("data.by_number.0", "zero"),
        ("state.0", ""),
    ],
)
def test_a_number_chooses_an_element_of_a_list(name: str, value: str) -> None:
    data = {"list": [1, {"deep": ["x"]}], "by_number": {"0": "zero"}}
    created = {"volumes": ["v-1", "v-2"]}
    with sandbox(tasks=[task(age=9, created_resources=created, document={"data": data})]) as server:
        ran = gtask(server, "get", TASK, "--fields", name)
    assert (ran.status, ran.out) == (0, f"{value}\n")


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
