"""When to ask next: the pace while all goes well, and the backoff after trouble. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass

# Least time between two checks of one task that gtask chooses by itself, in seconds.
SHORTEST_GAP_SECONDS = 1.0
LONGEST_GAP_SECONDS = 60.0
_ROOT_FACTOR = 1.2
_BACKOFF_BASE_SECONDS = 1.0
_BACKOFF_CAP_SECONDS = 30.0
_BACKOFF_FLOOR_SECONDS = 0.1
# The last look before the deadline leaves this much for its answer.
_LAST_LOOK_SECONDS = 1.0

Uniform = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The pace of checks. `interval` fixes it; without one it follows the task's age.

    The rate of looking that notices an end soonest for a number of looks is proportional to the
    square root of the hazard rate (Keller 1974, "Optimum checking schedules for systems subject
    to random failure"). Of a task of unknown duration the hazard is about 1/age, so the gap grows
    with the square root of its age: 1.2·√age, which gives the API's documented pace (5 s for what
    takes 20 s, 30 s for what takes ten minutes).
    """

    interval: float | None = None

    def gap(self, age_seconds: float) -> float:
        """Seconds until the next check of a task of this age."""
        if self.interval is not None:
            return self.interval
        gap = _ROOT_FACTOR * math.sqrt(max(0.0, age_seconds))
        return min(max(gap, SHORTEST_GAP_SECONDS), LONGEST_GAP_SECONDS)

    def next_check(self, now: float, age_seconds: float, deadline: float) -> float:
        """When to check next. A chosen pace takes one last look shortly before the deadline."""
        then = now + self.gap(age_seconds)
        last_look = deadline - _LAST_LOOK_SECONDS
        if self.interval is None and then > last_look > now + SHORTEST_GAP_SECONDS:
            return last_look
        return then


def backoff(failures: int, uniform: Uniform) -> float:
    """Seconds to wait after so many failures in a row: exponential, capped, with full jitter.

    Full jitter as in Brooker, "Exponential Backoff And Jitter" (2015): those who failed together
    do not come back together.
    """
    ceiling = min(
        _BACKOFF_CAP_SECONDS, _BACKOFF_BASE_SECONDS * 2.0 ** min(max(failures - 1, 0), 30)
    )
    return max(_BACKOFF_FLOOR_SECONDS, uniform(0.0, ceiling))
