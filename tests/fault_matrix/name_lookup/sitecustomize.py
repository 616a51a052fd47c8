"""Put before a Python client's path: its name lookups fail, or hang, for the first seconds.

NAME_LOOKUP is `fail:SECONDS`, `hang:SECONDS`, or `also:ADDRESS`, which every name has too.
NAME_LOOKUP_FILE appears at the first lookup.
"""

import os
import socket
import time
from pathlib import Path
from typing import Any

_MODE, _, _SECONDS = os.environ.get("NAME_LOOKUP", "fail:0").partition(":")
_STARTED = time.monotonic()
_real = socket.getaddrinfo


def _getaddrinfo(*arguments: Any, **named: Any) -> Any:
    if "NAME_LOOKUP_FILE" in os.environ:
        Path(os.environ["NAME_LOOKUP_FILE"]).touch()
    if _MODE == "also":
        return [*_real(*arguments, **named), *_real(_SECONDS, *arguments[1:], **named)]
    left = float(_SECONDS) - (time.monotonic() - _STARTED)
    if left > 0 and _MODE == "fail":
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    if left > 0:
        time.sleep(left)
    return _real(*arguments, **named)


socket.getaddrinfo = _getaddrinfo
