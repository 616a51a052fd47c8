"""Makes untrusted text harmless for a terminal and for the log of a CI system."""

import re
from collections.abc import Iterable

# C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides and isolates,
# invisible marks, lone surrogates and non-characters: a terminal may interpret them, or they make
# text look different from what it is.
# Patterns are compiled once they are needed: most text is harmless.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNSAFE_BUT_LINES = _UNSAFE.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f")
# This many characters identify a secret; fewer could be other text.
_TELLING = 16
# The runner of GitHub Actions interprets as a command in a job's log: `::` at the beginning of a
# line, after white space or colour codes, and `##[` anywhere (ActionCommand.cs of actions/runner).
_WORKFLOW_COMMAND = r"(?m)((?:^|(?<=[\r\n]))(?:[^\S\r\n]|\x1b\[[\d;]*m)*+):(?=:)"


def _visible(match: re.Match[str]) -> str:
    if name := {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(match[0]):
        return name
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def one_line(text: str) -> str:
    """`text` on one line, with an escape for each character that a terminal could interpret."""
    # All that is unsafe is unprintable to Python.
    return text if text.isprintable() else re.sub(_UNSAFE, _visible, text)


def lines(text: str) -> str:
    """As `one_line`, but line feeds stay.

    The escapes are those of JSON: a JSON text stays the same document.
    """
    return re.sub(_UNSAFE_BUT_LINES, _visible, text.replace("\r\n", "\n"))


def no_workflow_command(text: str) -> str:
    """`text` with a JSON escape in each command that the runner of GitHub Actions would find."""
    text = text.replace("##[", "\\u0023#[")
    return re.sub(_WORKFLOW_COMMAND, r"\1\\u003a", text) if "::" in text else text


class Secrets:
    """What no output may show, in each way that it may be spelled."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = tuple(values)

    def __repr__(self) -> str:
        return "Secrets(…)"  # they must not get into a traceback

    def add(self, values: Iterable[str]) -> None:
        """Hides these too from now on."""
        self.values += tuple(values)

    def hide_in_body(self, body: bytes) -> bytes:
        """The body of a response with `***` in place of each secret, otherwise unchanged.

        Only as it is spelled: `--json` prints this body.
        """
        for secret in self.values:
            body = body.replace(secret.encode("utf-8", "surrogateescape"), b"***")
        return body

    def hide(self, text: str) -> str:
        """Text for people with `***` in place of each secret, in upper or lower case.

        A secret that is cut off is hidden too, up to the end of the word.
        """
        folded = text.casefold()  # to look for a secret there takes a tenth of the time
        for secret in self.values:
            if secret[:_TELLING].casefold() in folded:
                pattern = f"{re.escape(secret)}|{re.escape(secret[:_TELLING])}[^\\s\"'<>]*"
                text = re.sub(pattern, "***", text, flags=re.IGNORECASE)
        return text
