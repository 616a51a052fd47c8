"""The proxy on the way to the API."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.proxy import Proxy, proxy_for

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


@given(st.text(max_size=40))
def test_no_exception_breaks_it(exceptions: str) -> None:
    proxy_for(API, {**PROXY, "NO_PROXY": exceptions})


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
