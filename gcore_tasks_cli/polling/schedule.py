"""When to check a task next, while all goes well. Pure."""

import math

from gcore_tasks_cli.tasks.expectations import Expectations

# What a request costs, in seconds of noticing an end later. With it the looks are about as many as
# at every 3 s, over a mix of task types (`make bench` shows what half and twice of it would do).
PRICE_SECONDS = 0.0375
# From this age on the price grows with the age: the later an end, the less a second matters.
LONG_SECONDS = 180.0
# Bounds that users are promised: never two checks of a task within this, and two requests a second
# in all where tasks are asked for one by one.
SHORTEST_GAP_SECONDS = 0.45
_SECONDS_A_REQUEST = 0.5
_MOST_SHARING_THE_RATE = 5
# A distribution that is wrong must not make gtask later than a program that looks every 3 s, on
# any type of task that takes less than three minutes. (Users are promised a state that is never
# older than 4 s in the first half minute, nor than a fifteenth of the task's age later on.)
_LONGEST_GAP_WHILE_YOUNG = 2.8
_YOUNG_SECONDS = 180.0
_LONGEST_GAP_SHARE = 1 / 16  # of the age; the answer takes its time too
# However old a task is, nobody accepts that its end is noticed more than a minute late.
_LONGEST_GAP_SECONDS = 55.0
# One list answers for many tasks, but more often than this serves none of them.
_MOST_SERVED_BY_A_LOOK = 16
# The last look before the deadline leaves this much for its answer.
LAST_LOOK_SECONDS = 1.0


class Schedule:
    """The pace of checks. `interval` fixes it; without one it follows what is known of the type.

    The interval that costs least, where a look costs `PRICE_SECONDS` and an end has the hazard
    rate h, is √(2 · price / h): the rate of looking is proportional to the square root of the
    hazard rate (Keller 1974, "Optimum checking schedules for systems subject to random failure").
    """

    def __init__(
        self, interval: float | None = None, expectations: Expectations | None = None
    ) -> None:
        self.interval = interval
        self.expectations = expectations or Expectations()

    def gap(
        self,
        age_seconds: float,
        task_type: str | None = None,
        *,
        tasks: int = 1,
        is_by_list: bool = False,
    ) -> float:
        """Seconds until the next check of a task of this age, one of so many `tasks`."""
        if self.interval is not None:
            return self.interval
        age = max(0.1, age_seconds)
        served = min(tasks, _MOST_SERVED_BY_A_LOOK) if is_by_list else 1
        price = PRICE_SECONDS * max(1.0, age / LONG_SECONDS) / served
        best = math.sqrt(2.0 * price / self.expectations.hazard(task_type, age))
        is_young = age < _YOUNG_SECONDS
        longest = _LONGEST_GAP_WHILE_YOUNG if is_young else age * _LONGEST_GAP_SHARE
        longest = min(longest, _LONGEST_GAP_SECONDS)
        shortest = SHORTEST_GAP_SECONDS
        if not is_by_list:
            shortest = max(shortest, _SECONDS_A_REQUEST * min(tasks, _MOST_SHARING_THE_RATE))
        return max(min(best, longest), shortest)
