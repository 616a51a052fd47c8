"""Streams of every encoding: what they lack has a stand-in of the same width, and nothing fails."""

import subprocess

import pytest

from tests.e2e.harness import command, environment

ENCODINGS = ["latin-1", "cp437", "koi8-r", "cp1252", "ascii"]
# For signs that an encoding lacks these stand, one character for each.
TEXTS = [
    ["--help"],
    ["watch", "--help"],
    ["help", "waiting"],
    ["help", "output"],
    ["watch", "--timeout", "…"],
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("arguments", TEXTS, ids=" ".join)
def test_help_and_messages_can_be_written_in_every_encoding(
    arguments: list[str], encoding: str
) -> None:
    def printed(encoding: str) -> tuple[int, list[str]]:
        env = environment(GCORE_API_KEY="k", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        done = subprocess.run(command(*arguments), env=env, capture_output=True, check=False)
        return done.returncode, (done.stdout + done.stderr).decode(encoding).splitlines()

    status, lines = printed(encoding)
    expected_status, expected = printed("utf-8")
    assert status == expected_status
    assert [len(line) for line in lines] == [len(line) for line in expected]
    for line, meant in zip(lines, expected, strict=True):
        for shown, sign in zip(line, meant, strict=True):
            assert shown == sign or (shown.isascii() and not sign.isascii() and shown != "?")


@pytest.mark.parametrize("arguments", [["--help"], ["watch", "--help"], ["help", "waiting"]])
def test_help_is_complete_without_docstrings(arguments: list[str]) -> None:
    def printed(**more: str) -> str:
        env = environment(None, **more)
        return subprocess.run(command(*arguments), env=env, capture_output=True, text=True).stdout

    assert printed(PYTHONOPTIMIZE="2") == printed()
