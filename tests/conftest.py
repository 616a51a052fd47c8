"""What holds for all tests."""

import os
import re
import signal
from collections.abc import Iterator

import pytest
from hypothesis import is_hypothesis_test, settings

# Each run has the same examples, so that a red one is red again; GTASK_FUZZ_EXAMPLES looks for
# others. There is no deadline for an example, since the machine may be busy.
settings.register_profile(
    "gtask", deadline=None, derandomize="GTASK_FUZZ_EXAMPLES" not in os.environ
)
settings.load_profile("gtask")

# A shell starts its background jobs with SIGINT ignored, and nohup with SIGHUP. gtask leaves them
# ignored where it finds them so, but the tests send them to see it end.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _name in ("SIGHUP", "SIGQUIT"):
    if hasattr(signal, _name):
        signal.signal(getattr(signal, _name), signal.SIG_DFL)

# Set by coverage for the processes that tests start.
_MEASURE_PROCESSES = os.environ.get("COVERAGE_PROCESS_CONFIG")
# Where they are measured. What the other files start goes the same ways, on other occasions.
_MEASURED = re.compile(
    r"tests/e2e/test_(ack|get|github_actions|interrupts|list|sandbox|settings|terminal|usage"
    r"|verbose|watch)\.py"
)
_seen: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Coverage measures the first case of each test, no property, and the processes of few files.

    Measured, a process of gtask takes twice the CPU time and a property three times.
    """
    test = item.nodeid.partition("[")[0]
    is_first = test not in _seen and not is_hypothesis_test(getattr(item, "obj", None))
    _seen.add(test)
    if _MEASURE_PROCESSES is None or (is_first and _MEASURED.match(test)):
        return (yield)
    from coverage import Coverage

    own = Coverage.current()
    assert own is not None
    del os.environ["COVERAGE_PROCESS_CONFIG"]
    if not is_first:
        own.stop()
    try:
        return (yield)
    finally:
        if not is_first:
            own.start()
        os.environ["COVERAGE_PROCESS_CONFIG"] = _MEASURE_PROCESSES
