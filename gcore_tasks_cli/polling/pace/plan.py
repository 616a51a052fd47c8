"""When to look at a task whose distribution of durations is known: the best plan, by computation.

Looking costs `price` each; not noticing the end costs a second a second. The plan that costs
least on average is found by dynamic programming over the times at which one could look, backward
from the last: a discrete form of the optimum of Barlow, Hunter and Proschan ("Optimum checking
procedures", 1963), which needs no assumption on the shape of the distribution.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gcore_tasks_cli.polling.pace.durations import Durations

# The grid spans all but a few in ten thousand of the durations, evenly on a logarithmic scale.
_FIRST_DEVIATION, _LAST_DEVIATION = -3.2, 3.6
_FINEST_STEP_SECONDS = 0.05
_MOST_STEPS = 800
# What fails, often fails at once, whatever its type usually takes: so early looks are worth a
# little. The share of tasks that are supposed to end at no usual time, spread evenly over the
# logarithm of the time from a second to the last grid point.
_ODD_SHARE = 0.004


@dataclass(frozen=True, slots=True)
class Plan:
    """For each age on the grid, when to look next; ages in seconds."""

    ages: Sequence[float]
    following: Sequence[int]

    def next_look(self, age: float) -> float | None:
        """The age at which to look after having looked at `age`; None beyond the plan's end."""
        here = bisect_right(self.ages, age) - 1
        if here < 0 or here >= len(self.ages) - 1:
            return None
        return max(self.ages[self.following[here]], age)

    def looks(self, age: float = 0.0) -> list[float]:
        """All the ages at which a task that never ends is looked at after `age`."""
        found: list[float] = []
        following = self.next_look(age)
        while following is not None:
            found.append(following)
            following = self.next_look(following)
        return found


def best_plan(durations: Durations, price: float, odd_share: float = _ODD_SHARE) -> Plan:
    """The plan of least cost, `price` of one look in seconds of not noticing."""
    ages = _grid(durations)
    ended = _shares(durations, ages, odd_share)
    # Seconds by which tasks that end before an age would be noticed late at it, added up.
    late = [0.0]
    for n in range(1, len(ages)):
        late.append(late[-1] + (ended[n] + ended[n - 1]) / 2 * (ages[n] - ages[n - 1]))
    count = len(ages)
    cost, following = [0.0] * count, [count - 1] * count
    for here in range(count - 2, -1, -1):
        look = price * (1.0 - ended[here])
        age, before, least = ages[here], ended[here], math.inf
        base = look - late[here] + before * age
        for then in range(here + 1, count):
            so_far = base + late[then] - before * ages[then]
            if so_far > least:
                break  # lateness alone costs more than the best, and grows
            total = so_far + cost[then]
            if total < least:
                least, following[here] = total, then
        cost[here] = least
    return Plan(ages, following)


def _grid(durations: Durations) -> list[float]:
    """Ages at which one could look: thin before anything usual ends, even where most do."""
    first, last = durations.quantile(_FIRST_DEVIATION), durations.quantile(_LAST_DEVIATION)
    ages, age = [0.0], 1.0
    while age < first:
        ages.append(age)
        age *= 1.25
    steps = min(_MOST_STEPS, max(8, int((last - first) / _FINEST_STEP_SECONDS)))
    ratio = (last / first) ** (1.0 / steps)
    return ages + [first * ratio**n for n in range(steps + 1)]


def _shares(durations: Durations, ages: Sequence[float], odd_share: float) -> list[float]:
    whole = math.log(ages[-1])
    return [
        (1.0 - odd_share) * durations.share_ended(age)
        + odd_share * (math.log(age) / whole if age > 1.0 else 0.0)
        for age in ages
    ]
