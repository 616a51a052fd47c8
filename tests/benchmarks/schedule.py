"""When to look: lateness and requests in a world that is drawn apart from the code's tables.

The wait is the real one, in simulated time; all its requests count, the look at the start and the
list of past tasks included. Beside it the SDK (every 3 s, from when the wait begins), and the
best possible schedule of a program that knows the true mixture of durations of each type.
"""

import math
import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gcore_tasks_cli.polling import schedule
from gcore_tasks_cli.polling.events import Settled
from gcore_tasks_cli.polling.requests import UNTIL_DEADLINE, Requests
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.polling.watch import Watch
from gcore_tasks_cli.tasks import expectations
from tests.benchmarks.optimum import Plan
from tests.benchmarks.tables import markdown
from tests.benchmarks.world import Case, cases, durations, task_types
from tests.properties.world import START, SimulatedTask, World

_SEEDS = (1, 2, 3)
_CASES_A_TYPE = 400
# What the best possible schedule knows of each type.
_KNOWN_DURATIONS = 5000
# Of gtask's price of a look: with it, it asks about as often for tasks under three minutes.
_BEST_PRICE = 0.35
_SDK_SECONDS = 3.0
_TIMEOUT_SECONDS = 36_000.0
_SPANS = ((30.0, "under 30 s"), (180.0, "30 s to 3 min"), (float("inf"), "longer"))
_EARLY = "early failures"
# Waits for so many short tasks at once, and how many waits of each kind in each world.
_AT_ONCE = (1, 2, 5, 6, 20, 100)
_WAITS = 100
# The constants, and where each stands.
_CONSTANTS = (
    ("price of a look", schedule, "PRICE_SECONDS"),
    ("price grows from this age on", schedule, "_LONG_SECONDS"),
    ("most trust in a distribution", expectations, "_TRUST"),
    ("shortest gap", schedule, "SHORTEST_GAP_SECONDS"),
    ("longest gap while young", schedule, "_LONGEST_GAP_WHILE_YOUNG"),
    ("longest gap, share of the age", schedule, "_LONGEST_GAP_SHARE"),
    ("history asked for after", expectations, "_ASK_AFTER_SECONDS"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One task, waited for by both: seconds late, and requests."""

    type_name: str
    median: float
    duration: float
    failed_early: bool
    late: float
    requests: int
    sdk_late: float
    sdk_requests: int
    best_late: float
    best_requests: int

    @property
    def row(self) -> str:
        """The row of the table that it belongs to."""
        if self.failed_early:
            return _EARLY
        return next(name for limit, name in _SPANS if self.duration < limit)


def main() -> None:
    """Prints the tables: by span and outcome for each seed, the weakest type, the constants."""
    by_seed = {seed: list(results(seed)) for seed in _SEEDS}
    every = [result for found in by_seed.values() for result in found]
    head = ["tasks", "SDK, every 3 s", "gtask", "best possible", "gtask to SDK"]
    head += ["of the duration", "ratio by seed"]
    rows = []
    for name in (*(name for _, name in _SPANS), _EARLY):
        chosen = [r for r in every if r.row == name]
        seeds = [_ratio([r for r in found if r.row == name]) for found in by_seed.values()]
        rows.append(
            [
                name,
                *(_figures(chosen, who) for who in ("sdk_", "", "best_")),
                f"{_ratio(chosen):.2f}",
                f"{100 * statistics.fmean(r.late / r.duration for r in chosen):.2f} %",
                ", ".join(f"{ratio:.2f}" for ratio in seeds),
            ]
        )
    print(markdown(head, rows))
    sdk, ours = _mean(every, "sdk_requests"), _mean(every, "requests")
    print(f"\nrequests over an even mix of types: {ours:.1f} against {sdk:.1f} ({ours / sdk:.2f})")
    ratio, name = max(_of_types(by_seed))
    print(f"the weakest type under three minutes: {name}, {ratio:.2f} of the SDK's lateness\n")
    print(markdown(["tasks at once", "s until noticed", "requests a task"], _at_once()))
    print(markdown(["constant", "factor", *(row[0] for row in rows), "requests"], _sensitivity()))


def results(
    seed: int, cases_a_type: int = _CASES_A_TYPE, known: int = _KNOWN_DURATIONS
) -> Iterator[Result]:
    """All on the tasks of one world; the best plan knows so many durations of each type, if any."""
    for kind in task_types(seed):
        dice = random.Random(f"wait {seed} {kind.name}")
        plan = Plan(durations(kind, known, seed), _best_price) if known else None
        for case in cases(kind, cases_a_type, seed):
            left = case.duration - case.age
            late, requests = _gtask(case, kind.name, dice)
            looks = int(left / _SDK_SECONDS) + 1
            yield Result(
                kind.name,
                kind.median,
                case.duration,
                case.failed_early,
                late,
                requests,
                looks * _SDK_SECONDS - left,
                looks + 1,
                *(plan.watch(case.age, case.duration) if plan else (0.0, 0)),
            )


def _best_price(age: float) -> float:
    return _BEST_PRICE * schedule.PRICE_SECONDS * max(1.0, age / schedule.LONG_SECONDS)


def _gtask(case: Case, task_type: str, dice: random.Random) -> tuple[float, int]:
    (late,), requests = _wait([(task_type, case)], dice)
    return late, requests


def _wait(chosen: Sequence[tuple[str, Case]], dice: random.Random) -> tuple[list[float], int]:
    """How late the end of each task is noticed in one wait for all, and all its requests."""
    tasks: dict[str, SimulatedTask] = {}
    past: list[SimulatedTask] = []
    for n, (task_type, case) in enumerate(chosen):
        created = math.floor(case.created - case.age)
        end = case.duration - case.age
        tasks[f"task-{n}"] = SimulatedTask(f"task-{n}", end, created, task_type=task_type)
        past += _past(task_type, case.past, n)
    world = World([*tasks.values(), *past], latency=0.0)
    wait = Watch(
        list(tasks),
        Requests(world, UNTIL_DEADLINE, dice.uniform, deadline=START + _TIMEOUT_SECONDS),
        Schedule(),
        tick_seconds=_TIMEOUT_SECONDS,
    )
    ended = [event for event in wait.run() if isinstance(event, Settled)]
    assert len(ended) == len(tasks)
    late = [event.at - START - tasks[event.task_id].end for event in ended]
    return late, len(world.requests)


def _past(task_type: str, past: Sequence[tuple[float, bool]], of: int) -> Iterator[SimulatedTask]:
    for n, (seconds, failed) in enumerate(past):
        created = -(n + 1) * _TIMEOUT_SECONDS
        # The API shows whole seconds.
        end, final = created + int(seconds), "ERROR" if failed else "FINISHED"
        yield SimulatedTask(f"past-{of}-{n}", end, created, final, task_type=task_type)


def _at_once() -> list[list[str]]:
    """How late the ends of tasks under 30 s are noticed, by how many are waited for at once."""
    rows = []
    for count in _AT_ONCE:
        late: list[float] = []
        requests = 0
        for seed in _SEEDS:
            dice = random.Random(f"{count} at once {seed}")
            short = [
                (kind.name, case)
                for kind in task_types(seed)
                for case in cases(kind, _WAITS, seed)
                if case.duration < _SPANS[0][0]
            ]
            for _ in range(_WAITS):
                found, sent = _wait(dice.sample(short, count), dice)
                late += found
                requests += sent
        rows.append([str(count), f"{statistics.fmean(late):.2f}", f"{requests / len(late):.1f}"])
    return rows


def _mean(results: Sequence[Result], name: str) -> float:
    return statistics.fmean(getattr(result, name) for result in results)


def _figures(results: Sequence[Result], who: str) -> str:
    return f"{_mean(results, f'{who}late'):.2f} s / {_mean(results, f'{who}requests'):.1f}"


def _ratio(results: Sequence[Result]) -> float:
    return _mean(results, "late") / _mean(results, "sdk_late")


def _of_types(by_seed: dict[int, list[Result]]) -> Iterator[tuple[float, str]]:
    for seed, found in by_seed.items():
        for name in {r.type_name for r in found if r.median < 180}:
            of_type = [r for r in found if r.type_name == name and not r.failed_early]
            chosen = [r for r in of_type if r.duration < 180]
            yield _ratio(chosen), f"{name} of world {seed}"


def _sensitivity() -> list[list[str]]:
    """The same figures with each constant at half, once and twice its value."""
    rows = []
    for name, module, constant in _CONSTANTS:
        value = getattr(module, constant)
        for factor in (0.5, 1.0, 2.0):
            setattr(module, constant, min(value * factor, 0.98) if value < 1 else value * factor)
            found = [r for seed in _SEEDS for r in results(seed, _CASES_A_TYPE // 8, known=0)]
            setattr(module, constant, value)
            kinds = (*(kind for _, kind in _SPANS), _EARLY)
            ratios = [f"{_ratio([r for r in found if r.row == kind]):.2f}" for kind in kinds]
            share = _mean(found, "requests") / _mean(found, "sdk_requests")
            rows.append([name, f"{factor:g}", *ratios, f"{share:.2f}"])
    return rows
