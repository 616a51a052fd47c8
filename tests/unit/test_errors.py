"""Exit statuses are numbers that scripts rely on."""

import pytest

from gcore_tasks_cli.errors import ExitCode, most_important


def test_the_numbers() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "TASK_ERROR": 1,
        "USAGE": 2,
        "KEY_REFUSED": 3,
        "NOT_FOUND": 4,
        "NO_ANSWER": 5,
        "INTERNAL_ERROR": 70,
        "NOT_FINISHED": 124,
        "INTERRUPTED": 130,
        "OUTPUT_CLOSED": 141,
        "TERMINATED": 143,
    }


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], 0), ([0, 124], 124), ([124, 1], 1), ([1, 4], 4), ([4, 5], 5), ([5, 3, 1], 3)],
)
def test_the_first_of_3_5_4_1_124(codes: list[int], expected: int) -> None:
    assert most_important(map(ExitCode, codes)) == expected
