"""Settings: what is taken, and what is refused before anything is sent."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.settings import Settings, find_base_url, variable

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
     "https://a b", "https://a\tb", "https://x?q=1", "https://x#f", "https://x:99999", "https://[::",
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
        assert caught.value.hint == f'export {name}="${older}", or unset {older}'
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
