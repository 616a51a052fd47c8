"""Makes text of unknown origin harmless for a terminal and a log: nothing of it steers either."""

import re

# C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides and isolates,
# invisible marks, lone surrogates and non-characters: all that a terminal may obey, or that shows
# a reader something else than what stands there.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNSAFE_BUT_LINES = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


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


def json_text(text: str) -> str:
    """JSON text with such characters as JSON's own escapes: the same document, harmless to show.

    Line feeds stay: outside of strings they are white space, and inside they cannot stand.
    """
    return _UNSAFE_BUT_LINES.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
