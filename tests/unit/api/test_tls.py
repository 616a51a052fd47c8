"""Which certificates are trusted."""

import ssl
from pathlib import Path

import pytest

from gcore_tasks_cli.api.tls import tls_context
from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.settings import Settings
from tests.unit.api.certificates import AUTHORITY


@pytest.fixture
def authority_file(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(autouse=True)
def openssls_own(authority_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenSSL looks if nothing else is named."""
    monkeypatch.setenv("SSL_CERT_FILE", authority_file)


def test_without_a_setting_the_well_known_authorities_are_trusted() -> None:
    context = tls_context(Settings("k"))
    assert "DigiCert Inc" in str(context.get_ca_certs())
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_authorities_of_a_file_are_trusted_and_no_others(authority_file: str) -> None:
    context = tls_context(Settings("k", ca_file=authority_file))
    (authority,) = context.get_ca_certs()
    assert "trustme" in str(authority)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_authorities_of_a_folder_are_trusted_and_no_others(
    authority_file: str, tmp_path: Path
) -> None:
    # Those of a folder are looked up when they are needed, by a hash of their names.
    assert tls_context(Settings("k", ca_dir=str(tmp_path))).get_ca_certs() == []
    both = tls_context(Settings("k", ca_file=authority_file, ca_dir=str(tmp_path)))
    assert len(both.get_ca_certs()) == 1


def test_a_file_that_holds_no_certificate_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("hello")
    with pytest.raises(UsageError) as caught:
        tls_context(Settings("k", ca_file=str(file)))
    assert caught.value.message == "SSL_CERT_FILE holds no certificate in PEM format"


def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "SSL_CERT_FILE, SSL_CERT_DIR or SSLKEYLOGFILE"
    with pytest.raises(UsageError) as caught:
        tls_context(Settings("k", ca_file=str(tmp_path / "nowhere")))
    assert caught.value.message == f"cannot use {names}: No such file or directory"
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        tls_context(Settings("k"))
    assert caught.value.message == f"cannot use {names}: Is a directory"
