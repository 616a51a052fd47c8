"""Examples as people read them → commands that can be run against a sandbox.

IDs become those of the sandbox, and a call of the API that starts a task becomes a real one.
"""

import re

from tests.e2e.harness import OTHER, TASK

_POST = (
    """curl -sS -X POST -H "Authorization: APIKey $GCORE_API_KEY" -d '{}'"""
    ' "$GCORE_BASE_URL/cloud/v1/instances/1234/76"'
)
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_FENCE = re.compile(r"^```(sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Lines of the README that set up what the test has set up already.
_SET_UP = re.compile(
    r"(?:sudo|pip|pipx|uv|uvx|python3?|git|cd|make|brew|apt|apt-get|man)\b"
    r"|export GCORE_|\. |source "
)


def runnable(example: str) -> str:
    """The example with what stands for something else replaced by that."""
    line = re.sub(r"curl (-sS )?-X POST …", lambda _: _POST, example)
    line = _UUID.sub(TASK, line)
    line = re.sub(r"(?<![$\w])ID1?\b", TASK, line)
    line = re.sub(r"\bID2\b", OTHER, line)
    assert "…" not in line, f"this cannot be run: {example}"
    return line


def expected_status(example: str) -> int:
    """1 where the sandbox's own tasks are watched: one of them is made to fail."""
    is_watched = "GTASK_SANDBOX_TASK_IDS" in example and "gtask sandbox" in example
    return int(is_watched and "--scenario" not in example)


def is_a_server(example: str) -> bool:
    """Whether it runs until Ctrl-C."""
    return example.startswith("gtask sandbox") and " -- " not in example


def _without_prompt(block: str) -> str:
    """A shell that the block starts gets the rest of it, as if it were typed there."""
    before, shell, rest = block.partition("gtask sandbox -- bash\n")
    return f"{before}gtask sandbox -- bash <<'END'\n{rest}\nEND" if shell else block


def blocks_in(readme: str) -> list[str]:
    """The shell blocks of a README that use gtask, without prompts, output and set-up."""
    blocks = []
    for language, text in _FENCE.findall(readme):
        lines = text.splitlines()
        if language == "console":
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        kept = [line for line in lines if not _SET_UP.match(line) and not is_a_server(line)]
        if any(re.search(r"\bgtask\b", line.partition("#")[0]) for line in kept):
            blocks.append(_without_prompt("\n".join(kept)))
    return blocks
