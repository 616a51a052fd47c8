"""The console that rich writes to, and the colours of states. No markup is ever interpreted."""

from collections.abc import Mapping
from typing import TextIO

from rich.console import Console

STATE_STYLES = {"NEW": "cyan", "RUNNING": "yellow", "FINISHED": "green", "ERROR": "bold red"}
UNKNOWN_STATE_STYLE = "magenta"


def console(stream: TextIO, env: Mapping[str, str]) -> Console:
    """A console on the stream; NO_COLOR, FORCE_COLOR, TERM and COLUMNS are those of `env`."""
    # rich takes any digits there for a number, and some are none; into no columns fits nothing.
    sizes = {name: env[name] for name in ("COLUMNS", "LINES") if name in env}
    odd = [n for n, size in sizes.items() if not (size.isascii() and size.strip("0").isdigit())]
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        color_system=None if env.get("NO_COLOR") else "auto",  # nor anything bold or dim
        _environ={name: value for name, value in env.items() if name not in odd},
    )
