"""A world of tasks to try schedules in, drawn apart from anything that the code assumes.

A seed gives 24 task types. Eight have documented ranges, which the world shifts and stretches; of
sixteen nothing is documented. Shapes differ, a third of the types has two modes, one task in five
runs in a region that is twice as fast or half as fast, some fail early and some take far longer.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

_DOCUMENTED = {
    "create_vm": (15.0, 30.0),
    "create_volume": (5.0, 15.0),
    "create_network": (5.0, 10.0),
    "create_subnet": (5.0, 10.0),
    "create_loadbalancer": (30.0, 90.0),
    "delete_vm": (15.0, 70.0),
    "delete_bm": (60.0, 120.0),
    "create_k8s_cluster_v2": (300.0, 900.0),
}
# From which to which median, and how many types: short, medium and long ones.
_UNDOCUMENTED = ((3.0, 30.0, 8), (30.0, 180.0, 6), (180.0, 600.0, 2))
_SHARE_FAILING_EARLY, _EARLIEST_FAILURE = 0.07, 0.5
_SHARE_OF_STRAGGLERS = 0.03
_SPEEDS, _SPEED_WEIGHTS = (1.0, 2.0, 0.5), (0.8, 0.1, 0.1)
# How many of the last tasks of a type ran in the same region as the one that is waited for.
_SHARE_FROM_THE_REGION = 0.7
_MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a type's tasks: `spread` is that of the logarithm, or of the time beyond a least.

    Shapes: "lognormal"; "delayed" (a fixed part, then exponential); "even".
    """

    share: float
    median: float
    spread: float
    shape: str

    def draw(self, dice: random.Random) -> float:
        """The seconds that one task takes."""
        if self.shape == "lognormal":
            return self.median * math.exp(dice.gauss(0.0, self.spread))
        if self.shape == "even":
            return self.median * math.exp(dice.uniform(-1.7, 1.7) * self.spread)
        fixed = self.median / (1.0 + self.spread)
        return fixed + dice.expovariate(math.log(2.0) / (self.median - fixed))


@dataclass(frozen=True, slots=True)
class TaskType:
    """How tasks of a type behave."""

    name: str
    is_documented: bool
    parts: tuple[Part, ...]

    @property
    def median(self) -> float:
        """The usual duration in seconds, near enough to sort types by it."""
        return math.exp(sum(part.share * math.log(part.median) for part in self.parts))

    def draw(self, dice: random.Random, speed: float) -> tuple[float, bool]:
        """The seconds that one task takes in a region of this speed, and whether it failed."""
        if dice.random() < _SHARE_FAILING_EARLY:
            span = math.log(max(self.median, 1.0) / _EARLIEST_FAILURE)
            return _EARLIEST_FAILURE * math.exp(dice.random() * span), True
        (part,) = dice.choices(self.parts, [part.share for part in self.parts])
        seconds = part.draw(dice) * speed
        if dice.random() < _SHARE_OF_STRAGGLERS:
            seconds *= dice.uniform(2.0, 6.0)
        return seconds, False


@dataclass(frozen=True, slots=True)
class Case:
    """One task to wait for; seconds.

    `created` is on the server's clock, `age` what the task has behind it when the wait begins, and
    `past` what the last tasks of its type took, with whether they failed.
    """

    created: float
    age: float
    duration: float
    failed_early: bool
    past: tuple[tuple[float, bool], ...]


def task_types(seed: int) -> list[TaskType]:
    """The types of one world."""
    dice = random.Random(f"types {seed}")
    found = []
    for name, (low, high) in _DOCUMENTED.items():
        median = math.sqrt(low * high) * math.exp(dice.gauss(0.0, 0.3))
        spread = math.log(high / low) / 3.3 * dice.uniform(0.8, 1.6)
        found.append(TaskType(name, True, _parts(dice, median, spread)))
    for low, high, count in _UNDOCUMENTED:
        for n in range(count):
            # Spread over the span, so that no world has only the easy ones.
            median = low * (high / low) ** ((n + dice.random()) / count)
            parts = _parts(dice, median, dice.uniform(0.15, 0.7))
            found.append(TaskType(f"type_of_{median:.0f}_s", False, parts))
    return found


def _parts(dice: random.Random, median: float, spread: float) -> tuple[Part, ...]:
    shape = dice.choice(("lognormal", "lognormal", "delayed", "even"))
    if dice.random() < 2 / 3:
        return (Part(1.0, median, spread, shape),)
    share, factor = dice.uniform(0.2, 0.5), dice.uniform(2.0, 4.0)
    return (
        Part(1.0 - share, median / factor**share, 0.7 * spread, shape),
        Part(share, median * factor ** (1.0 - share), 0.7 * spread, shape),
    )


def durations(task_type: TaskType, count: int, seed: int) -> list[float]:
    """So many durations of the true mixture of a type, over all regions, in seconds."""
    dice = random.Random(f"durations {seed} {task_type.name}")
    return [task_type.draw(dice, _speed(dice))[0] for _ in range(count)]


def cases(task_type: TaskType, count: int, seed: int) -> Iterator[Case]:
    """So many tasks of a type, each with the history that the account has at its time."""
    dice = random.Random(f"cases {seed} {task_type.name}")
    for _ in range(count):
        speed = _speed(dice)
        duration, failed_early = task_type.draw(dice, speed)
        lag = dice.choices(
            (dice.uniform(0.2, 2.0), dice.uniform(2.0, 10.0), dice.uniform(10.0, 60.0)),
            (0.6, 0.3, 0.1),
        )[0]
        # A task that has ended is answered at once by any program: that is no case.
        age = min(lag, 0.9 * duration)
        past = tuple(_past(task_type, dice, speed))
        yield Case(dice.uniform(0.0, 1.0), age, duration, failed_early, past)


def _past(task_type: TaskType, dice: random.Random, speed: float) -> Iterator[tuple[float, bool]]:
    # One account in ten is new, one in five has few tasks of the type.
    count = dice.choices((0, dice.randint(1, 5), _MOST_PAST), (0.1, 0.2, 0.7))[0]
    for _ in range(count):
        is_here = dice.random() < _SHARE_FROM_THE_REGION
        yield task_type.draw(dice, speed if is_here else _speed(dice))


def _speed(dice: random.Random) -> float:
    return dice.choices(_SPEEDS, _SPEED_WEIGHTS)[0]
