"""A wrong setting ends a command before anything is sent; help shows which are in effect."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import TASK, gtask, sandbox, task
from tests.servers.prepared import answer, prepared

KEY = "1234$abcdefghijk"
WITHDRAWN = {
    "GCORE_API_URL": "GCORE_BASE_URL",
    "GCORE_CLOUD_PROJECT": "GCORE_CLOUD_PROJECT_ID",
    "GCORE_CLOUD_REGION": "GCORE_CLOUD_REGION_ID",
}


def shown(**env: str) -> str:
    """What `gtask help environment` shows of the settings in effect, on one line."""
    ran = gtask(None, "help", "environment", env={"COLUMNS": "200", **env})
    assert (ran.status, ran.err) == (0, "")
    return " ".join(ran.out.partition("In effect now:\n")[2].split())


@pytest.mark.parametrize("older", WITHDRAWN)
def test_a_variable_that_is_no_longer_read_ends_every_command(older: str) -> None:
    own = WITHDRAWN[older]
    with sandbox(tasks=[task(age=9)]) as server:
        env = {older: server.base_url if own == "GCORE_BASE_URL" else "1234"}
        unset = {own: ""}
        for command in (("get", TASK), ("list",), ("watch", "--active"), ("ack", "--all", "--yes")):
            ran = gtask(server, *command, env={**env, **unset})
            assert (ran.status, ran.out) == (2, "")
            assert f"{older} is set, which gtask no longer reads, and {own} is not\n" in ran.err
        assert not server.requests
        value = server.base_url if own == "GCORE_BASE_URL" else "1234"
        assert gtask(server, "get", TASK, env={**env, own: value}).status == 0
    assert f"wrong: {older} is set" in shown(GCORE_API_KEY=KEY, **env)


@pytest.mark.measured
def test_the_option_that_chose_a_profile_is_unknown() -> None:
    ran = gtask(None, "list", "--profile", "work", env={"GCORE_API_KEY": KEY})
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "gtask: list has no option '--profile'\n"
        "hint: gtask no longer reads a configuration file, but variables: gtask help environment\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="HOME is not the home folder")
def test_a_configuration_file_is_no_longer_read(tmp_path: Path) -> None:
    file = tmp_path / ".gcorecli" / "config.yaml"
    file.parent.mkdir()
    file.write_text(f"api-key: {KEY}\ncloud-project: 77\n")
    ran = gtask(None, "list", env={"HOME": str(tmp_path)})
    assert ran.status == 2
    assert ran.err.startswith(f"gtask: GCORE_API_KEY is not set, and {file} is no longer read\n")
    with sandbox(tasks=[task(age=9)]) as server:
        assert gtask(server, "list", "--ids", env={"HOME": str(tmp_path)}).out == f"{TASK}\n"
        assert "project_id" not in server.requests[0][2]


def test_the_settings_in_effect_are_shown_without_the_key() -> None:
    text = shown(
        GCORE_API_KEY=KEY,
        GCORE_BASE_URL="http://h.example",
        GCORE_CLOUD_PROJECT_ID="7",
        GCORE_CLOUD_REGION_ID="x y",
        GTASK_PROGRESS="plain",
    )
    for part in (
        "API key set, from GCORE_API_KEY base URL",
        "base URL wrong: GCORE_BASE_URL is plain http to h.example",
        "project 7, from GCORE_CLOUD_PROJECT_ID region",
        "region wrong: GCORE_CLOUD_REGION_ID is not a number: 'x y'",
        "trusted certificates those of the system",
        "progress plain, from GTASK_PROGRESS",
    ):
        assert part in text
    assert KEY not in text
    text = shown(HTTPS_PROXY="http://me:secret@proxy.example:3128")
    for part in (
        "API key wrong: GCORE_API_KEY is not set",
        "base URL https://api.gcore.com, the default",
        "project all of them, the default",
        "proxy proxy.example:3128 (from HTTPS_PROXY)",
        "progress auto, the default",
    ):
        assert part in text


@pytest.mark.measured
def test_a_certificate_that_cannot_be_used_is_shown_as_wrong(tmp_path: Path) -> None:
    path = tmp_path / "cert.pem"
    path.write_text("no certificate")
    assert "wrong: SSL_CERT_FILE holds no certificate in PEM format" in shown(
        SSL_CERT_FILE=str(path)
    )
    assert f"{tmp_path}, from SSL_CERT_DIR" in shown(SSL_CERT_DIR=str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_no_pipe_is_read_to_show_the_settings(tmp_path: Path) -> None:
    if sys.platform != "win32":  # for mypy
        os.mkfifo(tmp_path / "key")
    assert "not read by this page" in shown(GCORE_API_KEY_FILE=str(tmp_path / "key"))


@pytest.mark.measured
def test_no_command_is_run_to_show_the_settings(tmp_path: Path) -> None:
    text = shown(GCORE_API_KEY_COMMAND=f"touch {tmp_path / 'ran'}")
    assert "not read by this page" in text
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GCORE_BASE_URL", f"https://x/{KEY}"),
        ("GCORE_CLOUD_PROJECT_ID", KEY),
        ("SSL_CERT_FILE", f"/tmp/{KEY}"),
        ("GTASK_PROGRESS", KEY),
    ],
)
def test_a_key_in_the_wrong_place_is_not_shown(name: str, value: str) -> None:
    text = shown(GCORE_API_KEY=KEY, **{name: value})
    assert KEY not in text
    assert "***" in text


@pytest.mark.parametrize("name", ["GCORE_API_KEY_FILE", "GCORE_API_KEY_COMMAND"])
def test_a_key_in_place_of_what_gives_it_is_not_shown(name: str) -> None:
    assert KEY not in shown(**{name: KEY})
    ran = gtask(None, "list", env={name: KEY})
    assert ran.status == 2
    assert KEY[5:] not in ran.err
    assert "hint: it names a " in ran.err


def test_every_request_carries_the_custom_headers_and_no_output_shows_them() -> None:
    env = {"GCORE_API_KEY": KEY, "GCORE_CUSTOM_HEADERS": "X-Team: secret-team\nno header\nX-B:c"}
    document = json.dumps({"id": TASK, "state": "FINISHED", "error": "is it secret-team?"})
    with prepared(answer("", "503 Busy"), answer(document)) as server:
        ran = gtask(None, "get", TASK, "-v", env={**env, "GCORE_BASE_URL": server.url})
    assert [(a.headers["x-team"], a.headers["x-b"]) for a in server.asked] == [
        ("secret-team", "c")
    ] * 2
    assert ran.status == 0
    assert "secret-team" not in ran.out + ran.err
    assert "custom headers X-Team, X-B " in shown(**env)
    refused = gtask(
        None, "get", TASK, env={**env, "GCORE_CUSTOM_HEADERS": "Authorization: mine-own"}
    )
    assert refused.status == 2
    assert "GCORE_CUSTOM_HEADERS holds a header that cannot be set: 'Authorization'" in refused.err
    assert "mine-own" not in refused.err


@pytest.mark.parametrize("command", [("watch",), ("resources", "--wait")])
@pytest.mark.measured
def test_the_timeout_of_the_official_sdk_is_the_default(command: tuple[str, ...]) -> None:
    with sandbox(tasks=[task(ends="NEVER")]) as server:
        env = {"GCORE_POLLING_TIMEOUT_SECONDS": "1"}
        ran = gtask(server, *command, TASK, env=env)
        assert ran.status == 124
        assert "not finished after 1 s" in ran.err
        wrong = gtask(server, *command, TASK, env={"GCORE_POLLING_TIMEOUT_SECONDS": "soon"})
    assert wrong.status == 2
    assert "GCORE_POLLING_TIMEOUT_SECONDS: 'soon' is not a duration" in wrong.err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_a_key_file_that_everybody_can_read_gets_one_note(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("1234_abcdef")
    with sandbox(tasks=[task(age=9)], api_key="1234_abcdef") as server:
        env = {"GCORE_API_KEY": "", "GCORE_API_KEY_FILE": str(file)}
        file.chmod(0o644)
        noted, quiet = (gtask(server, *of, TASK, env=env) for of in (["get"], ["watch", "-q"]))
        file.chmod(0o600)
        private = gtask(server, "get", TASK, env=env)
    assert (
        noted.err == f"gtask: everybody can read the file in GCORE_API_KEY_FILE: chmod 600 {file}\n"
    )
    assert (quiet.err, private.err) == ("", "")
    assert noted.status == quiet.status == private.status == 0


@pytest.mark.measured
def test_where_no_key_is_set_every_way_to_set_one_is_named() -> None:
    ran = gtask(None, "list", env={})
    for way in ("https://portal.gcore.com", "export GCORE_API_KEY='…'", "GCORE_API_KEY_FILE",
                "GCORE_API_KEY_COMMAND", "gtask sandbox"):  # fmt: skip
        assert way in ran.err
