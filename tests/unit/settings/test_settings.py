"""Settings: what is taken, and what is refused before anything is sent."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.settings import (
    Settings,
    find_base_url,
)

NAME = "GCORE_BASE_URL"


def base_url(url: str) -> str:
    return find_base_url({NAME: url})


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
        *(
            (url, IS_NO_URL) for url in
            ("https://a b", "https://a\x00b", "https://x\\y", "https://u@x", "https://:p@x",
             "https://@x", "https://u:p@[::", "https://x?q", "https://x#", "https://[::",
             "https://[::1]x:80", "https://x:abc", "https://x:0", "https://x:65536",
             "https://x:\u0663", "ftp://localhost", "https://a%b", "https://x/\x85x",
             "api.gcore.com", "https:///x", "http://localhost\\@evil.com", "//x")
        ),
        *(
            (f"http://{host}", f"is plain http to {host}: the key") for host in
            ("example.com", "127.0.0.256", "x127.0.0.1", "\uff4cocalhost", "127.0.0.\u0661",
             "127.0.0.1.evil.com", "localhost.evil.com", "0.0.0.0", "127.1", "2130706433")
        ),
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
     "http://LOCALHOST", "https://x/a//X", "http://[::1]:80", "http://127.255.0.9:1/prefix"],
)  # fmt: skip
def test_unusual_base_urls_that_are_good(url: str) -> None:
    assert base_url(f" {url}//\n") == url


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
    settings = Settings.of({"GCORE_API_KEY": "k", "GCORE_CUSTOM_HEADERS": text})
    assert settings.headers == (("X-One", "a: b"), ("X-Two", "c"), ("X-Empty", ""))
    assert "secret-value" in Settings("k", headers=(("X", "secret-value"),)).secrets


@pytest.mark.parametrize(
    "text",
    ["Authorization: x", "HOST:x", "content-length : 1", "Accept-Encoding: br", ": x", "X Y: z",
     "X: a\x00b", "X: a\tb", "X: \u00e9", "X\u00e9: a"],
)  # fmt: skip
def test_a_header_that_cannot_be_set_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="GCORE_CUSTOM_HEADERS holds a header that cannot be set"):
        Settings.of({"GCORE_API_KEY": "k", "GCORE_CUSTOM_HEADERS": f"Good: x\n{text}"})


def test_the_proxy_is_that_of_the_url() -> None:
    env = {"GCORE_API_KEY": "k", "HTTPS_PROXY": "http://proxy.example:3128"}
    proxy = Settings.of(env).proxy
    assert proxy is not None
    assert proxy.url == "http://proxy.example:3128"
    local = Settings.of({**env, "GCORE_BASE_URL": "http://localhost"})
    assert (local.proxy, local.base_url) == (None, "http://localhost")


def test_no_command_is_run_where_another_setting_is_refused(tmp_path: Path) -> None:
    env = {"GCORE_API_KEY_COMMAND": f"touch {tmp_path}/ran", "GCORE_API_URL": "https://x"}
    with pytest.raises(UsageError, match="GCORE_API_URL"):
        Settings.of(env)
    assert not (tmp_path / "ran").exists()
