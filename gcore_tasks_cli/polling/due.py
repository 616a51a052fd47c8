"""What is due when: a priority queue whose entries can be moved and dropped. Pure."""

import heapq
from itertools import count
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")


class DueQueue(Generic[KeyT]):
    """Keys by when they are due, in seconds; each is in it once, with the last time it was given.

    The heap keeps outdated entries until they come up, so that moving a key costs no search.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, KeyT]] = []
        self._entries: dict[KeyT, int] = {}
        self._numbers = count()

    def put(self, key: KeyT, due: float) -> None:
        """Makes the key due then, instead of at any earlier or later time."""
        self._entries[key] = number = next(self._numbers)
        heapq.heappush(self._heap, (due, number, key))

    def drop(self, key: KeyT) -> None:
        """The key is no longer due."""
        self._entries.pop(key, None)

    def first(self) -> tuple[float, KeyT] | None:
        """What is due first, and when; None if nothing is."""
        while self._heap:
            due, number, key = self._heap[0]
            if self._entries.get(key) == number:
                return due, key
            heapq.heappop(self._heap)
        return None

    def pop(self) -> tuple[float, KeyT] | None:
        """Takes out what is due first, with its time."""
        if (first := self.first()) is not None:
            heapq.heappop(self._heap)
            del self._entries[first[1]]
        return first
