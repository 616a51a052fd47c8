"""The environment of the programs that gtask is measured against."""

import subprocess
import sys
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_FOLDER = _ROOT / ".bench"
_REQUIREMENTS = _HERE / "requirements.txt"


@cache
def environment() -> Path:
    """The folder with the rivals' programs; made at the first call, anew if the versions change."""
    programs = _FOLDER / ("Scripts" if sys.platform == "win32" else "bin")
    stamp = _FOLDER / ".ready"
    wanted = _REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print("setting up the rivals in .bench …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_FOLDER)], check=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--requirement", str(_REQUIREMENTS)], check=True)
        # As after any installation: compiling is not part of a start that is measured.
        subprocess.run(
            [str(programs / "python"), "-m", "compileall", "-q", str(_FOLDER)], check=False
        )
        stamp.write_text(wanted, encoding="utf-8")
    return programs


def python() -> str:
    """The interpreter that has the official SDK."""
    return str(environment() / "python")
