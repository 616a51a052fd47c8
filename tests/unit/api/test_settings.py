"""Settings: what is taken, and what is refused before anything is sent."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.api.configuration import Configuration
from gcore_tasks_cli.api.settings import Settings, check_base_url
from gcore_tasks_cli.errors import UsageError


def settings_of(env: Mapping[str, str]) -> Settings:
    return Settings.of(Configuration(env))


def test_the_key_is_stripped_and_never_shown() -> None:
    settings = settings_of({"GCORE_API_KEY": " 1$secret\n"})
    assert settings.api_key == "1$secret"
    assert "secret" not in repr(settings)
    assert settings.base_url == "https://api.gcore.com"


@pytest.mark.parametrize("key", ["a\nb", "a\x00b", "ключ", "a\x7f", "x" * 10_000])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_of({"GCORE_API_KEY": key})
    assert key not in str(caught.value)


@pytest.mark.parametrize("scheme", ["APIKey", "apikey", "Bearer"])
def test_a_key_with_its_scheme_is_refused_with_a_hint(scheme: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_of({"GCORE_API_KEY": f"{scheme} 1$secret"})
    assert "bare key" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["GCORE_PERMANENT_TOKEN", "GCORE_APIKEY", "GCLOUD_API_TOKEN"])
def test_older_variables_are_named(name: str) -> None:
    with pytest.raises(UsageError, match=f"GCORE_API_KEY is not set, but {name} is set"):
        settings_of({name: "1$secret"})


def test_a_missing_key_is_said() -> None:
    with pytest.raises(UsageError, match="GCORE_API_KEY is not set"):
        settings_of({})
    with pytest.raises(UsageError, match="GCORE_API_KEY is empty"):
        settings_of({"GCORE_API_KEY": " "})


def test_the_key_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("1$secret\n")
    assert settings_of({"GCORE_API_KEY_FILE": str(file)}).api_key == "1$secret"
    both = {"GCORE_API_KEY_FILE": str(file), "GCORE_API_KEY": "2$other"}
    assert settings_of(both).api_key == "2$other"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xff", b"a\nb"])
def test_a_bad_key_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match="GCORE_API_KEY_FILE"):
        settings_of({"GCORE_API_KEY_FILE": str(file)})


@pytest.mark.parametrize(
    "url",
    ["https://api.gcore.com", "https://api.gcore.com/", "http://localhost:8080", "http://[::1]:80",
     "http://127.0.0.1", "http://127.255.0.9:1/prefix", "https://[2001:db8::1]:443"],
)  # fmt: skip
def test_good_base_urls(url: str) -> None:
    assert check_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://api.gcore.com", "http://127.0.0.1.evil.com", "http://localhost.evil.com", "ftp://x",
     "api.gcore.com", "https://", "https:///x", "https://u:p@x", "http://localhost\\@evil.com",
     "https://a b", "https://a\tb", "https://x?q=1", "https://x#f", "https://x:99999", "https://[::",
     "https://x:abc", "http://0.0.0.0", "http://127.1", "http://2130706433", "https://x?", "//x"],
)  # fmt: skip
def test_bad_base_urls(url: str) -> None:
    with pytest.raises(UsageError, match="GCORE_BASE_URL"):
        check_base_url(url)


@given(st.text(max_size=60))
def test_no_url_breaks_it(url: str) -> None:
    try:
        assert check_base_url(url).startswith(("http://", "https://"))
    except UsageError as error:
        assert error.message


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_are_not_there(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        settings_of({"GCORE_API_KEY": "k", name: "/nowhere/at/all"})
