"""Every example of help, its topics and the README is run: a reader's first try must work."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from completions.manual import examples
from gcore_tasks_cli.commands import NAMES as COMMANDS
from gcore_tasks_cli.pages import TOPICS
from gcore_tasks_cli.sandbox.scenario import Scenario, builtin_tasks
from tests.e2e.examples import blocks_in, expected_status, is_a_server, runnable
from tests.e2e.harness import (
    GTASK,
    OTHER,
    STUCK_SECONDS,
    TASK,
    environment,
    skip_without_tools_of,
    task,
)
from tests.servers.sandbox import SandboxServer

pytest.importorskip("posix", reason="the examples are for a POSIX shell")

assert sys.platform != "win32"

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *(PROJECT / "gcore_tasks_cli" / page for page in TOPICS.values())]
BLOCKS = [block for page in PAGES for block in blocks_in(page.read_text(encoding="utf-8"))]
EXAMPLES = dict.fromkeys(example for name in ("gtask", *COMMANDS) for example in examples(name))
CREATED = {"instances": ["169942e0"], "networks": ["b39792c3"], "volumes": ["726ecfcc"]}


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    # Types whose durations are not documented: gtask looks soon, and the examples are done soon.
    started = {"task_type": "create_image", "lasts": 0.5, "created_resources": CREATED}
    ours = [task(TASK, lasts=0, created_resources=CREATED), task(OTHER, lasts=6)]
    past = [task for task in builtin_tasks() if task.age > task.starts_after + task.lasts]
    scenario = Scenario.model_validate({"tasks": [*ours, *past], "started": started})
    with SandboxServer(scenario, from_first_request=True) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the examples run, with the files that they name."""
    (tmp_path / "vm.json").write_text("{}")
    (tmp_path / "outage.json").write_text(json.dumps({"tasks": [task(TASK)]}))
    deploy = tmp_path / "deploy.sh"
    deploy.write_text("#!/bin/sh\ngtask watch $GTASK_SANDBOX_TASK_IDS\n")
    deploy.chmod(0o755)
    return tmp_path


def run(script: str, server: SandboxServer, folder: Path) -> subprocess.CompletedProcess[str]:
    assert GTASK is not None
    skip_without_tools_of(script)
    named = {"ID": TASK, "A": TASK, "B": OTHER, "C": TASK, "PROJECT": "1234", "REGION": "76"}
    env = environment(server, GTASK_SANDBOX_TASK_IDS=f"{TASK} {OTHER}", **named)
    env["PATH"] = f"{Path(GTASK).parent}:{env['PATH']}"
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail\n{script}"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=env,
        text=True,
        timeout=STUCK_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("example", [e for e in EXAMPLES if not is_a_server(e)])
def test_an_example_of_help_works(example: str, server: SandboxServer, folder: Path) -> None:
    ran = run(runnable(example), server, folder)
    assert ran.returncode == expected_status(example), ran.stderr
    assert ran.stdout or re.match(r"\w+=|.*( > |\back\b|--quiet)", example), "it says nothing"


@pytest.mark.parametrize("example", [e for e in EXAMPLES if is_a_server(e)])
def test_an_example_that_runs_until_ctrl_c_works(example: str, folder: Path) -> None:
    assert GTASK is not None
    env = environment()
    env["PATH"] = f"{Path(GTASK).parent}:{env['PATH']}"
    process = subprocess.Popen(
        ["bash", "-c", f"exec {example}"], stdout=subprocess.PIPE, cwd=folder, env=env, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("export GCORE_BASE_URL=")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=STUCK_SECONDS)
    assert process.returncode in (0, 130)


@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_of_a_page_works(block: str, server: SandboxServer, folder: Path) -> None:
    ran = run(runnable(block), server, folder)
    assert ran.returncode == expected_status(block), ran.stderr


def test_a_readmes_blocks_are_found() -> None:
    readme = """
```sh
pip install x
gtask get ID | cat
```

```console
$ gtask get ID
output of gtask
```

```sh
make test
```

```text
gtask no example
```
"""
    assert blocks_in(readme) == ["gtask get ID | cat", "gtask get ID"]
    assert runnable("gtask watch ID1 ID2") == f"gtask watch {TASK} {OTHER}"


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "source <(gtask completion bash); complete -p gtask"),
        (
            "zsh",
            "autoload -U compinit; compinit -u -D; source <(gtask completion zsh);"
            " print $_comps[gtask]",
        ),
        ("fish", "gtask completion fish | source; complete -c gtask | head -n 3"),
    ],
)
def test_completion_is_set_up_as_its_help_says(shell: str, line: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert GTASK is not None
    env = environment()
    env["PATH"] = f"{Path(GTASK).parent}:{env['PATH']}"
    done = subprocess.run([shell, "-c", line], capture_output=True, env=env, text=True, check=True)
    assert "gtask" in done.stdout
    assert done.stderr == ""
