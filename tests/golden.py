"""Compares what people read with files that people have read: tests/golden/output/.

GTASK_UPDATE_GOLDEN=1 rewrites the files; the difference is then for the reviewer to see.
"""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "golden" / "output"


def assert_golden(name: str, text: str) -> None:
    """The text is that of the golden file of this name."""
    path = _FOLDER / name
    if os.environ.get("GTASK_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.exists(), f"no golden file {path}; GTASK_UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text(encoding="utf-8")
