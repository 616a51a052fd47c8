"""The way to the API: the proxy, and which certificates are trusted."""

import os
import ssl
from pathlib import Path

import pytest

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.network import Proxy, proxy_for, tls_context

API = "https://api.example.com"
PROXY = {"HTTPS_PROXY": "http://proxy.example:3128"}


@pytest.mark.parametrize(
    ("url", "exceptions", "expected"),
    [
        (API, "example.com", True),
        (API, ".example.com", True),
        (API, "other.com, API.Example.com", True),
        (API, "ample.com", False),
        (API, "api.example.com:443", True),
        (f"{API}:443/prefix", "api.example.com:443", True),
        (f"{API}:", "api.example.com:443", True),
        (API, "api.example.com:8443", False),
        (f"{API}:8443", "api.example.com:8443", True),
        (API, "*", True),
        (API, "[::1],fe80::/10,[::1]:8080,host:abc,://", False),
        (API, "[::,:,%,\\,\x00,api.example.com", True),  # what cannot be read is skipped
        (API, "", False),
        ("https://10.1.2.3", "10.1.2.3", True),
        ("https://10.1.2.3", "10.1.2.4,example.com", False),
        ("https://[::1]", "[::1]", True),
        ("https://[::1]:8443", "[::1]:443", False),
    ],
)
def test_what_is_reached_without_a_proxy(url: str, exceptions: str, expected: bool) -> None:
    assert (proxy_for(url, {**PROXY, "NO_PROXY": exceptions}) is None) is expected


def test_the_lower_case_variable_comes_first_and_a_bare_host_is_http() -> None:
    env = {"HTTPS_PROXY": "http://upper:1", "https_proxy": "lower:2", "ALL_PROXY": "http://all:3"}
    assert proxy_for(API, env) == Proxy("http://lower:2", "https_proxy")
    assert proxy_for(API, {**env, "https_proxy": ""}) == Proxy("http://all:3", "ALL_PROXY")
    assert proxy_for("http://localhost", env) is None
    assert proxy_for(API, {**env, "no_proxy": "example.com"}) is None
    assert proxy_for(API, {**env, "no_proxy": "", "NO_PROXY": "example.com"}) is not None
    assert proxy_for(API, {}) is None


@pytest.mark.parametrize("value", ["http://127.0.0.1:abc", "ftp://x:1", "http://", "http://x:0"])
def test_a_wrong_proxy_names_its_variable(value: str) -> None:
    with pytest.raises(UsageError, match="ALL_PROXY is not the URL of a proxy"):
        proxy_for(API, {"ALL_PROXY": value})


def test_a_password_is_not_in_the_name() -> None:
    proxy = proxy_for(API, {"HTTPS_PROXY": "http://me:secret@proxy.example:3128"})
    assert proxy is not None
    assert proxy.name == "the proxy proxy.example:3128 (from HTTPS_PROXY)"


@pytest.mark.parametrize("has_roots", [True, False])
def test_without_a_setting_the_systems_authorities_are_trusted_or_else_certifis(
    has_roots: bool, authority_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where OpenSSL looks for those of the system.
    monkeypatch.setenv("SSL_CERT_FILE", authority_file if has_roots else str(tmp_path / "nowhere"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    context = tls_context("", "")
    names = str(context.get_ca_certs())
    assert ("trustme" in names, "DigiCert Inc" in names) == (has_roots, not has_roots)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_authorities_of_folders_are_trusted_and_no_others(
    authority_file: str, tmp_path: Path
) -> None:
    # Those of a folder are looked up when they are needed, by a hash of their names.
    folders = f"{tmp_path / 'nowhere'}{os.pathsep}{tmp_path}"
    assert tls_context("", folders).get_ca_certs() == []
    both = tls_context(authority_file, folders)
    assert len(both.get_ca_certs()) == 1
    with pytest.raises(UsageError) as caught:
        tls_context("", authority_file)
    assert caught.value.message == f"SSL_CERT_DIR names no folder: {authority_file!r}"


def test_a_certificate_that_is_damaged_costs_only_itself(authority_file: str) -> None:
    file = Path(authority_file)
    good = file.read_text()
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    for bad in (f"{begin}\nMII\n{end}\n", f"{begin}\n!!!!\n{end}\n", good.replace("M", "N")):
        file.write_bytes(f"# \xe9\n{bad}{good}{bad}".encode("latin-1"))
        assert len(tls_context(authority_file, "").get_ca_certs()) == 1
