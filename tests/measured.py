"""What coverage measures of the tests: a plugin of pytest, which `make test` loads.

It measures the unit tests, and the processes that the first case of a test marked as `measured`
starts. Measured, a process takes twice the CPU time, a property three times, the collection in each
worker twice. Where the sum falls below its floor, mark the test of what is missing.
"""

import os
from collections.abc import Iterator

import pytest
from coverage import Coverage
from hypothesis import is_hypothesis_test

_WORKER = os.environ.get("PYTEST_XDIST_WORKER")
_coverage = Coverage()
# In the environment of a process, it makes coverage measure the process.
_MEASURE_PROCESS = {"COVERAGE_PROCESS_CONFIG": _coverage.config.serialize()}
_coverage.set_option("run:patch", [])
_seen: set[str] = set()


def pytest_configure() -> None:
    """One worker measures the imports, all measure the tests."""
    if _WORKER == "gw0":
        _coverage.start()


def pytest_collection_finish() -> None:
    if _WORKER == "gw0":
        _coverage.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measures the test, if it is one of those."""
    is_property = is_hypothesis_test(getattr(item, "obj", None))
    test = item.nodeid.partition("[")[0]
    if item.get_closest_marker("measured") and test not in _seen:
        _seen.add(test)
        os.environ.update(_MEASURE_PROCESS)
    elif item.nodeid.startswith("tests/unit/") and not is_property:
        _coverage.start()
    try:
        return (yield)
    finally:
        _coverage.stop()
        for name in _MEASURE_PROCESS:
            os.environ.pop(name, None)


def pytest_sessionfinish() -> None:
    if _WORKER is not None:
        _coverage.save()
