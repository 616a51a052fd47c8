"""How long tasks of a type take: what is documented, sharpened by what was seen."""

from collections.abc import Iterable

from gcore_tasks_cli.polling.pace.durations import Durations
from gcore_tasks_cli.polling.pace.plan import Plan, best_plan
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import parse_epoch

# Shortest and longest usual duration in seconds, from the provider's documentation of its tasks
# API, and the price of a look in seconds of not noticing: the lowest at which no more looks are
# taken than by asking every 3 s (for clusters: than by asking every 12 s). `make bench` shows it.
_DOCUMENTED = {
    "create_vm": (15.0, 30.0, 0.0715),
    "create_volume": (5.0, 15.0, 0.24),
    "create_network": (5.0, 10.0, 0.2),
    "create_subnet": (5.0, 10.0, 0.2),
    "create_loadbalancer": (30.0, 90.0, 0.0465),
    "delete_vm": (15.0, 70.0, 0.086),
    "delete_bm": (60.0, 120.0, 0.0225),
    "create_k8s_cluster_v2": (300.0, 900.0, 0.095),
}
_USUAL_PRICE = 0.08
# The last tasks of a type are asked for once a wait has gone on for this long, if nothing is
# documented; where something is, only if there is much to gain (it takes minutes), or if it
# takes clearly longer than documented.
_ASK_AFTER_SECONDS = 20.0
_LONG_SECONDS = 300.0
_CLEARLY_LONGER = 1.5
_MOST_TYPES_ASKED = 8
_TASKS_ASKED = 20
# What this wait has seen end counts from so many on.
_OWN_SAMPLES = 20


class Expectations:
    """What one wait knows of durations, by task type."""

    def __init__(self) -> None:
        self._learned: dict[str, Durations] = {}
        self._told: dict[str, Durations] = {}
        self._seen: dict[str, list[float]] = {}
        self._next_lesson: dict[str, int] = {}
        self._asked: set[str] = set()
        self._plans: dict[tuple[Durations, float], Plan] = {}

    def durations(self, task_type: str | None) -> Durations | None:
        """The best that is known; None for a type of which nothing is."""
        if task_type in self._learned:
            return self._learned[task_type]
        return _documented(task_type)

    def usual(self, task_type: str | None) -> Durations | None:
        """The same, without what has ended in this wait.

        Those that end first are the short ones: to say that so long is usual while most are still
        under way would call every other one late.
        """
        return self._told.get(task_type or "") or _documented(task_type)

    def plan(self, task_type: str | None, sharing: int = 1) -> Plan | None:
        """When to look at a task of this type, a look serving so many tasks at once."""
        durations = self.durations(task_type)
        if durations is None:
            return None
        price = _DOCUMENTED.get(task_type or "", (0.0, 0.0, _USUAL_PRICE))[2] / sharing
        key = (durations, price)
        if key not in self._plans:
            self._plans[key] = best_plan(durations, price)
        return self._plans[key]

    def question(self, task_type: str | None, age: float) -> PageRequest | None:
        """What to ask the API to know more, once, when it has become worth a request."""
        if not task_type or task_type in self._asked or task_type in self._learned:
            return None
        documented = _DOCUMENTED.get(task_type)
        worth_it = age >= _ASK_AFTER_SECONDS and (
            documented is None
            or documented[1] >= _LONG_SECONDS
            or age > _CLEARLY_LONGER * documented[1]
        )
        if not worth_it or len(self._asked) >= _MOST_TYPES_ASKED:
            return None
        self._asked.add(task_type)
        return PageRequest((("task_type", task_type), ("state", "FINISHED")), _TASKS_ASKED, 0)

    def learn(self, documents: Iterable[Document]) -> None:
        """Takes in tasks that the API says are FINISHED, the last of their type."""
        by_type: dict[str, list[float]] = {}
        for document in documents:
            if document.task_type and (seconds := duration_seconds(document)) is not None:
                by_type.setdefault(document.task_type, []).append(seconds)
        for task_type, found in by_type.items():
            durations = Durations.of_samples(found, _documented(task_type))
            if durations is not None:
                self._learned[task_type] = self._told[task_type] = durations

    def saw_end(self, document: Document) -> None:
        """Takes in a task that ended during this wait: many of one type tell about the rest."""
        seconds = duration_seconds(document)
        if document.state != "FINISHED" or not document.task_type or seconds is None:
            return
        seen = self._seen.setdefault(document.task_type, [])
        seen.append(seconds)
        # At 20, 40, 80, …: all the lessons together cost no more than twice the last.
        if len(seen) >= self._next_lesson.get(document.task_type, _OWN_SAMPLES):
            self._next_lesson[document.task_type] = 2 * len(seen)
            durations = Durations.of_samples(seen, _documented(document.task_type))
            if durations is not None:
                self._learned[document.task_type] = durations


def _documented(task_type: str | None) -> Durations | None:
    documented = _DOCUMENTED.get(task_type or "")
    return Durations.of_range(*documented[:2]) if documented else None


def duration_seconds(document: Document) -> float | None:
    """From creation to end by the API's own times, where it is over and both are known."""
    created = parse_epoch(document.fields.get("created_on"))
    finished = parse_epoch(document.fields.get("finished_on"))
    if not document.is_final or created is None or finished is None or finished < created:
        return None
    return finished - created
