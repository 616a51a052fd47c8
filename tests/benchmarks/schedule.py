"""When to look: overshoot and requests in simulated time, against every 3 s and the optimum.

Durations are lognormal, the documented range being 5th and 95th percentile. The watcher is the
real one; its requests are counted whole, the look at the start and the history included.
"""

import json
import math
import random
import statistics
from datetime import datetime, timedelta

from gcore_tasks_cli.polling.events import Settled
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.pace.durations import Durations
from gcore_tasks_cli.polling.pace.plan import best_plan
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import PageAnswer
from gcore_tasks_cli.polling.watcher import Watcher
from gcore_tasks_cli.tasks.document import parse_page
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import Deadline
from tests.benchmarks.tables import markdown
from tests.properties.simulation import START, SimulatedPort

_RUNS = 2000
_SDK_SECONDS = 3.0
_BEGIN = datetime(2026, 1, 1)
# The provider's documented operations, and the task types that stand for them.
_OPERATIONS = {
    "create VM": ("create_vm", 15.0, 30.0),
    "create volume": ("create_volume", 5.0, 15.0),
    "network or subnet": ("create_network", 5.0, 10.0),
    "load balancer": ("create_loadbalancer", 30.0, 90.0),
    "delete VM": ("delete_vm", 15.0, 70.0),
    "delete bare metal": ("delete_bm", 60.0, 120.0),
    "Kubernetes cluster": ("create_k8s_cluster_v2", 300.0, 900.0),
}


def main() -> None:
    """Prints the table: mean overshoot in seconds, and mean number of requests."""
    rows, ratios, overshoots = [], [], []
    for name, (task_type, low, high) in _OPERATIONS.items():
        known = Durations.of_range(low, high)
        dice = random.Random(20260523)
        durations = [math.exp(dice.gauss(known.mu, known.sigma)) for _ in range(_RUNS)]
        sdk = [_every_three_seconds(seconds) for seconds in durations]
        ours = [_gtask(seconds, task_type, known, dice) for seconds in durations]
        unknown = [_gtask(seconds, "some_new_type", None, dice) for seconds in durations[:500]]
        sdk_late, sdk_requests = _means(sdk)
        late, requests = _means(ours)
        best = _best(known, durations, requests)
        root_late, root_requests = _means(unknown)
        ratios.append(late / sdk_late)
        overshoots.append((late, sdk_late))
        rows.append(
            [
                name,
                f"{sdk_late:.2f} s / {sdk_requests:.1f}",
                f"{late:.2f} s / {requests:.1f}",
                f"{late / sdk_late:.2f}",
                f"{100 * late / statistics.fmean(durations):.1f} %",
                f"{best:.2f} s",
                f"{root_late:.2f} s / {root_requests:.1f}",
            ]
        )
    head = [
        "operation",
        "SDK, every 3 s",
        "gtask",
        "ratio",
        "of the duration",
        "best possible with as many",
        "gtask, type unknown",
    ]
    print(markdown(head, rows))
    ours_all, sdk_all = (statistics.fmean(column) for column in zip(*overshoots, strict=True))
    print(
        f"\nmean overshoot / requests over {_RUNS} simulated tasks each; overshoot on average over "
        f"the rows: {ours_all:.2f} s against {sdk_all:.2f} s, {ours_all / sdk_all:.2f} of it"
    )


def _every_three_seconds(duration: float) -> tuple[float, int]:
    looks = math.ceil(duration / _SDK_SECONDS)
    return looks * _SDK_SECONDS - duration, looks + 1


def _gtask(
    duration: float, task_type: str, known: Durations | None, dice: random.Random
) -> tuple[float, int]:
    def history(_request: PageRequest, _t: float) -> PageAnswer:
        if known is None:
            return PageAnswer([], 0, START)
        return _past(task_type, [math.exp(dice.gauss(known.mu, known.sigma)) for _ in range(20)])

    port = SimulatedPort(
        lambda _id, t: "FINISHED" if t >= duration else "RUNNING",
        latency_seconds=0.0,
        task_type=task_type,
        list_page=history,
    )
    watcher = Watcher(
        ["task"],
        port,
        goal=Goal(),
        deadline=Deadline.after(7200.0, START),
        schedule=Schedule(),
        uniform=dice.uniform,
        tick_seconds=7200.0,
    )
    (noticed,) = [event.at for event in watcher.run() if isinstance(event, Settled)]
    return noticed - START - duration, len(port.asked) + len(port.pages)


def _past(task_type: str, durations: list[float]) -> PageAnswer:
    rows = [
        {
            "id": f"past-{n}",
            "state": "FINISHED",
            "task_type": task_type,
            "created_on": "2026-01-01T00:00:00Z",
            "finished_on": f"{_BEGIN + timedelta(seconds=s):%Y-%m-%dT%H:%M:%SZ}",
        }
        for n, s in enumerate(durations)
    ]
    documents, count = parse_page(json.dumps({"count": len(rows), "results": rows}))
    return PageAnswer(documents, count, START)


def _best(known: Durations, durations: list[float], requests: float) -> float:
    """Mean overshoot of the optimum for the known distribution with no more requests."""
    low, high = 1e-3, 10.0
    late = math.inf
    for _ in range(14):
        price = math.sqrt(low * high)
        looks = best_plan(known, price, odd_share=0.0).looks()
        mean_late, mean_requests = _means([_by_plan(looks, seconds) for seconds in durations])
        if mean_requests > requests:
            low = price
        else:
            high, late = price, mean_late
    return late


def _by_plan(looks: list[float], duration: float) -> tuple[float, int]:
    for n, look in enumerate(looks):
        if look >= duration:
            return look - duration, n + 2
    gaps = math.ceil((duration - looks[-1]) / _SDK_SECONDS)
    return looks[-1] + gaps * _SDK_SECONDS - duration, len(looks) + 1 + gaps


def _means(runs: list[tuple[float, int]]) -> tuple[float, float]:
    return statistics.fmean(late for late, _ in runs), statistics.fmean(n for _, n in runs)
