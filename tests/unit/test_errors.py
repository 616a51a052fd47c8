"""Which exit status is that of several things that happened."""

import pytest

from gcore_tasks_cli.errors import ExitCode, most_important


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], 0), ([0, 124], 124), ([124, 1], 1), ([1, 4], 4), ([4, 5], 5), ([5, 3, 1], 3)],
)
def test_the_first_of_3_5_4_1_124(codes: list[int], expected: int) -> None:
    assert most_important(map(ExitCode, codes)) == expected
