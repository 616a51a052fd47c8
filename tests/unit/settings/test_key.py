"""The API key: its sources, what is wrong with them, and that it is hidden."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.key import export, find_api_key, key_file_note
from gcore_tasks_cli.settings.settings import Settings


def test_the_key_is_stripped_and_never_shown() -> None:
    settings = Settings.of({"GCORE_API_KEY": " 1$secret\n"})
    assert settings.api_key == "1$secret"
    assert "secret" not in repr(settings)
    assert settings.base_url == "https://api.gcore.com"


def test_a_key_may_be_long_hold_spaces_and_begin_like_a_scheme() -> None:
    for key in ("apikey", "bearer", "my apikey", "x" * 8192):
        assert Settings.of({"GCORE_API_KEY": key}).api_key == key


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "GCORE_API_KEY is not set$"),
        ({"GCORE_API_KEY": " "}, "GCORE_API_KEY is empty$"),
        *(
            ({name: "1$secret"}, f"GCORE_API_KEY is not set, but {name} is set")
            for name in ("GCORE_PERMANENT_TOKEN", "GCORE_APIKEY", "GCLOUD_API_TOKEN")
        ),
        *(
            ({"GCORE_API_KEY": key}, "GCORE_API_KEY holds a control or non-ASCII character")
            for key in ("1$sec\nret", "1$sec\x00ret", "1$secretключ", "1$secret\x7f")
        ),
        ({"GCORE_API_KEY": "1$secret".ljust(8193, "x")}, "holds more than 8192 characters"),
        *(
            ({"GCORE_API_KEY": f"{scheme} 1$secret"}, "holds a scheme before the key")
            for scheme in ("APIKey", "apikey", "Bearer", "Bearer a")
        ),
    ],
)
def test_what_is_wrong_with_a_key_is_said_without_it(env: Mapping[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        Settings.of(env)
    assert "secret" not in caught.value.message


def key_file(path: str | Path) -> Settings:
    return Settings.of({"GCORE_API_KEY_FILE": str(path)})


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
        (b"a\nb", "the file in GCORE_API_KEY_FILE holds a control or non-ASCII character"),
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
        env = {"GCORE_API_KEY_FILE": str(file)}
        assert key_file_note(env) == (note if is_noted else None)
        assert key_file_note({**env, "GCORE_API_KEY": "2$other"}) is None


def test_hints_are_for_the_shell_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert export("A", "b'$c") == """export A='b'"'"'$c'"""
    monkeypatch.setattr("os.name", "nt")
    assert export("A", "b'$c") == "$env:A = 'b''$c'"


def key_command(*words: str) -> Settings:
    return Settings.of({"GCORE_API_KEY_COMMAND": shlex.join([sys.executable, "-c", *words])})


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "the output of GCORE_API_KEY_COMMAND holds no key"),
        ("print(); print('1$secret')", "the output of GCORE_API_KEY_COMMAND holds no key"),
        ("exit('y' * 999)", f"GCORE_API_KEY_COMMAND\\) failed with status 1: {'y' * 500}$"),
        ("print('1$secret'); exit('locked')", "failed with status 1: locked"),
        ("exit(input())", "failed with status 1: "),
        ("import os; os.write(2, b'\\xff'); exit(1)", "failed with status 1: \ufffd"),
        ("import os; os.write(1, b'1$\\xff')", "holds a control or non-ASCII character"),
    ],
)
def test_a_command_that_gives_no_key(code: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        key_command(code)
    assert "secret" not in caught.value.message


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
        Settings.of({"GCORE_API_KEY_COMMAND": command})
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
        assert caught.value.message.endswith("failed with status 1: b''")
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
