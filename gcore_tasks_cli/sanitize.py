"""Makes text of unknown origin harmless for a terminal and a log: nothing of it steers either."""

import re
from collections.abc import Iterable

# C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides and isolates,
# invisible marks, lone surrogates and non-characters: all that a terminal may obey, or that shows
# a reader something else than what stands there.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNSAFE_BUT_LINES = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
# What the runner of GitHub Actions takes for a command in the log of a job: `::` where a line
# begins (behind white space, and colours for good measure), and `##[` anywhere
# (ActionCommand.cs of actions/runner).
_WORKFLOW_COMMAND = re.compile(
    r"(?P<before>(?:^|(?<=[\r\n]))(?:[^\S\r\n]|\x1b\[[\d;]*m)*+):(?=:)|#(?=#\[)", re.MULTILINE
)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """`text` on one line, every character that could steer a terminal written as its escape."""
    return _UNSAFE.sub(_visible, text)


def lines(text: str) -> str:
    """As `one_line`, but line feeds stay what they are."""
    return _UNSAFE_BUT_LINES.sub(_visible, text.replace("\r\n", "\n"))


def no_workflow_command(text: str) -> str:
    """`text` in which the runner of GitHub Actions finds no command.

    The escapes are JSON's own, so that a JSON document stays what it is.
    """
    if "::" not in text and "##[" not in text:
        return text
    return _WORKFLOW_COMMAND.sub(_without_command, text)


def _without_command(match: re.Match[str]) -> str:
    before = match["before"]
    return "\\u0023" if before is None else f"{before}\\u003a"


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` with `***` in place of each secret, in whichever case it stands there."""
    for secret in secrets:
        text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    return text


def json_text(text: str) -> str:
    """JSON text with such characters as JSON's own escapes: the same document, harmless to show.

    Line feeds stay: outside of strings they are white space, and inside they cannot stand.
    """
    return _UNSAFE_BUT_LINES.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
