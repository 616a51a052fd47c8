"""What of a page is new, where only the last tasks that were given are remembered."""

import json
from collections.abc import Sequence

import pytest

from gcore_tasks_cli.polling.page_reader import _Window
from gcore_tasks_cli.tasks.document import Document
from tests.properties.shifting_list import task
from tests.unit.documents import document


def window(size: int, *, newest_first: bool = True) -> _Window:
    return _Window(size, newest_first)


def ids(documents: Sequence[Document]) -> list[str]:
    return [document.id for document in documents]


def tasks(*numbers: int) -> list[Document]:
    return [task(number) for number in numbers]


@pytest.mark.parametrize("sign", [1, -1])
def test_what_was_given_is_not_new(sign: int) -> None:
    # `sign` turns the order: newest first, or oldest first.
    seen = window(4, newest_first=sign > 0)

    def taken(*numbers: int) -> list[int]:
        return [int(i[1:]) - 100 for i in ids(seen.take(tasks(*(100 + sign * n for n in numbers))))]

    def turned(*numbers: int) -> list[int]:
        return [sign * n for n in numbers]

    assert taken(10, 9, 8, 7) == turned(10, 9, 8, 7)
    # All is remembered so far: what stands before it is new.
    assert taken(11, 10, 9) == turned(11)
    assert taken(7, 6, 5) == turned(6, 5)
    # 10 and 9 are forgotten, but stand before what is remembered.
    assert taken(10, 9, 7, 6) == []
    assert taken(10, 9) == []
    assert taken(5, 4) == turned(4)
    assert taken(3, 2) == turned(3, 2)
    # After one that is known, nothing can have been given.
    assert taken(2, 90) == turned(90)


def test_what_was_given_is_met_again() -> None:
    seen = window(2)
    seen.take(tasks(10, 9, 8))
    assert seen.meets(tasks(20, 8))
    assert not seen.meets(tasks(10, 7))
    assert not seen.meets([])


def test_a_window_that_is_just_full_has_forgotten_nothing() -> None:
    seen = window(3)
    seen.take(tasks(10, 9, 8))
    assert ids(seen.take(tasks(11, 10))) == ["t11"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_task_of_the_same_second_as_the_first_remembered_is_new(newest_first: bool) -> None:
    seen = window(2, newest_first=newest_first)
    numbers = (10, 9, 8) if newest_first else (8, 9, 10)
    seen.take(tasks(*numbers))
    twin = document("twin", created_on=task(9).created_on)
    assert ids(seen.take([twin, task(9)])) == ["twin"]


def test_where_a_time_is_not_known_a_task_is_rather_given_twice() -> None:
    seen = window(2)
    seen.take(tasks(10, 9, 8))
    odd = Document("odd", "NEW", json.dumps({}), {})
    assert ids(seen.take([odd, *tasks(8)])) == ["odd"]
    seen = window(2)
    seen.take([*tasks(10), odd, *tasks(8)])
    assert ids(seen.take([*tasks(10), odd])) == ["t10"]
