"""When to ask next: the pace while all goes well. Pure."""

import math

from gcore_tasks_cli.polling.pace.expectations import Expectations

# Least time between two checks of one task that gtask chooses by itself, in seconds.
SHORTEST_GAP_SECONDS = 1.0
SHORTEST_PLANNED_GAP_SECONDS = 0.5
LONGEST_PLANNED_GAP_SECONDS = 120.0
LONGEST_GAP_SECONDS = 60.0
_ROOT_FACTOR = 1.2
# The last look before the deadline leaves this much for its answer.
_LAST_LOOK_SECONDS = 1.0


class Schedule:
    """The pace of checks. `interval` fixes it; without one it follows what is known of the type.

    Where durations are known, looks follow the plan that is best for them (`plan`). Of a task of
    unknown duration the hazard is about 1/age, and the rate of looking that notices an end soonest
    for a number of looks is proportional to the square root of the hazard rate (Keller 1974,
    "Optimum checking schedules for systems subject to random failure"): so the gap grows with the
    square root of its age, 1.2·√age, which gives the API's documented pace (5 s for what takes
    20 s, 30 s for what takes ten minutes).
    """

    def __init__(
        self, interval: float | None = None, expectations: Expectations | None = None
    ) -> None:
        self.interval = interval
        self.expectations = expectations or Expectations()

    def gap(self, age_seconds: float, task_type: str | None = None, sharing: int = 1) -> float:
        """Seconds until the next check of a task of this age; one look serves `sharing` tasks."""
        if self.interval is not None:
            return self.interval
        age = max(0.0, age_seconds)
        # Rounded down to a power of four, so that few plans have to be made.
        shared = 4 ** ((max(1, sharing).bit_length() - 1) // 2)
        plan = self.expectations.plan(task_type, shared)
        if plan is not None and (then := plan.next_look(age)) is not None:
            return min(max(then - age, SHORTEST_PLANNED_GAP_SECONDS), LONGEST_PLANNED_GAP_SECONDS)
        gap = _ROOT_FACTOR * math.sqrt(age / shared)
        return min(max(gap, SHORTEST_GAP_SECONDS), LONGEST_GAP_SECONDS)

    def next_check(
        self,
        now: float,
        age_seconds: float,
        deadline: float,
        task_type: str | None = None,
        sharing: int = 1,
    ) -> float:
        """When to check next. A chosen pace takes one last look shortly before the deadline."""
        then = now + self.gap(age_seconds, task_type, sharing)
        last_look = deadline - _LAST_LOOK_SECONDS
        if self.interval is None and then > last_look > now + SHORTEST_GAP_SECONDS:
            return last_look
        return then
