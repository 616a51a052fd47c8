"""gcore-cli's configuration file: who has set up gcore-cli needs to set up nothing."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from gcore_tasks_cli.sandbox.server import SandboxServer
from tests.e2e.harness import TASK, Ran, gtask, sandbox, task

KEY = "1234$abcdefghijk"


def run(home: Path, *arguments: str, **env: str) -> Ran:
    return gtask(None, *arguments, env={"HOME": str(home), "GCORE_CONFIG": "", **env})


def written(home: Path, text: str, mode: int = 0o600) -> Path:
    folder = home / ".gcorecli"
    folder.mkdir(exist_ok=True)
    path = folder / "config.yaml"
    path.write_text(text)
    path.chmod(mode)
    return path


def server(**more: Any) -> Any:
    return sandbox(tasks=[task(age=9, document={"project_id": 77})], api_key=KEY, **more)


def config_of(api: SandboxServer) -> str:
    return f"""\
profile: work
api-url: {api.base_url}
profiles:
  work: {{api-key: {KEY}, cloud-project: 77}}
  other: {{api-key: wrong-key-1234, cloud-project: 78}}
"""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="HOME is not the home folder")


def test_list_works_where_gcore_cli_is_set_up(tmp_path: Path) -> None:
    with server() as api:
        written(tmp_path, config_of(api))
        ran = run(tmp_path, "list", "--ids")
        other = run(tmp_path, "list", "--profile", "other")
        before = run(tmp_path, "get", TASK, "--profile", "other", GCORE_API_KEY=KEY)
        paths = [path for _, _, path in api.requests]
    assert (ran.status, ran.out, ran.err) == (0, f"{TASK}\n", "")
    assert "project_id=77" in paths[0]
    assert other.status == 3
    assert "api-key of profile 'other'" in other.err
    assert "project_id=78" in paths[1]
    assert before.status == 0
    assert "GCORE_API_KEY is set, and used before api-key" in before.err


def test_the_line_to_resume_names_the_profile(tmp_path: Path) -> None:
    with sandbox(tasks=[task(lasts=3600)], api_key=KEY) as api:
        written(tmp_path, config_of(api))
        ran = run(tmp_path, "watch", TASK, "--timeout", "0", "--profile", "work")
    assert ran.status == 124
    assert f"gtask watch {TASK} --profile work" in ran.err


def test_a_file_that_others_can_read_is_noted_once(tmp_path: Path) -> None:
    with server() as api:
        path = written(tmp_path, config_of(api), 0o644)
        ran = run(tmp_path, "get", TASK, "--json")
        quiet = run(tmp_path, "watch", TASK, "--quiet")
    assert ran.err == f"gtask: others can read {path}, which holds a key: chmod 600 it\n"
    assert (quiet.status, quiet.err) == (0, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("api-key: 'a secret", "is not valid YAML"),
        ("api-key: [secret]", "must be text"),
        ('api-key: "a\\u0007secret"', "holds a control or non-ASCII character"),
        ("api-key: Bearer secretsecret", "begins with 'bearer'"),
        ("{api-key: secret, api-url: 'http://example.com'}", "is plain http to example.com"),
        ("{api-key: secret, cloud-project: ten}", "cloud-project in"),
        ("{api-key: secret, profile: none}", "there is no profile 'none'"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    ran = run(tmp_path, "list")
    assert ran.status == 2
    assert said in ran.err
    assert str(path) in ran.err
    assert "secret" not in ran.err


def test_a_folder_and_an_unknown_profile(tmp_path: Path) -> None:
    folder = run(tmp_path, "list", GCORE_CONFIG=str(tmp_path))
    assert (folder.status, folder.err) == (2, f"gtask: cannot use {tmp_path}: it is not a file\n")
    nothing = run(tmp_path, "get", TASK, "--profile", "work", GCORE_API_KEY="k")
    assert nothing.status == 2
    assert "there is no profile 'work'" in nothing.err
    empty = run(tmp_path, "get", TASK, "--profile", "", GCORE_API_KEY="k")
    assert (empty.status, empty.err) == (
        2,
        "gtask: --profile is empty\nhint: is a variable empty?\n",
    )


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = written(tmp_path, "api-key: k", 0)
    ran = run(tmp_path, "list")
    assert (ran.status, ran.err) == (2, f"gtask: cannot read {path}: Permission denied\n")


def test_the_settings_in_effect_are_shown_without_the_key(tmp_path: Path) -> None:
    written(tmp_path, f"{{api-key: {KEY}, api-url: 'http://h.example', cloud-project: 7}}", 0o644)
    ran = run(tmp_path, "help", "environment", COLUMNS="200", GCORE_CLOUD_REGION="x y")
    assert ran.status == 0
    shown = " ".join(ran.out.partition("In effect now\n")[2].split())
    for text in (
        "set, from api-key in",
        "wrong: api-url in",
        "7, from cloud-project in",
        "wrong: GCORE_CLOUD_REGION is not a number: 'x y'",
        "profile 'default'; others can read",
    ):
        assert text in shown
    assert KEY not in ran.out
    broken = run(tmp_path, "help", "environment", COLUMNS="200", GCORE_CONFIG=str(tmp_path))
    assert "it is not a file" in " ".join(broken.out.split())


def test_a_certificate_that_cannot_be_used_is_shown_as_wrong(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    paths = dict.fromkeys(("SSL_CERT_FILE", "SSL_CLIENT_CERT"), str(tmp_path / "cert.pem"))
    ran = run(tmp_path, "help", "environment", COLUMNS="200", **paths)
    for name in paths:
        assert f"wrong: {name} holds no certificate in PEM format" in ran.out


def test_no_pipe_is_read_to_show_the_settings(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")
    ran = run(tmp_path, "help", "environment", GCORE_API_KEY_FILE=str(tmp_path / "key"))
    assert "it was not read for this page" in " ".join(ran.out.split())


def test_what_is_wrong_for_the_same_reason_is_explained_once(tmp_path: Path) -> None:
    broken = run(tmp_path, "help", "environment", COLUMNS="200", GCORE_CONFIG=str(tmp_path))
    assert broken.out.count("it is not a file") == 1
    assert "wrong, for the same reason" in broken.out
    unknown = run(tmp_path, "help", "environment", "--profile", "nix")
    assert (unknown.status, unknown.out) == (2, "")


def test_keys_of_the_file_that_mean_nothing_are_named(tmp_path: Path) -> None:
    written(tmp_path, f"{{api-key: {KEY}, profiles: {{default: {{project: 7}}}}, zone: 3}}")
    ran = run(tmp_path, "help", "environment", COLUMNS="200")
    assert "profile 'default'; not read: project, zone" in " ".join(ran.out.split())


def test_a_key_command_that_is_not_there_is_shown_as_wrong(tmp_path: Path) -> None:
    ran = run(tmp_path, "help", "environment", COLUMNS="200", GCORE_API_KEY_COMMAND="no-such x")
    assert "wrong: there is no program 'no-such'" in ran.out


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GCORE_API_KEY_COMMAND", KEY),
        ("GCORE_BASE_URL", f"https://x/{KEY}"),
        ("SSL_CERT_FILE", f"/tmp/{KEY}"),
        ("GTASK_PROGRESS", KEY),
        ("GCORE_API_KEY_FILE", f"/{'x' * 300}"),
    ],
)
def test_a_key_in_the_wrong_place_is_not_shown(tmp_path: Path, name: str, value: str) -> None:
    ours = {} if name.startswith("GCORE_API_KEY") else {"GCORE_API_KEY": KEY}
    ran = run(tmp_path, "help", "environment", COLUMNS="200", **ours, **{name: value})
    assert ran.status == 0
    assert KEY not in ran.out
    assert "wrong: " in ran.out or "***" in ran.out


def test_a_key_without_the_space_before_it_is_no_unread_one(tmp_path: Path) -> None:
    written(tmp_path, f"{{api-key:{KEY}}}")
    ran = run(tmp_path, "help", "environment", COLUMNS="200")
    assert ran.status == 0
    assert KEY not in ran.out


def test_no_command_is_run_to_show_the_settings(tmp_path: Path) -> None:
    command = f"touch {tmp_path / 'ran'}"
    ran = run(tmp_path, "help", "environment", GCORE_API_KEY_COMMAND=command)
    assert "it was not run for this page" in " ".join(ran.out.split())
    assert not (tmp_path / "ran").exists()


def test_the_sandbox_is_not_narrowed_by_the_file(tmp_path: Path) -> None:
    written(tmp_path, f"{{api-key: {KEY}, cloud-project: 77777}}")
    ran = run(tmp_path, "sandbox", "--", *command_of("list", "--ids"))
    assert ran.status == 0
    assert ran.out


def command_of(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gcore_tasks_cli", *arguments]
