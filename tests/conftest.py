"""What holds for all tests: how they are handed out, which processes are measured."""

import os
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import coverage
import pytest
from hypothesis import settings

# The machine is shared. Each run has the same examples, so that a red one is red again; a night
# of fuzzing looks for others.
settings.register_profile(
    "gtask", deadline=None, derandomize="GTASK_FUZZ_EXAMPLES" not in os.environ
)
settings.load_profile("gtask")

# Their tests share what is costly to set up.
_KEPT_TOGETHER = ("test_fault_matrix.py", "test_wheel.py")
# They mostly wait; those with the longest waits first.
_LONG = (
    *("test_sandbox.py", "test_fault_matrix.py", "test_examples.py", "test_recipes.py"),
    *("test_get.py", "test_watch.py", "test_hostile_input.py", "test_wheel.py"),
    *("test_terminal.py", "test_completion.py"),
)


@pytest.fixture(autouse=True)
def _measured(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets coverage look at the unit tests, and at the gtask of `measured` tests.

    A measured process takes twice as long as another. Those that are measured go, between
    them, through nearly all that gtask does; the others go the same ways with other inputs,
    and so do the hundreds of examples of a property.
    """
    measuring = coverage.Coverage.current()
    if measuring is None or request.node.get_closest_marker("measured"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        if request.path.parent.name == "unit" and not request.node.get_closest_marker("hypothesis"):
            yield
            return
        measuring.stop()
        yield
        measuring.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mixes those that wait for long, those that compute and the short ones, which come last too.

    So neither core is idle while many tests wait, nor at the end.
    """
    scopes = [list(scope) for _, scope in groupby(items, lambda item: _scope(item.nodeid))]
    kinds: dict[str, list[list[pytest.Item]]] = {"long": [], "inside": [], "short": []}
    for scope in scopes:
        is_long = scope[0].path.name in _LONG
        is_end_to_end = scope[0].path.parent.name == "e2e"
        kinds["long" if is_long else "short" if is_end_to_end else "inside"].append(scope)
    kinds["long"].sort(key=lambda scope: _LONG.index(scope[0].path.name))
    placed = [
        (n / len(scopes) * (1.0 if kind == "short" else 0.8), scope)
        for kind, scopes in kinds.items()
        for n, scope in enumerate(scopes)
    ]
    items[:] = [item for _, scope in sorted(placed, key=itemgetter(0)) for item in scope]


def _scope(nodeid: str) -> str:
    """What is handed out at a time: one end-to-end test, since they mostly wait, or a file."""
    file = nodeid.partition("::")[0]
    together = "/e2e/" not in file or file.endswith(_KEPT_TOGETHER)
    return file if together else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands them out in that order, a scope at a time."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # published without types
        def _split_scope(self, nodeid: str) -> str:
            return _scope(nodeid)

    return Scheduling(config, log)
