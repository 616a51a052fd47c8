"""What gtask knows of a mistake, it says: each hint where it helps, and only there."""

import ssl
from pathlib import Path

import pytest
import trustme

from gcore_tasks_cli.sandbox.scenario import parse_scenario
from tests.e2e.harness import ENOUGH, OTHER, TASK, gtask, sandbox, task
from tests.servers.sandbox import SandboxServer

LOGIN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def refused(key: str, said: str = "Unauthorized", **env: str) -> str:
    no = {"do": "status", "status": 401, "body": {"message": said}}
    with sandbox(faults=[no]) as server:
        ran = gtask(server, "get", TASK, env={"GCORE_API_KEY": key, **env})
    assert ran.status == 3
    return ran.err.splitlines()[-1]


@pytest.mark.parametrize("message", ["Bad permanent token: 1234", "Token is invalid or expired"])
def test_401_the_shell_may_have_eaten_a_dollar_only_where_it_can_be_seen(message: str) -> None:
    for remains in ("1234", "1234abcdef"):  # of 1234$abcdef and 1234$5abcdef
        assert "eaten by the shell" in refused(remains, message)
        assert "single quotes" in refused(remains, message)
    for key in ("1234_abcdef", "1234$abc", "another-key"):
        assert refused(key, message) == (
            "hint: is the key right, and still valid? It is from GCORE_API_KEY"
        )


def test_401_the_token_of_a_login_is_no_key() -> None:
    hint = refused(LOGIN)
    assert "Bearer token" in hint
    assert LOGIN not in hint


def test_a_key_with_its_scheme_is_told_before_anything_is_sent() -> None:
    ran = gtask(None, "get", TASK, env={"GCORE_API_KEY": f"Bearer {LOGIN}"})
    assert ran.status == 2
    assert "hint: give the bare key" in ran.err
    assert LOGIN not in ran.err


@pytest.mark.parametrize("command", ["get", "watch", "resources", "ack"])
def test_404_the_task_may_be_another_accounts(command: str) -> None:
    with sandbox(tasks=[task()]) as server:
        ran = gtask(server, command, OTHER)
    assert ran.status == 4
    assert "and of this account?" in ran.err


@pytest.mark.parametrize("arguments", [("watch",), ("watch", "--quiet"), ("resources",)])
def test_a_quota_error_has_a_hint(arguments: tuple[str, ...]) -> None:
    error = "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"
    with sandbox(tasks=[task(age=9, lasts=1, ends="ERROR", error=error)]) as server:
        ran = gtask(server, *arguments, TASK)
    assert ran.status == 1
    assert "hint: the quota is exceeded: delete what is no longer needed" in ran.err


def test_a_timeout_tells_how_to_go_on_and_what_is_usual() -> None:
    never = task(task_type="create_k8s_cluster_v2", ends="NEVER")
    with sandbox(tasks=[never, task(OTHER, ends="NEVER")]) as server:
        ran = gtask(server, "watch", TASK, OTHER, "--timeout", ENOUGH, "--interval", "0.1")
    assert ran.status == 124
    assert ", usually 5–20 m\n" in ran.err
    assert f"hint: to go on waiting: gtask watch {TASK} {OTHER}" in ran.err


def over_tls(
    authority: trustme.CA, name: str, folder: Path, *, trusted: bool, **times: object
) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **times).configure_cert(context)  # type: ignore[arg-type]
    env = {}
    if trusted:
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        env["SSL_CERT_FILE"] = str(folder / "ca.pem")
    with SandboxServer(parse_scenario("{}"), ssl_context=context) as server:
        url = server.base_url.replace("127.0.0.1", "localhost")
        ran = gtask(None, "get", TASK, env={"GCORE_BASE_URL": url, "GCORE_API_KEY": "k", **env})
    assert ran.status == 5, ran.err
    return ran.err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["watch", "a1,b2", "--json", "-i", "0.5", "--fail-fast"],
            f"gtask watch a1 b2 --json --interval 0.5 --timeout {ENOUGH} --fail-fast",
        ),
        (["watch", "--any", "--", "-x1"], f"gtask watch --timeout {ENOUGH} --any -- -x1"),
        (
            ["resources", "vm-1", "--wait", "--type", "instances", "--any"],
            f"gtask resources vm-1 --wait --type instances --timeout {ENOUGH} --any",
        ),
    ],
)
def test_the_command_to_resume_asks_for_the_same_and_is_fit_for_a_shell(
    arguments: list[str], line: str
) -> None:
    tasks = [task(task_id, ends="NEVER") for task_id in ("a1", "b2", "-x1", "vm-1")]
    with sandbox(tasks=tasks) as server:
        command, *rest = arguments
        ran = gtask(server, command, "--timeout", ENOUGH, *rest)
    assert ran.status == 124
    assert f"hint: to go on waiting: {line}\n" in ran.err


def test_a_failure_in_a_log_has_its_request_id() -> None:
    fields = {"request_id": "req-7"}
    with sandbox(tasks=[task(ends="ERROR", error="no", lasts=0, document=fields)]) as server:
        ran = gtask(server, "watch", TASK)
    assert "request ID for support: req-7\n" in ran.err


def test_an_unknown_authority_is_named_in_ssl_cert_file(tmp_path: Path) -> None:
    err = over_tls(trustme.CA(), "localhost", tmp_path, trusted=False)
    assert "hint: if a proxy has an authority of its own, name its file in SSL_CERT_FILE" in err


def test_a_certificate_for_another_name_is_another_mistake(tmp_path: Path) -> None:
    err = over_tls(trustme.CA(), "example.org", tmp_path, trusted=True)
    assert "is GCORE_BASE_URL right?" in err
    assert "SSL_CERT_FILE" not in err


def test_an_expired_certificate_is_another_mistake(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    past = {
        "not_before": datetime(2020, 1, 1, tzinfo=UTC),
        "not_after": datetime(2020, 2, 1, tzinfo=UTC),
    }
    err = over_tls(trustme.CA(), "localhost", tmp_path, trusted=True, **past)
    assert "clock is wrong" in err
