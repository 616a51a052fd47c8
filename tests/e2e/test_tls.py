"""What can be wrong with TLS ends a wait at once."""

import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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
    assert "hint: gtask speaks TLS 1.2 or newer, without a client certificate" in ran.err


@contextmanager
def served(certificate: Path, key: Path) -> Iterator[SandboxServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with SandboxServer(scenario_of(tasks=[task(age=9)]), ssl_context=tls) as server:
        yield server


@contextmanager
def trusting(folder: Path) -> Iterator[tuple[SandboxServer, Path]]:
    """A server, and the file of its authority."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    with SandboxServer(scenario_of(tasks=[task(age=9)]), ssl_context=tls) as server:
        yield server, file


def test_of_a_bundle_one_certificate_may_be_damaged(tmp_path: Path) -> None:
    with trusting(tmp_path) as (server, file):
        damaged = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
        file.write_text(damaged + file.read_text())
        ran = gtask(server, "get", TASK, env={"SSL_CERT_FILE": str(file)})
    assert (ran.status, ran.err) == (0, "")


def test_an_intermediate_authority_may_be_trusted_without_its_root(tmp_path: Path) -> None:
    authority, tls = trustme.CA().create_child_ca(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with SandboxServer(scenario_of(tasks=[task(age=9)]), ssl_context=tls) as server:
        ran = gtask(server, "get", TASK, env={"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert (ran.status, ran.err) == (0, "")


def test_certificates_may_be_in_several_folders(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    with trusting(tmp_path) as (server, file):
        name = subprocess.run(
            [openssl, "x509", "-noout", "-hash", "-in", str(file)],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        (tmp_path / "empty").mkdir()
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / f"{name}.0").write_bytes(file.read_bytes())
        folders = os.pathsep.join(str(tmp_path / each) for each in ("empty", "full", "nowhere"))
        ran = gtask(server, "get", TASK, env={"SSL_CERT_DIR": folders})
    assert (ran.status, ran.err) == (0, "")


def test_an_authority_without_key_identifiers_is_trusted(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An Old Authority")])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .public_key(key.public_key())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=9))
    )
    is_authority = x509.BasicConstraints(ca=True, path_length=None)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificates = (
        builder.subject_name(x509.Name([])).serial_number(2).add_extension(names, critical=True),
        builder.subject_name(name).serial_number(1).add_extension(is_authority, critical=False),
    )
    files = [tmp_path / "server.pem", tmp_path / "ca.pem"]
    for file, certificate in zip(files, certificates, strict=True):
        signed = certificate.sign(key, hashes.SHA256())
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    strict = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    with served(tmp_path / "server.pem", tmp_path / "key.pem") as server:
        port = int(server.base_url.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            strict.wrap_socket(plain, server_hostname="127.0.0.1")
        # Python 3.13 is as strict by default, 3.11 is made to be.
        site = tmp_path / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(STRICT)
        env = {"SSL_CERT_FILE": str(tmp_path / "ca.pem"), "PYTHONPATH": str(site)}
        ran = gtask(server, "get", TASK, env=env)
    assert (ran.status, ran.err) == (0, "")


STRICT = """
import ssl
create = ssl.create_default_context
def strict(*args, **kwargs):
    context = create(*args, **kwargs)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context
ssl.create_default_context = strict
"""
