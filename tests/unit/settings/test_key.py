"""The API key: its sources, what is wrong with them, and that it is hidden."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.key import export, find_api_key
from gcore_tasks_cli.settings.settings import Settings


def settings_of(env: Mapping[str, str]) -> Settings:
    return Settings.of(env)


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
    with pytest.raises(UsageError, match="holds a scheme before the key"):
        settings_of({"GCORE_API_KEY": f"{scheme} a b"})


@pytest.mark.parametrize("name", ["GCORE_PERMANENT_TOKEN", "GCORE_APIKEY", "GCLOUD_API_TOKEN"])
def test_older_variables_are_named(name: str) -> None:
    with pytest.raises(UsageError, match=f"GCORE_API_KEY is not set, but {name} is set"):
        settings_of({name: "1$secret"})


def test_a_missing_key_is_said() -> None:
    with pytest.raises(UsageError, match="GCORE_API_KEY is not set"):
        settings_of({})
    with pytest.raises(UsageError, match="GCORE_API_KEY is empty"):
        settings_of({"GCORE_API_KEY": " "})


@pytest.mark.skipif(os.name == "nt", reason="HOME is not the home folder")
def test_a_configuration_file_that_is_no_longer_read_is_named_where_there_is_no_key(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".gcorecli" / "config.yaml"
    home = {"HOME": str(tmp_path)}
    with pytest.raises(UsageError, match=r"GCORE_API_KEY is not set$"):
        settings_of(home)
    file.parent.mkdir()
    file.write_text("api-key: 1$secret")
    for env in (home, {"GCORE_CONFIG": str(file)}):
        with pytest.raises(UsageError) as caught:
            settings_of(env)
        assert caught.value.message == f"GCORE_API_KEY is not set, and {file} is no longer read"
    with pytest.raises(UsageError, match="GCORE_API_KEY is empty, and"):
        settings_of({**home, "GCORE_API_KEY": " "})
    assert settings_of({**home, "GCORE_API_KEY": "k"}).api_key == "k"
    for unusable in ("x" * 5000, "a\x00b"):
        with pytest.raises(UsageError, match=r"GCORE_API_KEY is not set$"):
            settings_of({"GCORE_CONFIG": unusable})


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


def test_a_key_is_as_long_as_a_header_may_be() -> None:
    assert settings_of({"GCORE_API_KEY": "x" * 8192}).api_key == "x" * 8192
    with pytest.raises(UsageError, match="GCORE_API_KEY holds more than 8192 characters"):
        settings_of({"GCORE_API_KEY": "x" * 8193})


def test_a_key_may_hold_spaces_and_begin_like_a_scheme() -> None:
    for key in ("apikey", "bearer", "my apikey"):
        assert settings_of({"GCORE_API_KEY": key}).api_key == key


def key_file(path: str | Path) -> Settings:
    return settings_of({"GCORE_API_KEY_FILE": str(path)})


def test_a_key_file_is_read_up_to_the_longest_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xef\xbb\xbf1$secret\n")
    assert key_file(file).api_key == "1$secret"
    assert key_file(file).key_source == "the file in GCORE_API_KEY_FILE"
    file.write_bytes(b"x" * 8192)
    assert len(key_file(file).api_key) == 8192
    file.write_bytes(b"x" * 8193)
    with pytest.raises(UsageError, match="the file in GCORE_API_KEY_FILE holds more than 8192"):
        key_file(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot read the file in GCORE_API_KEY_FILE: No such file or directory"),
        (b" \n", "the file in GCORE_API_KEY_FILE holds no key"),
        (b"\xff", "the file in GCORE_API_KEY_FILE holds a control or non-ASCII character"),
    ],
)
def test_what_is_wrong_with_a_key_file_is_said(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        key_file(file)
    assert caught.value.message.startswith(says)


@pytest.mark.parametrize("path", ["1$secret", "1$sec\x00ret", "1$sec/ret"])
def test_a_key_that_is_given_as_its_file_is_not_shown(path: str) -> None:
    with pytest.raises(UsageError) as caught:
        key_file(path)
    assert "sec" not in caught.value.message
    assert caught.value.message.startswith("cannot read the file in GCORE_API_KEY_FILE: ")
    assert caught.value.hint == "it names a file; the key itself belongs in GCORE_API_KEY"


def test_a_key_file_that_is_a_script_or_holds_quotes_is_said_to_be_one(tmp_path: Path) -> None:
    file = tmp_path / "key"
    for content in ("GCORE_API_KEY=1$secret", "export GCORE_API_KEY='1$secret'\nexport X=y"):
        file.write_text(content)
        with pytest.raises(UsageError) as caught:
            key_file(file)
        assert caught.value.message.endswith("holds a line like GCORE_API_KEY=…")
        assert caught.value.hint == "write the key alone"
    for quote in "'\"":
        file.write_text(f"{quote}1$secret{quote}\n")
        with pytest.raises(UsageError, match="holds quotes around the key"):
            key_file(file)
    file.write_text("'1$secret\"")
    assert key_file(file).api_key == "'1$secret\""


def test_a_tilde_that_no_shell_has_replaced_is_said_to_be_one() -> None:
    with pytest.raises(UsageError) as caught:
        key_file("~/nowhere/key")
    hint = "no shell has replaced the ~ in it: leave out the quotes, or write $HOME"
    assert caught.value.hint == hint


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions")
def test_a_key_file_that_everybody_can_read_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "the key"
    file.write_text("1$secret")
    for mode, is_noted in ((0o600, False), (0o640, False), (0o644, True), (0o604, True)):
        file.chmod(mode)
        note = f"everybody can read the file in GCORE_API_KEY_FILE: chmod 600 '{file}'"
        assert key_file(file).note == (note if is_noted else None)
    other = settings_of({"GCORE_API_KEY_FILE": str(file), "GCORE_API_KEY": "2$other"})
    assert other.note is None


def test_hints_are_for_the_shell_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert export("A", "b") == "export A='b'"
    monkeypatch.setattr("os.name", "nt")
    assert export("A", "b") == "$env:A = 'b'"


def key_command(*words: str) -> Settings:
    return settings_of({"GCORE_API_KEY_COMMAND": shlex.join([sys.executable, "-c", *words])})


def test_the_first_line_of_a_command_is_the_key() -> None:
    settings = key_command("print(' 1$secret '); print('more')")
    assert settings.api_key == "1$secret"
    assert settings.key_source == "the output of GCORE_API_KEY_COMMAND"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "the output of GCORE_API_KEY_COMMAND holds no key"),
        ("print(); print('1$secret')", "the output of GCORE_API_KEY_COMMAND holds no key"),
        ("exit(3)", "GCORE_API_KEY_COMMAND failed with status 3"),
        ("print('1$secret'); exit('locked')", "GCORE_API_KEY_COMMAND failed with status 1: locked"),
        ("exit(input())", "failed with status 1: "),
        ("import os; os.write(2, b'\\xff'); exit(1)", "failed with status 1: \ufffd"),
        ("import os; os.write(1, b'1$\\xff')", "holds a control or non-ASCII character"),
    ],
)
def test_a_command_that_gives_no_key(code: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        key_command(code)
    assert says in caught.value.message
    assert "secret" not in caught.value.message


def test_of_what_a_command_says_the_beginning_is_shown() -> None:
    with pytest.raises(UsageError) as caught:
        key_command("exit('y' * 999)")
    assert caught.value.message.count("y") == 500


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/no/where --token t", "No such file or directory"),
        ("1234$abcdefghijk", "No such file or directory"),
        ("'", "No closing quotation"),
        ("a\x00b", "embedded null byte"),
    ],
)
def test_a_command_that_cannot_be_run_is_not_shown(command: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_of({"GCORE_API_KEY_COMMAND": command})
    assert caught.value.message == f"cannot run GCORE_API_KEY_COMMAND: {said}"
    assert (caught.value.hint or "").startswith("it names a program; it runs without a shell")


@pytest.mark.skipif(os.name == "nt", reason="needs a script that is a program")
def test_windows_gets_the_command_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its own rules for quotes and backslashes apply; here such a text is the path of a program.
    program = tmp_path / 'a "quoted" path'
    program.write_text("#!/bin/sh\necho '1$secret'\n")
    program.chmod(0o700)
    monkeypatch.setattr("os.name", "nt")
    assert find_api_key({"GCORE_API_KEY_COMMAND": str(program)})[0] == "1$secret"


def test_a_command_gets_nothing_of_standard_input() -> None:
    kept, (read, write) = os.dup(0), os.pipe()
    try:
        os.write(write, b"task-id\n")
        os.dup2(read, 0)
        with pytest.raises(UsageError) as caught:
            key_command("import os; exit(str(os.read(0, 9)))")
        assert caught.value.message == "GCORE_API_KEY_COMMAND failed with status 1: b''"
    finally:
        os.dup2(kept, 0)
        for descriptor in (kept, read, write):
            os.close(descriptor)


def test_the_key_is_hidden_in_each_spelling() -> None:
    key = '12/3$ab"cdefg'
    assert Settings(key).secrets == (
        key,
        "12%2F3%24ab%22cdefg",
        "12/3%24ab%22cdefg",
        '12/3$ab\\"cdefg',
        'ab"cdefg',
        'ab\\"cdefg',
    )
    assert Settings("1$abcdefgh$i").secrets[-1] == "abcdefgh$i"
    assert Settings("1_abcdefgh").secrets == ("1_abcdefgh", "abcdefgh")
    assert Settings("one_abcdefgh").secrets == ("one_abcdefgh",)
    # What is too short occurs everywhere.
    assert Settings("1$abcdefg").secrets == ("1$abcdefg", "1%24abcdefg")
    assert Settings("1$abcdefgh").secrets == ("1$abcdefgh", "1%24abcdefgh", "abcdefgh")
    assert Settings("12345").secrets == ()
    assert Settings("123456").secrets == ("123456",)
