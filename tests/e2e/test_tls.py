"""What can be wrong with TLS ends a wait at once, and client certificates are shown."""

import ssl
from pathlib import Path

import pytest
import trustme

from gcore_tasks_cli.sandbox.server import SandboxServer
from tests.e2e.harness import TASK, gtask, sandbox, task
from tests.servers.rare_faults import scenario_of


def test_https_at_an_http_port_ends_a_wait_at_once() -> None:
    with sandbox(tasks=[task()]) as server:
        url = server.base_url.replace("http:", "https:")
        ran = gtask(server, "watch", TASK, env={"GCORE_BASE_URL": url})
    assert ran.status == 5
    assert "does not speak TLS\nhint: is it an http port? Its URL says https\n" in ran.err


def test_a_client_certificate_is_shown_where_it_is_demanded(tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    client = authority.issue_cert("client@example.org")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    client.cert_chain_pems[0].write_to_path(str(tmp_path / "client.pem"))
    client.private_key_pem.write_to_path(str(tmp_path / "client.key"))
    env = {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    with SandboxServer(scenario_of(tasks=[task()]), ssl_context=tls) as server:
        without = gtask(server, "watch", TASK, env=env)
        env["SSL_CLIENT_CERT"] = str(tmp_path / "client.pem")
        env["SSL_CLIENT_KEY"] = str(tmp_path / "client.key")
        shown = gtask(server, "watch", TASK, env=env)
    assert without.status == 5
    assert "demands a client certificate\nhint: SSL_CLIENT_CERT names" in without.err
    assert shown.status == 0


@pytest.mark.parametrize("name", ["SSL_CLIENT_CERT", "SSL_CLIENT_KEY"])
def test_a_client_certificate_that_is_missing_names_its_variable(name: str) -> None:
    ran = gtask(None, "get", TASK, env={"GCORE_API_KEY": "k", name: "missing.pem"})
    assert ran.status == 2
    assert f"{name} names no file: 'missing.pem'" in ran.err
