"""A process that can open only few files more."""

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]


def in_a_process_of_its_own(function: Callable[[], None]) -> Callable[[], None]:
    """The test as a process, where no thread of another test opens or closes files meanwhile."""

    @functools.wraps(function)
    def test() -> None:
        pytest.importorskip("resource", reason="limits of a process are POSIX")
        code = f"from {function.__module__} import {function.__name__} as it; it.__wrapped__()"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return test


@contextmanager
def few_descriptors(free: int) -> Iterator[None]:
    """So many descriptors are free; on POSIX only."""
    if sys.platform != "win32":
        import resource

        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        highest = max(int(number) for number in os.listdir("/dev/fd"))  # noqa: PTH208
        # The limit is on their numbers: all lower ones have to be in use.
        held = [os.open(os.devnull, os.O_RDONLY)]
        try:
            while held[-1] <= highest:
                held.append(os.open(os.devnull, os.O_RDONLY))
            resource.setrlimit(resource.RLIMIT_NOFILE, (held[-1] + 1 + free, limits[1]))
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            for descriptor in held:
                os.close(descriptor)
    else:
        raise NotImplementedError
