"""httpx without its own command, for which it would import click, pygments and rich wherever a
click is installed: a third of gtask's start. It does without where that module is not there.
"""

import sys
from typing import Any

_modules: dict[str, Any] = sys.modules
_modules.setdefault("httpx._main", None)  # None: cannot be imported

import httpcore  # noqa: E402, F401  (that is the point)
import httpx  # noqa: E402

if _modules["httpx._main"] is None:
    del _modules["httpx._main"]

__all__ = ["httpx"]
