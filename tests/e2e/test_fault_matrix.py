"""gtask through every row of the fault matrix, over real sockets."""

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.harness import AT_ONCE_SECONDS
from tests.fault_matrix.promises import ELSEWHERE, PROMISES
from tests.fault_matrix.row import Row
from tests.fault_matrix.rows import ROWS
from tests.fault_matrix.run import Outcome, gtask_complaints, key_of, run

pytest.importorskip("posix", reason="the memory of a child is measured with wait4")

assert sys.platform != "win32"

# Nearly all of their time is waiting.
AT_ONCE = 12


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, "Future[Outcome]"]]:
    """All rows under way beside each other, the slow ones first."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {row.name: pool.submit(run, row) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_gtask_comes_through(row: Row, outcomes: dict[str, "Future[Outcome]"]) -> None:
    outcome = outcomes[row.name].result()
    # A permanent fault ends the wait at once: by its own status, and before the deadline could.
    is_permanent = row.expected_status not in (0, 124)
    room = row.deadline - row.within if is_permanent else AT_ONCE_SECONDS
    assert not gtask_complaints(row, outcome, key_of(row), room), outcome


def test_each_promise_has_a_row_and_each_row_a_promise() -> None:
    shown = {promise for row in ROWS for promise in row.promises}
    assert shown == set(PROMISES)
    assert all(row.promises for row in ROWS)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_what_has_no_row_has_a_test_of_its_own() -> None:
    for promise, place in ELSEWHERE.items():
        file, _, name = place.partition("::")
        text = Path(__file__).with_name(file).read_text(encoding="utf-8")
        assert f"def {name}(" in text, f"nothing shows that {promise}"
