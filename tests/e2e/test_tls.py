"""What can be wrong with TLS ends a wait at once."""

import ssl
from pathlib import Path

import trustme

from tests.e2e.harness import TASK, gtask, sandbox, task
from tests.servers.sandbox import SandboxServer, scenario_of


def test_https_at_an_http_port_ends_a_wait_at_once() -> None:
    with sandbox(tasks=[task()]) as server:
        url = server.base_url.replace("http:", "https:")
        ran = gtask(server, "watch", TASK, env={"GCORE_BASE_URL": url})
    assert ran.status == 5
    assert "does not speak TLS\nhint: is it an http port? Its URL says https\n" in ran.err


def test_a_client_certificate_that_is_demanded_ends_a_wait_at_once(tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with SandboxServer(scenario_of(tasks=[task()]), ssl_context=tls) as server:
        ran = gtask(server, "watch", TASK, env={"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert ran.status == 5
    assert "demands a client certificate, which gtask does not support\n" in ran.err
