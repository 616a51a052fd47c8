"""A queue whose entries can be moved and dropped."""

from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.polling.due import DueQueue

STEPS = st.tuples(
    st.sampled_from(["put", "put", "drop", "pop"]), st.integers(0, 5), st.floats(0, 9)
)


@given(st.lists(STEPS, max_size=60))
def test_each_key_is_in_it_once_with_the_last_time_it_was_given(
    steps: list[tuple[str, int, float]],
) -> None:
    queue: DueQueue[int] = DueQueue()
    expected: dict[int, float] = {}
    for do, key, due in steps:
        if do == "put":
            queue.put(key, due)
            expected[key] = due
        elif do == "drop":
            queue.drop(key)
            expected.pop(key, None)
        elif (first := queue.pop()) is not None:
            assert expected.pop(first[1]) == first[0] <= min(expected.values(), default=first[0])
        first = queue.first()
        assert (first is None) == (not expected)
        assert first is None or (expected[first[1]] == first[0] == min(expected.values()))


def test_of_two_that_are_due_together_the_first_one_is_first() -> None:
    queue: DueQueue[str] = DueQueue()
    for key in "cab":
        queue.put(key, 1.0)
    assert [queue.pop(), queue.pop(), queue.pop(), queue.pop()] == [
        (1, "c"),
        (1, "a"),
        (1, "b"),
        None,
    ]
