"""At a terminal, nothing is silent for long: for whom a command waits, in a line that vanishes."""

import time

from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.polling.answers import Observer
from gcore_tasks_cli.polling.retry import Outage

_SILENT_SECONDS = 1.0


def waiting_line(invocation: Invocation, observer: Observer | None = None) -> Observer | None:
    """The observer, after which the line is shown where people read; see `Streams.show_briefly`.

    Its user calls `Streams.erase` in the end.
    """
    streams, env = invocation.streams, invocation.env
    wants_lines = env.get("GTASK_PROGRESS", "").strip().lower() in ("plain", "none")
    is_plain = bool(wants_lines or env.get("CI") or env.get("TERM") == "dumb")
    if not streams.err.isatty() or is_plain or invocation.is_quiet or invocation.is_verbose:
        return observer
    began = time.monotonic()

    def observe(now: float, outage: Outage | None) -> None:
        if observer is not None:
            observer(now, outage)
        if time.monotonic() - began >= _SILENT_SECONDS:
            words = f"waiting for {invocation.settings.host}"
            if outage is not None and observer is None:  # which would have reported it
                words = f"{outage.error.message}; trying again"
            streams.show_briefly(f"gtask: {words}")

    return observe
