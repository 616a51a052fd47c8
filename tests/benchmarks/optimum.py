"""The best possible moments to look at a task whose distribution of durations is known.

Dynamic programming over ages: from each age the next look that costs least, where a look has its
price and an end costs the seconds until the next look (Barlow & Proschan 1963, "Planned
replacement"; the checking schedules of chapter 4 of their "Mathematical Theory of Reliability").
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

_AGES = 500
_FIRST_AGE = 0.2
# Looks further ahead than this factor of the age are never best, and need not be tried.
_FURTHEST = 1.6


class Plan:
    """When to look; made of a large sample of durations in seconds, failures included."""

    def __init__(self, durations: Sequence[float], price: Callable[[float], float]) -> None:
        ends = sorted(durations)
        sums = [0.0, *accumulate(ends)]
        factor = (1.02 * ends[-1] / _FIRST_AGE) ** (1 / _AGES)
        self._ages = [0.0, *(_FIRST_AGE * factor**n for n in range(_AGES + 1))]
        over = [bisect_right(ends, age) for age in self._ages]  # how many have ended by then
        self._next = [0] * len(self._ages)
        cost = [0.0] * len(self._ages)
        for n in range(len(self._ages) - 2, -1, -1):
            left = len(ends) - over[n]
            best = float("inf")
            for then in range(n + 1, len(self._ages)):
                ended = over[then] - over[n]
                late = ended * self._ages[then] - (sums[over[then]] - sums[over[n]])
                rest = (left - ended) * cost[then]
                total = price(self._ages[then]) + ((late + rest) / left if left else 0.0)
                if total < best:
                    best, self._next[n] = total, then
                if self._ages[then] > max(1.0, _FURTHEST * self._ages[n]) and ended:
                    break
            cost[n] = best

    def watch(self, age: float, duration: float) -> tuple[float, int]:
        """Seconds that the end is noticed late, and looks, of a wait that begins at this age."""
        at, looks = bisect_left(self._ages, age), 1
        while at < len(self._ages) - 1 and (looks == 1 or self._ages[at] < duration):
            at = self._next[at]
            looks += 1
        return max(0.0, self._ages[at] - duration), looks
