"""What a run waits for before it sends anything."""

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from gcore_tasks_cli.invocation import Invocation

pytest.importorskip("posix", reason="there are no FIFOs")

assert sys.platform != "win32"


def test_no_single_wait_is_long_since_on_windows_ctrl_c_comes_only_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = tmp_path / "key"
    os.mkfifo(fifo)
    waits: list[float | None] = []
    join = threading.Thread.join

    def recorded(thread: threading.Thread, timeout: float | None = None) -> None:
        waits.append(timeout)
        if len(waits) == 3:
            fifo.write_text("1234_secret-key")
        join(thread, timeout)

    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(threading.Thread, "join", recorded)
    assert Invocation.begin({"GCORE_API_KEY_FILE": str(fifo)}).settings.api_key
    assert len(waits) >= 3
    assert all(wait is not None and wait <= 0.5 for wait in waits)
