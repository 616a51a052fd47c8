"""A step of GitHub Actions: what the runner makes of gtask's log, summary and outputs."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from gcore_tasks_cli.sanitize import one_line
from tests.actions_runner import commands_in, outputs_in
from tests.e2e.harness import (
    ENOUGH,
    OTHER,
    STUCK_SECONDS,
    TASK,
    Ran,
    gtask,
    sandbox,
    started,
    task,
)
from tests.golden_files import assert_golden

THIRD = "0d4b41d4-7b42-46f6-9d0c-37b8a9f4c1de"
CREATED = {"instances": ["i-1", "i-2"], "volumes": ["v-1"]}
FINISHED = task(TASK, age=60, lasts=22, created_resources=CREATED)
FAILED = task(
    OTHER,
    age=60,
    lasts=8,
    task_type="create_volume",
    ends="ERROR",
    error="Quota limit for volume_size exceeded by 20",
)
RUNNING = task(THIRD, age=60, lasts=1, task_type="create_k8s_cluster_v2", ends="NEVER")


class Step:
    """A step of a job: gtask with the environment that the runner gives it."""

    def __init__(self, folder: Path) -> None:
        self.summary_file, self.output_file = folder / "summary.md", folder / "output"
        self.env = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary_file),
            "GITHUB_OUTPUT": str(self.output_file),
        }

    def run(self, tasks: list[dict[str, Any]], command: str, *arguments: str) -> Ran:
        with sandbox(tasks=tasks) as server:
            return gtask(server, command, "--interval", "0.2", *arguments, env=self.env)

    @property
    def outputs(self) -> dict[str, str]:
        return outputs_in(self.output_file.read_bytes().decode())

    @property
    def summary(self) -> str:
        return self.summary_file.read_text(encoding="utf-8")


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return Step(tmp_path)


def without_time(text: str) -> str:
    text = re.sub(r"for 1 m \d\d s|after 1 m \d\d s", "for 1 m 00 s", text)
    return re.sub(r"\b\d\d:\d\d:\d\dZ", "05:07:31Z", text)


@pytest.mark.measured
def test_a_run_reads_well(step: Step) -> None:
    ran = step.run([FINISHED, FAILED, RUNNING], "watch", TASK, OTHER, THIRD, "--timeout", ENOUGH)
    assert ran.status == 1
    # Tasks end in any order: the lines are compared, not their order.
    log = "".join(f"{line}\n" for line in sorted(without_time(ran.out + ran.err).splitlines()))
    assert_golden("actions_log.txt", log)
    assert_golden("actions_summary.md", without_time(step.summary))
    delimiter = re.findall(r"<<(gtask_[0-9a-f]{32})$", step.output_file.read_text(), re.MULTILINE)
    assert len(set(delimiter)) == 1
    assert_golden("actions_output.txt", step.output_file.read_text().replace(delimiter[0], "END"))
    assert step.outputs == {
        "state": "ERROR",
        "task-id": f"{TASK}\n{OTHER}\n{THIRD}",
        "instances": "i-1\ni-2",
        "volumes": "v-1",
    }


def test_a_failed_task_is_one_annotation(step: Step) -> None:
    ran = step.run([FINISHED, FAILED], "watch", TASK, OTHER)
    (command,) = commands_in(ran.err)
    assert command.name == "error"
    reason = "Quota limit for volume_size exceeded by 20"
    assert command.data.startswith(f"create_volume {OTHER} ended in ERROR: {reason}\nhint: ")
    assert re.search(r"request ID for support: req-[0-9a-f-]{36}$", command.data)
    assert "::" not in ran.out


def test_a_failure_stands_in_the_log_when_it_happens_and_is_annotated_in_the_end(
    step: Step,
) -> None:
    ran = step.run([FAILED], "watch", OTHER)
    reported, annotation = [line for line in ran.err.splitlines() if "exceeded by 20" in line]
    assert re.match(rf"\d\d:\d\d:\d\dZ {OTHER}  create_volume  ERROR  took 8 s: Quota", reported)
    assert annotation.startswith("::error ")


@pytest.mark.measured
def test_resources_that_wait_report_too_and_their_data_stay_data(step: Step) -> None:
    ran = step.run([FINISHED], "resources", TASK, "--wait", "--type", "instances")
    assert (ran.status, ran.out) == (0, "i-1\ni-2\n")
    assert step.outputs["state"] == "FINISHED"
    assert "i-2" in step.summary


@pytest.mark.parametrize("how", ["--no-ci", "elsewhere"])
def test_nothing_is_reported_where_it_is_not_wanted(step: Step, how: str) -> None:
    arguments = ["--no-ci"] if how == "--no-ci" else []
    if how == "elsewhere":
        step.env["GITHUB_ACTIONS"] = ""
    ran = step.run([FAILED], "watch", OTHER, *arguments)
    assert ran.status == 1
    assert commands_in(ran.err + ran.out) == []
    assert not step.summary_file.exists()
    assert not step.output_file.exists()


def test_what_stands_in_the_files_stays(step: Step) -> None:
    step.output_file.write_text("mine=1")  # without the end of the line
    step.summary_file.write_text("# mine")
    assert step.run([FINISHED], "watch", TASK).status == 0
    assert step.outputs["mine"] == "1"
    assert step.outputs["state"] == "FINISHED"
    assert step.summary.startswith("# mine\n### gtask")


NO_PIPES = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")


@pytest.mark.parametrize("kind", ["folder", "missing", pytest.param("pipe", marks=NO_PIPES)])
@pytest.mark.measured
def test_files_that_cannot_be_written_fail_nothing(step: Step, tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "missing":
        path = path / "file"
    elif sys.platform != "win32":
        os.mkfifo(path)  # without a reader, opening it would wait for ever
    step.env |= {"GITHUB_STEP_SUMMARY": str(path), "GITHUB_OUTPUT": str(path)}
    ran = step.run([FINISHED], "watch", TASK)
    assert ran.status == 0
    assert TASK in ran.out
    notes = [line for line in ran.err.splitlines() if "cannot write" in line]
    assert len(notes) == 1
    assert "GITHUB_STEP_SUMMARY" in notes[0]
    assert "GITHUB_OUTPUT" in notes[0]


def test_a_task_that_is_not_found_is_no_finished_one(step: Step) -> None:
    ran = step.run([FINISHED], "watch", TASK, OTHER)
    assert ran.status == 4
    assert step.outputs["state"] == "UNKNOWN"
    assert step.outputs["task-id"] == f"{TASK}\n{OTHER}"
    assert f"Not seen, for the reason in the annotation: `{OTHER}`." in step.summary
    (command,) = commands_in(ran.err)
    assert command.properties == {"title": "gtask"}
    assert command.data.startswith(f"no such task: {OTHER}")
    assert "request ID for support: req-" in command.data


def test_a_timeout_is_one_annotation(step: Step) -> None:
    ran = step.run([RUNNING], "watch", THIRD, "--timeout", "0")
    assert ran.status == 124
    assert [without_time(each.data) for each in commands_in(ran.err)] == [
        f"1 of 1 task not finished yet: create_k8s_cluster_v2 {THIRD} RUNNING for 1 m 00 s, "
        "usually 5–20 m\n"
        f"hint: to go on waiting: gtask watch {THIRD} --interval 0.2"
    ]
    assert step.outputs["task-id"] == THIRD


@pytest.mark.parametrize(("which", "outputs"), [((TASK,), {"state", "task-id"}), ((), set())])
def test_a_refused_key_is_one_annotation(
    step: Step, which: tuple[str, ...], outputs: set[str]
) -> None:
    step.env["GCORE_API_KEY"] = "another$keykeykey"
    ran = step.run([RUNNING], "watch", *(which or ("--active",)))
    assert ran.status == 3
    (command,) = commands_in(ran.err)
    assert "the API refused the key" in command.data
    assert "keykeykey" not in command.data
    # Without a list of tasks there is nothing to write outputs of.
    assert (set(step.outputs) if step.output_file.exists() else set()) == outputs


def test_a_call_that_failed_before_the_wait_is_one_annotation(step: Step) -> None:
    ran = gtask(None, "watch", "-", stdin="", env={**step.env, "GCORE_API_KEY": "k"})
    assert ran.status == 2
    assert len(commands_in(ran.err)) == 1
    ran = gtask(None, "watch", "-", "--no-ci", env={**step.env, "GCORE_API_KEY": "k"})
    assert commands_in(ran.err) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is reported otherwise there")
@pytest.mark.measured
def test_a_reader_that_has_left_takes_no_report_away(step: Step) -> None:
    with sandbox(tasks=[FAILED, task(ends="NEVER")]) as server:
        process = started(server, "watch", OTHER, TASK, "--json", variables=step.env)
        assert process.stdout is not None
        assert OTHER in process.stdout.readline().decode()
        process.stdout.close()
        _, err = process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode == 141
    assert len(commands_in(err.decode())) == 1
    assert OTHER in step.summary


POISON = (
    "::error::x",
    "\n::set-output name=state::FINISHED",
    "\r\n  ::stop-commands::token",
    "\u2028::add-path::/evil",
    "words ##[set-env name=PATH]/evil",
    "##[add-mask]a",
    "%0A::error::x%0D",
    "a,title=b::c",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</code></td></table><b>",
    "| cell | `code` | ``two`` \\| [a](javascript:alert(1)) ![i](http://evil/) |",
    "\n\n# heading\n\n- list\n\n```\nfence\n",
    "@someone www.evil.example https://evil.example #1 :tada: <!-- ",
    "x\nEOF\nstate=FINISHED\ninstances<<EOF\nevil\nEOF\n",
    "`",
    "\\",
    "\x1b[31m::error::x",
)
FIELDS = ("task_type", "error", "request_id", "detailed_state")
SAFE_TAGS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "br"}


def hostile(poison: str, state: str) -> dict[str, Any]:
    created = {poison: ["evil"], "State": ["FINISHED"], "volumes": [poison], "VOLUMES": ["v-2"]}
    document = {**dict.fromkeys(FIELDS, poison), "state": state, "created_resources": created}
    return task(TASK, age=60, lasts=8, document=document)


@pytest.mark.parametrize("form", [(), ("--json",), ("resources",)])
@pytest.mark.parametrize("poison", ["\n".join(POISON), "".join(POISON)], ids=["lines", "joined"])
def test_hostile_text_becomes_nothing_but_text(
    step: Step, poison: str, form: tuple[str, ...]
) -> None:
    command = ("resources", TASK, "--wait") if "resources" in form else ("watch", TASK, *form)
    ran = step.run([hostile(poison, "ERROR")], *command)
    assert ran.status == 1
    found = commands_in(ran.out) + commands_in(ran.err)
    assert [each.name for each in found] == ["error"]
    assert set(found[0].properties) == {"title"}
    if "--json" in form:
        assert ran.documents[0]["error"] == poison
    assert_nothing_comes_alive(step.summary)
    assert set(step.outputs) == {"state", "task-id", "volumes"}
    assert step.outputs["state"] == "ERROR"
    assert step.outputs["volumes"] == one_line(poison)


def assert_nothing_comes_alive(summary: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(summary)
    assert {tag.lower() for tag in re.findall(r"<\s*([a-zA-Z0-9!]+)", html)} <= SAFE_TAGS
    assert html.count("<tr>") == 2
    outside_code = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    for word in ("evil", "someone", "alert", "tada", "set-output"):
        assert word not in outside_code


def test_each_poison_stays_whole_in_the_summary(step: Step) -> None:
    from gcore_tasks_cli.output.actions import code

    render = MarkdownIt("commonmark").enable("table").render
    for poison in POISON:
        html = render(f"| a | b |\n| --- | --- |\n| {code(poison)} | c |\n")
        shown = re.findall(r"<td><code>(.*?)</code></td>", html)
        assert len(shown) == 1, poison
        text = shown[0].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        expected = one_line(poison).replace("|", "\\u007c")
        assert text.replace("&amp;", "&").strip() == expected.strip()


def test_progress_lines_with_hostile_ids_are_no_commands(step: Step) -> None:
    ids = ["::error::x", "x##[error]x", "a::notice::b"]
    ran = step.run([task(i, age=9) for i in ids], "watch", json.dumps(ids))
    assert ran.status == 0
    assert commands_in(ran.out + ran.err) == []


def test_a_key_that_a_task_repeats_gets_into_no_file(step: Step) -> None:
    error = "the key sandbox$key is bad"
    poison = {"networks": ["sandbox$key"]}
    step.run([task(lasts=0, ends="ERROR", error=error)], "watch", TASK)
    step.run([task(lasts=0, created_resources=poison)], "watch", TASK)
    assert "the key *** is bad" in step.summary
    assert "sandbox$key" not in step.summary
    assert "sandbox$key" not in step.output_file.read_text(encoding="utf-8")
