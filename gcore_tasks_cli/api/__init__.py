"""The way to the API over HTTP, and the one owner of httpx.

httpx is imported without what gtask never uses of it: its own command, for which it would import
click, pygments and rich wherever a click is installed, and asynchronous networking. It does without
where those modules are missing.
"""

import sys
from typing import Any

_modules: dict[str, Any] = sys.modules
_UNUSED = ("httpx._main", "anyio", "trio")
for _name in _UNUSED:
    _modules.setdefault(_name, None)  # None: cannot be imported

import httpcore  # noqa: E402, F401  (else httpx imports it later, in a thread that has to hurry)
import httpx  # noqa: E402

for _name in _UNUSED:
    if _modules[_name] is None:
        del _modules[_name]

__all__ = ["httpx"]
