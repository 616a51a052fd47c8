"""The recipes of recipes.md, run on the sandbox as the systems that they are for would run them."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gcore_tasks_cli import __version__
from gcore_tasks_cli.errors import ExitCode
from tests.actions_runner import outputs_in
from tests.e2e.harness import (
    GTASK,
    OTHER,
    STUCK_SECONDS,
    TASK,
    environment,
    sandbox,
    skip_without_tools_of,
    task,
)
from tests.servers.sandbox import SandboxServer

pytest.importorskip("posix", reason="the recipes are for a POSIX shell")

assert sys.platform != "win32"

PROJECT = Path(__file__).parents[2]
RECIPES = Path(__file__).with_name("recipes.md").read_text(encoding="utf-8")
SCENARIO_GUIDE = (PROJECT / "gcore_tasks_cli/sandbox/scenario.md").read_text(encoding="utf-8")
TERRAFORM = shutil.which("terraform")
# The setting up of a machine, which the test's own is past.
INSTALLS = re.compile(r"(pipx|pip|uv tool) install ")


def block(title: str, language: str) -> str:
    """The block under this heading."""
    found = re.search(
        rf"^## {title}\n.*?^```{language}\n(.*?)^```", RECIPES, re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"no recipe for {title}"
    return found[1]


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox(tasks=[task(TASK, lasts=0.5, created_resources={"networks": ["n-1"]})]) as started:
        yield started


def run(
    command: list[str], server: SandboxServer, folder: Path, **env: str
) -> "subprocess.CompletedProcess[str]":
    assert GTASK is not None
    skip_without_tools_of(" ".join(command))
    env = environment(server, **{"PROJECT": "1234", "REGION": "76", "ID": TASK, **env})
    env["PATH"] = f"{Path(GTASK).parent}:{env['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=STUCK_SECONDS,
        check=False,
    )


def test_github_actions(server: SandboxServer, tmp_path: Path) -> None:
    (job,) = yaml.safe_load(block("GitHub Actions", "yaml"))["jobs"].values()
    known: dict[str, str] = {"secrets.GCORE_API_KEY": server.api_key}
    known |= {"vars.PROJECT": "1234", "vars.REGION": "76"}
    files = {"GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    said = ""
    for number, step in enumerate(job["steps"]):
        if "run" not in step or INSTALLS.match(step["run"]):
            continue
        files["GITHUB_OUTPUT"] = tmp_path / f"output-{number}"
        named = {name: str(file) for name, file in files.items()}
        named |= {name: evaluated(text, known) for name, text in step.get("env", {}).items()}
        # The runner's own way to run a step that names no shell.
        ran = run(["bash", "-e", "-c", step["run"]], server, tmp_path,
                  **{"GITHUB_ACTIONS": "true", **named})  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        said += ran.stdout
        if files["GITHUB_OUTPUT"].exists():
            for name, value in outputs_in(files["GITHUB_OUTPUT"].read_text()).items():
                known[f"steps.{step['id']}.outputs.{name}"] = value
    assert re.search(r"^network [0-9a-f-]{36} is ready$", said, re.MULTILINE)
    assert "`create_network`" in files["GITHUB_STEP_SUMMARY"].read_text()


def evaluated(text: object, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ *(\S+) *\}\}", lambda match: known[match[1]], str(text))


def test_the_action_installs_its_checkout_and_sets_the_outputs(tmp_path: Path) -> None:
    folder = PROJECT / ".github" / "actions" / "watch"
    action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
    (step,) = action["runs"]["steps"]
    inputs = {f"inputs.{name}": each.get("default") for name, each in action["inputs"].items()}
    assert [name for name, default in inputs.items() if default is None] == [
        f"inputs.{name}" for name, each in action["inputs"].items() if each.get("required")
    ]
    output = tmp_path / "output"
    created = {"networks": ["n-1"]}
    with sandbox(tasks=[task(TASK, created_resources=created), task(OTHER)]) as server:
        answer = json.dumps({"tasks": [TASK, OTHER]})
        given = {**inputs, "inputs.api-key": server.api_key, "inputs.tasks": answer}
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(folder),
            "GITHUB_OUTPUT": str(output),
            "RUNNER_TEMP": str(tmp_path),
            # Nothing is fetched: what the package needs is where the tests have it, in versions
            # that may be newer than those that it asks for.
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
        }
        env = {name: evaluated(text, given) for name, text in step["env"].items()}
        ran = run(["bash", "-e", "-c", step["run"]], server, tmp_path, **runner, **env)
    assert ran.returncode == 0, ran.stderr
    said = outputs_in(output.read_text(encoding="utf-8"))
    assert said == {"state": "FINISHED", "task-id": f"{TASK}\n{OTHER}", "networks": "n-1"}
    sources = " ".join(each["value"] for each in action["outputs"].values())
    assert set(re.findall(r"\.outputs\.([\w-]+)", sources)) <= set(said)
    installed = subprocess.run(
        [str(tmp_path / "gtask" / "bin" / "gtask"), "--version"],
        env={"PYTHONPATH": runner["PYTHONPATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert installed.stdout.split() == ["gtask", __version__]


def test_gitlab_ci(server: SandboxServer, tmp_path: Path) -> None:
    (job,) = yaml.safe_load(block("GitLab CI", "yaml")).values()
    # Its runner joins the lines to one script.
    script = [line for line in job["script"] if not INSTALLS.match(line)]
    ran = run(["bash", "-eo", "pipefail", "-c", "\n".join(script)], server, tmp_path)
    assert ran.returncode == 0, ran.stderr
    dotenv = tmp_path / job["artifacts"]["reports"]["dotenv"]
    assert re.fullmatch(r"NETWORK=[0-9a-f-]{36}\n", dotenv.read_text())


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"created_resources": {"networks": ["n-1"]}}, 0, 'created: {"networks":["n-1"]}'),
        ({"ends": "ERROR", "error": "no quota"}, 1, "failed: no quota"),
        ({"ends": "NEVER"}, 124, "still running"),
    ],
)
def test_a_shell_script(fields: dict[str, Any], status: int, said: str, tmp_path: Path) -> None:
    script = block("A shell script", "bash").replace(
        "15m", "1" if "NEVER" in str(fields) else "15m"
    )
    with sandbox(tasks=[task(**fields)]) as server:
        ran = run(["bash", "-c", script], server, tmp_path)
    assert ran.returncode == status
    assert said in ran.stdout + ran.stderr


def test_terraform(server: SandboxServer, tmp_path: Path) -> None:
    text = block("Terraform", "hcl")
    skip_without_tools_of(text)
    (tmp_path / "main.tf").write_text(text)
    if TERRAFORM is not None:
        for arguments in (["init"], ["apply", "-auto-approve"]):
            ran = run(
                [TERRAFORM, *arguments, "-no-color"], server, tmp_path, CHECKPOINT_DISABLE="1"
            )
            assert ran.returncode == 0, ran.stderr
    else:
        command = re.search(r"<<-EOT\n(.*?)^ *EOT$", text, re.MULTILINE | re.DOTALL)
        assert command is not None
        ran = run(["bash", "-euo", "pipefail", "-c", command[1]], server, tmp_path)
        assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"[0-9a-f-]{36}\n", (tmp_path / "network.id").read_text())
    assert server.api_key not in "".join(f.read_text() for f in tmp_path.glob("*.tfstate"))


def test_a_kubernetes_job(server: SandboxServer, tmp_path: Path) -> None:
    job = yaml.safe_load(block("A Kubernetes Job", "yaml"))
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    env = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    command = [re.sub(r"\$\((\w+)\)", lambda m: env[m[1]], word) for word in container["command"]]
    ran = run(command, server, tmp_path, **env)
    assert ran.returncode == 0, ran.stderr
    # A Job that fails for good on a status is allowed to by its Pods never starting again.
    assert pod["restartPolicy"] == "Never"
    (rule,) = job["spec"]["podFailurePolicy"]["rules"]
    permanent = (ExitCode.TASK_ERROR, ExitCode.USAGE, ExitCode.KEY_REFUSED, ExitCode.NOT_FOUND)
    assert rule["onExitCodes"] == {"operator": "In", "values": [int(code) for code in permanent]}


def test_any_ci_system(server: SandboxServer, tmp_path: Path) -> None:
    lines = block("Any CI system", "bash").splitlines()
    (line,) = (each for each in lines if not INSTALLS.match(each))
    ran = run(["sh", "-c", line], server, tmp_path, TASK_ID=TASK)
    assert ran.returncode == 0, ran.stderr


def test_the_scenario_file_of_the_guide(server: SandboxServer, tmp_path: Path) -> None:
    found = re.search(r"```json\n(.*?)^```", SCENARIO_GUIDE, re.M | re.S)
    assert found is not None
    (tmp_path / "scenario.json").write_text(found[1])
    line = "gtask sandbox --scenario scenario.json -- sh -c 'gtask watch $GTASK_SANDBOX_TASK_IDS'"
    ran = run(["sh", "-c", line], server, tmp_path)
    assert ran.returncode == ExitCode.TASK_ERROR, ran.stderr
    assert "trying again" in ran.stderr
    assert "no quota" in ran.stdout
