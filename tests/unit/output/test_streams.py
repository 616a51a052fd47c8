"""No stream that people read shows a secret, whoever writes to it."""

import io
import sys

import pytest
from rich.console import Console

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.output.streams import Streams

SECRET = "1234$0123456789abcdef"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    streams = Streams.standard([SECRET])
    streams.error(UsageError(f"what is {SECRET.upper()}?"))
    Console(file=streams.err, width=80).print(f"rich {SECRET}")
    print(f"a traceback {SECRET}", file=sys.stderr)
    assert err.getvalue() == "gtask: what is ***?\nrich ***\na traceback ***\n"
    streams.data(f"card {SECRET[:18]}\n")
    # The API's own document has lost it where it came in, and no more of it is changed.
    streams.data(f"{SECRET[:18]}\n", whole=True)
    assert out.getvalue() == f"card ***\n{SECRET[:18]}\n"
