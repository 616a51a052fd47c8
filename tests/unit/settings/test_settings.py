"""Settings: what is taken, and what is refused before anything is sent."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.configuration import Configuration
from gcore_tasks_cli.settings.settings import Settings, check_base_url, find_path

NAME = "GCORE_BASE_URL"


def settings_of(env: Mapping[str, str]) -> Settings:
    return Settings.of(Configuration(env))


@pytest.mark.parametrize(
    "url",
    ["https://api.gcore.com", "https://api.gcore.com/", "http://localhost:8080", "http://[::1]:80",
     "http://127.0.0.1", "http://127.255.0.9:1/prefix", "https://[2001:db8::1]:443"],
)  # fmt: skip
def test_good_base_urls(url: str) -> None:
    assert check_base_url(url, NAME) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://api.gcore.com", "http://127.0.0.1.evil.com", "http://localhost.evil.com", "ftp://x",
     "api.gcore.com", "https://", "https:///x", "https://u:p@x", "http://localhost\\@evil.com",
     "https://a b", "https://a\tb", "https://x?q=1", "https://x#f", "https://x:99999", "https://[::",
     "https://x:abc", "http://0.0.0.0", "http://127.1", "http://2130706433", "https://x?", "//x"],
)  # fmt: skip
def test_bad_base_urls(url: str) -> None:
    with pytest.raises(UsageError, match=NAME):
        check_base_url(url, NAME)


@given(st.text(max_size=60))
def test_no_url_breaks_it(url: str) -> None:
    try:
        assert check_base_url(url, NAME).startswith(("http://", "https://"))
    except UsageError as error:
        assert error.message


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_are_not_there(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        settings_of({"GCORE_API_KEY": "k", name: "/nowhere/at/all"})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://a b", "holds a space"),
        ("https://x\\y", "a backslash"),
        ("https://[::", "is no URL"),
        ("https://x:abc", "is no URL"),
        ("https://u@x", "no user name or password"),
        ("https://:p@x", "no user name or password"),
        ("https://@x", "no user name or password"),
        ("https://x:0", "no http or https URL"),
        ("https://x:65536", "is no URL"),
        ("ftp://localhost", "no http or https URL"),
        ("https://a..b", "no http or https URL"),
        ("https://" + "a" * 64 + ".example", "no http or https URL"),
        ("https://a%b", "no http or https URL"),
        ("https://x?q", "no query and no fragment"),
        ("https://x#", "no query and no fragment"),
        ("http://example.com", "plain http to example.com: the key"),
        ("http://127.0.0.256", "plain http to 127.0.0.256"),
        ("http://x127.0.0.1", "plain http to x127.0.0.1"),
    ],
)
def test_what_is_wrong_with_a_base_url_is_said(url: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_base_url(url, "THE_URL")
    assert caught.value.message.startswith("THE_URL ")
    assert says in caught.value.message


@pytest.mark.parametrize(
    "url",
    ["https://x:1", "https://x:65535", "https://x:", "https://" + "a" * 63 + ".example",
     "http://LOCALHOST", "https://x/a//X"],
)  # fmt: skip
def test_unusual_base_urls_that_are_good(url: str) -> None:
    assert check_base_url(url + "//", NAME) == url


def test_of_a_long_base_url_the_beginning_is_shown() -> None:
    with pytest.raises(UsageError) as caught:
        check_base_url("ftp://" + "x" * 999, NAME)
    assert caught.value.message.count("x") == 194


def test_older_variables_that_are_not_set_hold_no_other_key() -> None:
    assert settings_of({"GCORE_API_KEY": "1$secret"}).other_keys == ()


def test_an_older_variable_is_named_where_it_holds_another_key() -> None:
    env = {
        "GCORE_API_KEY": "1$secret",
        "GCORE_PERMANENT_TOKEN": " 1$secret ",
        "GCORE_APIKEY": "2$other",
        "GCLOUD_API_TOKEN": " ",
    }
    settings = settings_of(env)
    assert settings.other_keys == ("GCORE_APIKEY",)
    assert settings.refused_key_hint("").endswith(
        "; GCORE_APIKEY, which gtask does not read, holds another"
    )
    assert settings.refused_key_hint("").startswith("is GCORE_API_KEY right")
    both = Settings("1$secret", other_keys=("A", "B"))
    assert "; A and B, which gtask does not read" in both.refused_key_hint("")


@pytest.mark.parametrize(
    ("key", "source", "said", "hint"),
    [
        ("1$secret", "GCORE_API_KEY", "", "is GCORE_API_KEY right, and still valid?"),
        ("1", "GCORE_API_KEY", "", "was the '$' of the key eaten by the shell?"),
        ("1", "GCORE_API_KEY", "Bad Permanent Token", "was the '$' of the key eaten"),
        (
            "1$secret",
            "GCORE_API_KEY",
            "Bad Permanent Token",
            "is GCORE_API_KEY right, and still valid? Was a '$' in it eaten by the shell? ",
        ),
        ("'1$secret'", "GCORE_API_KEY", "", "GCORE_API_KEY holds quotes around the key"),
        ('"1$secret"', "GCORE_API_KEY", "", "GCORE_API_KEY holds quotes around the key"),
        ("'1$secret\"", "GCORE_API_KEY", "", "is GCORE_API_KEY right"),
        ("1", "a file", "", "is the key right, and still valid? It is from a file"),
        ("eyJhbGci.eyJzdWI.c2ln", "a file", "", "GCORE_API_KEY holds the Bearer token of a login"),
        ("xeyJhbGci.eyJzdWI.c2ln", "a file", "", "is the key right"),
    ],
)
def test_what_to_look_at_when_the_key_is_refused(
    key: str, source: str, said: str, hint: str
) -> None:
    settings = Settings(key, key_source=source)
    assert settings.refused_key_hint(said).startswith(hint)
    assert "holds another" not in settings.refused_key_hint(said)


def test_what_is_said_of_the_way_to_the_api() -> None:
    settings = Settings("k", "https://api.example.com:8443/prefix")
    assert (settings.host, settings.uses_tls) == ("api.example.com:8443", True)
    assert repr(settings) == "Settings('https://api.example.com:8443/prefix')"
    assert not Settings("k", "http://localhost").uses_tls


def test_paths_of_certificates_are_files_and_one_folder(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.touch()
    env = {"GCORE_API_KEY": "k"}
    for name, field in (
        ("SSL_CERT_FILE", "ca_file"),
        ("SSL_CERT_DIR", "ca_dir"),
    ):
        right, wrong, kind = (
            (tmp_path, file, "folder") if field == "ca_dir" else (file, tmp_path, "file")
        )
        assert getattr(settings_of({**env, name: f" {right} "}), field) == str(right)
        assert getattr(settings_of({**env, name: " "}), field) is None
        with pytest.raises(UsageError) as caught:
            settings_of({**env, name: str(wrong)})
        assert caught.value.message == f"{name} names no {kind}: {str(wrong)!r}"
    for path in ("a\x00b", "x" * 5000):
        with pytest.raises(UsageError, match="SSL_CERT_FILE names no file"):
            find_path({"SSL_CERT_FILE": path}, "SSL_CERT_FILE")


def test_the_proxy_is_that_of_the_url() -> None:
    env = {"GCORE_API_KEY": "k", "HTTPS_PROXY": "http://proxy.example:3128"}
    proxy = settings_of(env).proxy
    assert proxy is not None
    assert proxy.url == "http://proxy.example:3128"
    local = settings_of({**env, "GCORE_BASE_URL": "http://localhost"})
    assert (local.proxy, local.base_url) == (None, "http://localhost")


def test_a_wrong_setting_is_named_by_where_it_is_from(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="GCORE_API_URL is no http"):
        settings_of({"GCORE_API_KEY": "k", "GCORE_API_URL": "ftp://x"})
    file = tmp_path / "config.yaml"
    file.write_text("profiles: {prod: {}}")
    with pytest.raises(UsageError, match="nope"):
        Settings.of(Configuration({"GCORE_API_KEY": "k", "GCORE_CONFIG": str(file)}, "nope"))
