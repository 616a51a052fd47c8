"""No text of the API can control a terminal."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli import sanitize


def test_escapes_become_visible() -> None:
    assert sanitize.one_line("\x1b[31m") == "\\u001b[31m"
    assert sanitize.one_line("a\nb\t\u202e") == "a\\nb\\t\\u202e"


def test_lines_stay_lines() -> None:
    assert sanitize.lines("a\r\nb\x1b") == "a\nb\\u001b"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_one_line_is_always_one_printable_line(text: str) -> None:
    shown = sanitize.one_line(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    shown.encode()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_text_is_the_same_value(text: str) -> None:
    shown = sanitize.lines(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert "\x9b" not in shown
    assert "\u202e" not in shown


def test_a_secret_is_hidden_whole_or_cut_off() -> None:
    secret = "1234$" + "0123456789abcdef" * 4
    hidden = "a *** b *** c *** d"
    text = f"a {secret} b {secret.upper()} c {secret[:30]} d"
    assert sanitize.Secrets([secret]).hide(text) == hidden
    # What only begins like it, with fewer characters, could be anything.
    assert sanitize.Secrets([secret]).hide(secret[:15]) == secret[:15]
    assert sanitize.Secrets([secret]).hide(f"{secret}{secret}x") == "******x"
    assert sanitize.Secrets(["short", "absent"]).hide("it is short") == "it is ***"


@given(st.text("abc", max_size=40), st.text("xyzXYZß", min_size=1, max_size=40))
def test_a_secret_is_hidden_in_any_text(around: str, secret: str) -> None:
    shown = sanitize.Secrets([secret]).hide(f"{around}{secret}{around}")
    assert shown == f"{around}***{around}"


def test_a_body_loses_the_secret_as_it_is_spelled_and_nothing_else() -> None:
    secrets = sanitize.Secrets(["1234$0123456789abcdef", "0123456789abcdef"])
    body = b'{"error":"1234$0123456789abcdef","other":"1234$0123456789ABCDEF","odd":"\xff"}'
    assert secrets.hide_in_body(body) == (
        b'{"error":"***","other":"1234$0123456789ABCDEF","odd":"\xff"}'
    )
    assert "0123" not in repr(secrets)
