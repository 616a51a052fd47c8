"""What holds for all tests: how they are handed out, which processes are measured."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# The machine is shared.
settings.register_profile("gtask", deadline=None)
settings.load_profile("gtask")

# Their tests share what is costly to set up.
_KEPT_TOGETHER = ("test_fault_matrix.py", "test_wheel.py")
# They start a process for each of many inputs, and all run the same lines as the tests of the
# command itself: to measure them would take as long as to run them.
_NOT_MEASURED = {
    "test_completion",
    "test_examples",
    "test_fault_matrix",
    "test_hostile_input",
    "test_interrupts",
    "test_recipes",
    "test_wheel",
}


@pytest.fixture(scope="module", autouse=True)
def _measured_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets coverage look into the processes of most modules."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.stem in _NOT_MEASURED:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """End-to-end tests one by one, since they mostly wait; all others a file at a time."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # published without types
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            together = "/e2e/" not in file or file.endswith(_KEPT_TOGETHER)
            return file if together else nodeid

    return Scheduling(config, log)
