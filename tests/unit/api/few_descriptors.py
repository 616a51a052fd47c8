"""A process that can open only few files more."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def few_descriptors(free: int) -> Iterator[None]:
    """So many descriptors are free; the test is skipped where the system sets no such limit."""
    resource = pytest.importorskip("resource", reason="limits of a process are POSIX")
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
