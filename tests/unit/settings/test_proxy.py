"""The proxy on the way to the API, as curl would choose it."""

import pytest

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.proxy import Proxy, is_excepted, proxy_for

API = "https://api.example.com"


@pytest.mark.parametrize(
    ("host", "exceptions", "expected"),
    [
        ("api.example.com", "example.com", True),
        ("api.example.com", ".example.com", True),
        ("api.example.com", "*.example.com", True),
        ("api.example.com", "other.com, API.Example.com", True),
        ("api.example.com", "ample.com", False),
        ("api.example.com", "api.example.com:443", True),
        ("api.example.com", "api.example.com:8443", False),
        ("api.example.com", "*", True),
        ("api.example.com", "[::1],fe80::/10,[::1]:8080,host:abc,://", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.4,192.168.0.0/16,example.com", False),
        ("fd00::1", "fd00::/8", True),
        ("::1", "[::1]", True),
        ("::1", "[::1]:443", True),
        ("::1", "[::1]:80", False),
        ("xn--bcher-kva.example", "bücher.example", True),
        ("api.example.com", "", False),
    ],
)
def test_what_is_reached_without_a_proxy(host: str, exceptions: str, expected: bool) -> None:
    assert is_excepted(host, 443, exceptions) is expected


def test_the_lower_case_variable_comes_first_and_a_bare_host_is_http() -> None:
    env = {"HTTPS_PROXY": "http://upper:1", "https_proxy": "lower:2", "ALL_PROXY": "http://all:3"}
    assert proxy_for(API, env) == Proxy("http://lower:2", "https_proxy")
    assert proxy_for("http://localhost", env) is None
    assert proxy_for(API, {**env, "no_proxy": "example.com"}) is None
    assert proxy_for(API, {}) is None


@pytest.mark.parametrize("value", ["http://127.0.0.1:abc", "ftp://x:1", "http://", "http://x:0"])
def test_a_wrong_proxy_names_its_variable(value: str) -> None:
    with pytest.raises(UsageError, match="ALL_PROXY is not the URL of a proxy"):
        proxy_for(API, {"ALL_PROXY": value})


def test_a_password_is_not_in_the_name() -> None:
    proxy = proxy_for(API, {"HTTPS_PROXY": "http://me:secret@proxy.example:3128"})
    assert proxy is not None
    assert proxy.name == "the proxy proxy.example:3128 (from HTTPS_PROXY)"
