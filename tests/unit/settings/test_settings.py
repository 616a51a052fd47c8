"""Settings: what is taken, and what is refused before anything is sent."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.settings import (
    Settings,
    default_timeout,
    find_base_url,
    variable,
)

NAME = "GCORE_BASE_URL"


def settings_of(env: Mapping[str, str]) -> Settings:
    return Settings.of(env)


def base_url(url: str) -> str:
    return find_base_url({NAME: url})


@pytest.mark.parametrize(
    "url",
    ["https://api.gcore.com", "https://api.gcore.com/", "http://localhost:8080", "http://[::1]:80",
     "http://127.0.0.1", "http://127.255.0.9:1/prefix", "https://[2001:db8::1]:443"],
)  # fmt: skip
def test_good_base_urls(url: str) -> None:
    assert base_url(f" {url}\n") == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://api.gcore.com", "http://127.0.0.1.evil.com", "http://localhost.evil.com", "ftp://x",
     "api.gcore.com", "https://", "https:///x", "https://u:p@x", "http://localhost\\@evil.com",
     "https://a b", "https://a\tb", "https://x?q=1", "https://x#f", "https://[::",
     "https://x:abc", "http://0.0.0.0", "http://127.1", "http://2130706433", "https://x?", "//x"],
)  # fmt: skip
def test_bad_base_urls(url: str) -> None:
    with pytest.raises(UsageError, match=NAME):
        base_url(url)


@given(st.text(max_size=60) | st.text(max_size=60).map("https://{}".format))
def test_no_url_breaks_it(url: str) -> None:
    try:
        assert base_url(url).startswith(("http://", "https://"))
    except UsageError as error:
        assert error.message


IS_NO_URL = "is not an http or https URL, or holds a user name, password or query"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        *dict.fromkeys(
            ("https://a b", "https://a\x00b", "https://x\\y", "https://u@x", "https://:p@x",
             "https://@x", "https://u:p@[::", "https://x?q", "https://x#", "https://[::",
             "https://[::1]x:80", "https://x:abc", "https://x:0", "https://x:65536",
             "https://x:\u0663", "ftp://localhost", "https://a%b", "https://x/\x85x"),
            IS_NO_URL,
        ).items(),
        ("http://example.com", "is plain http to example.com: the key"),
        ("http://127.0.0.256", "is plain http to 127.0.0.256"),
        ("http://x127.0.0.1", "is plain http to x127.0.0.1"),
        ("http://\uff4cocalhost", "is plain http to \uff4cocalhost"),
        ("http://127.0.0.\u0661", "is plain http to 127.0.0.\u0661"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_base_url_is_named_without_a_password(url: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        base_url(url)
    assert caught.value.message.startswith(f"GCORE_BASE_URL {message}")
    assert "p@" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    ["https://x:1", "https://x:65535", "https://x:", "https://" + "a" * 63 + ".example",
     "http://LOCALHOST", "https://x/a//X"],
)  # fmt: skip
def test_unusual_base_urls_that_are_good(url: str) -> None:
    assert base_url(url + "//") == url


EATEN = "was the '$' of the key eaten by the shell? Set it in single quotes: export GCORE_API_KEY='"
UNKNOWN = "is the key right, and still valid? It is from GCORE_API_KEY"


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        *(
            (key, UNKNOWN)
            for key in ("1234_abcdef", "1234$abcdef", "1234-other", "xeyJh.eyJz.c2ln")
        ),
        *((key, EATEN) for key in ("1234", "1234abcdef", "1234c5")),
        ("eyJhbGci.eyJzdWI.c2ln", "GCORE_API_KEY holds the Bearer token of a login"),
    ],
)
def test_what_to_look_at_when_the_key_is_refused(key: str, hint: str) -> None:
    assert (Settings(key).hint(401) or "").startswith(hint)
    assert "a file" in (Settings("1234_abcdef", key_source="a file").hint(401) or "")


def test_a_base_url_that_ends_in_cloud_is_what_is_wrong_where_nothing_is_found() -> None:
    settings = Settings("k", "https://api.gcore.com/cloud")
    assert "GCORE_BASE_URL ends in /cloud" in (settings.hint(404) or "")
    assert settings.hint(403) is Settings("k").hint(404) is None


def test_custom_headers_are_read_as_the_official_sdk_reads_them() -> None:
    text = "X-One: a: b\nno header\n  X-Two :\t c \r\n\nX-Empty:"
    settings = settings_of({"GCORE_API_KEY": "k", "GCORE_CUSTOM_HEADERS": text})
    assert settings.headers == (("X-One", "a: b"), ("X-Two", "c"), ("X-Empty", ""))
    assert "secret-value" in Settings("k", headers=(("X", "secret-value"),)).secrets


@pytest.mark.parametrize(
    "text",
    ["Authorization: x", "HOST:x", "content-length : 1", "Accept-Encoding: br", ": x", "X Y: z",
     "X: a\x00b", "X: a\tb", "X: \u00e9", "X\u00e9: a"],
)  # fmt: skip
def test_a_header_that_cannot_be_set_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="GCORE_CUSTOM_HEADERS holds a header that cannot be set"):
        settings_of({"GCORE_API_KEY": "k", "GCORE_CUSTOM_HEADERS": f"Good: x\n{text}"})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("", 7200.0), ("0", 7200.0), (" 90 ", 90.0), ("2.5", 2.5), ("-1", None), ("soon", None)],
)
def test_the_default_of_the_timeout_is_that_of_the_official_sdk(
    value: str, seconds: float | None
) -> None:
    env = {"GCORE_POLLING_TIMEOUT_SECONDS": value}
    if seconds is not None:
        assert default_timeout(env) == seconds
        return
    with pytest.raises(UsageError, match="GCORE_POLLING_TIMEOUT_SECONDS"):
        default_timeout(env)


def test_what_is_said_of_the_way_to_the_api() -> None:
    settings = Settings("k", "https://api.example.com:8443/prefix")
    assert (settings.host, settings.uses_tls) == ("api.example.com:8443", True)
    assert repr(settings) == "Settings('https://api.example.com:8443/prefix')"
    assert not Settings("k", "http://localhost").uses_tls


def test_certificates_are_those_of_the_usual_variables() -> None:
    env = {"GCORE_API_KEY": "k", "SSL_CERT_FILE": " a.pem ", "SSL_CERT_DIR": " "}
    settings = settings_of(env)
    assert (settings.ca_file, settings.ca_dir) == ("a.pem", "")


def test_the_proxy_is_that_of_the_url() -> None:
    env = {"GCORE_API_KEY": "k", "HTTPS_PROXY": "http://proxy.example:3128"}
    proxy = settings_of(env).proxy
    assert proxy is not None
    assert proxy.url == "http://proxy.example:3128"
    local = settings_of({**env, "GCORE_BASE_URL": "http://localhost"})
    assert (local.proxy, local.base_url) == (None, "http://localhost")


WITHDRAWN = {
    "GCORE_BASE_URL": "GCORE_API_URL",
    "GCORE_CLOUD_PROJECT_ID": "GCORE_CLOUD_PROJECT",
    "GCORE_CLOUD_REGION_ID": "GCORE_CLOUD_REGION",
}


@pytest.mark.parametrize("name", WITHDRAWN)
def test_a_variable_that_is_no_longer_read_is_refused_unless_gtasks_own_is_set(name: str) -> None:
    older = WITHDRAWN[name]
    for own in ({}, {name: " "}):
        with pytest.raises(UsageError) as caught:
            settings_of({"GCORE_API_KEY": "k", **own, older: "7"})
        assert caught.value.message == (
            f"{older} is set, which gtask no longer reads, and {name} is not"
        )
        assert caught.value.hint == f"set {name}, or unset {older}"
    value = "https://api.example.com" if name == "GCORE_BASE_URL" else "7"
    env = {"GCORE_API_KEY": "k", name: f" {value} ", older: "8"}
    assert settings_of(env).api_key == "k"
    assert variable(env, name) == value
    assert variable({older: " "}, name) == ""


def test_no_command_is_run_where_another_setting_is_refused(tmp_path: Path) -> None:
    env = {"GCORE_API_KEY_COMMAND": f"touch {tmp_path}/ran", "GCORE_API_URL": "https://x"}
    with pytest.raises(UsageError, match="GCORE_API_URL"):
        settings_of(env)
    assert not (tmp_path / "ran").exists()
