"""Where settings come from: variables, then gcore-cli's configuration file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.configuration import VARIABLES, Configuration, _parsed

FILE = """\
profile: prod
api-key: top-key-1234
cloud-project: 12
profiles:
  prod:
    api-key: 1234_5678
    cloud-region: 76
  stage: {api-url: "https://stage.example.com", api-key: null}
  empty:
"""


def configuration(
    tmp_path: Path, text: str | bytes, profile: str | None = None, **env: str
) -> Configuration:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o600)
    return Configuration({"GCORE_CONFIG": str(path), **env}, profile)


@pytest.mark.parametrize(
    ("profile", "key", "expected"),
    [
        (None, "api-key", "1234_5678"),  # a YAML number to some readers
        (None, "cloud-region", "76"),
        (None, "cloud-project", "12"),
        (None, "api-url", None),
        ("stage", "api-key", "top-key-1234"),
        ("stage", "api-url", "https://stage.example.com"),
        ("empty", "api-key", "top-key-1234"),
        ("default", "api-key", "top-key-1234"),
        ("default", "cloud-region", None),
    ],
)
def test_a_profiles_keys_are_used_before_those_at_the_top(
    tmp_path: Path, profile: str | None, key: str, expected: str | None
) -> None:
    found = configuration(tmp_path, FILE, profile).find(key)
    assert (found and found[0]) == expected


@pytest.mark.parametrize("key", sorted(VARIABLES))
def test_variables_are_used_before_the_file_which_is_not_read_then(key: str) -> None:
    for name in VARIABLES[key]:
        env = {name: " 7 ", "GCORE_CONFIG": "/nowhere/at/all"}
        assert Configuration(env).find(key) == ("7", name)


def test_an_unknown_profile_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    for chosen, text in (("prd", FILE), (None, FILE.replace("profile: prod", "profile: prd"))):
        with pytest.raises(UsageError, match="there is no profile 'prd'") as caught:
            configuration(tmp_path, text, chosen).find("api-key")
        assert caught.value.hint == "its profiles: default, prod, stage, empty"


def test_no_file_is_no_fault_unless_it_is_named(tmp_path: Path) -> None:
    assert Configuration({"HOME": str(tmp_path)}).find("api-key") is None
    assert Configuration({}).find("api-key") is None
    with pytest.raises(UsageError, match="cannot read /nowhere: No such file"):
        Configuration({"GCORE_CONFIG": "/nowhere"}).find("api-key")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("api-key: 'secret-key", r"is not valid YAML \(line \d+\)"),
        ("api-key: *secret-key", r"is not valid YAML \(line 1\)"),
        ("api-key: [secret-key]", "api-key in .* must be text"),
        ("profiles: {prod: {api-key: {a: secret-key}}}\nprofile: prod", "must be text"),
        ("- secret-key", "must hold keys and values"),
        ("secret-key", "must hold keys and values"),
        ("profiles: [secret-key]", "profiles in .* must hold keys and values"),
        ("profile: x\nprofiles: {x: secret-key}", "profile 'x' in .* must hold keys and values"),
        ("profile: [secret-key]", "profile in .* must be text"),
        ("? {a: b}\n: secret-key", "is not valid YAML"),
        (b"\xff\xfe secret-key", "is not valid YAML"),
        ("a: \x07 secret-key", "is not valid YAML"),
        ("[" * 60_000, "is not valid YAML"),
        ("a" * 100_000, "is larger than 64 KiB"),
    ],
)
def test_a_file_that_is_none_is_refused_and_never_quoted(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        configuration(tmp_path, text).find("api-key")
    assert "config.yaml" in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is not a file"):
        Configuration({"GCORE_CONFIG": str(tmp_path)}).find("api-key")


def test_a_tag_runs_nothing(tmp_path: Path) -> None:
    text = f"api-key: !!python/object/apply:os.mkdir ['{tmp_path}/made']"
    with pytest.raises(UsageError, match="must be text"):
        configuration(tmp_path, text).find("api-key")
    assert not (tmp_path / "made").exists()


def test_a_variable_that_is_used_before_the_chosen_profile_is_noted(tmp_path: Path) -> None:
    chosen = configuration(tmp_path, FILE, "prod", GCORE_API_KEY="k")
    chosen.check_profile()
    assert chosen.notes == ["GCORE_API_KEY is set, and used before api-key of profile 'prod'"]
    assert configuration(tmp_path, FILE, GCORE_API_KEY="k").notes == []


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_no_content_crashes_it(content: str | bytes) -> None:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    try:
        _parsed(data, "config.yaml")
    except UsageError as error:
        assert "config.yaml" in error.message
