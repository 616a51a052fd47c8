"""How long tasks of a type take: what is documented, sharpened by what was seen."""

from collections.abc import Iterable

from gcore_tasks_cli.tasks.document import Document, duration_seconds
from gcore_tasks_cli.tasks.durations import Durations

# Shortest and longest usual duration in seconds, from the provider's documentation of its API.
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
# Regions and sizes differ: a documented range is made so much wider at both ends.
_WIDER = 1.3
# No distribution is trusted with more weight than this. The rest ends at no usual time: its hazard
# is 1/age, as where nothing is known. What fails, often fails early.
_TRUST = 0.92
# The history of a type is asked for once, when one of them has got this old.
_ASK_AFTER_SECONDS = 2.0
_MOST_TYPES_ASKED = 8
# What this wait has seen end counts from so many on.
_OWN_SAMPLES = 20


class Expectations:
    """What one wait knows of durations, by task type."""

    def __init__(self) -> None:
        self._learned: dict[str, Durations] = {}
        self._published: dict[str, Durations] = {}
        self._seen: dict[str, list[float]] = {}
        self._next_lesson: dict[str, int] = {}
        self._asked: set[str] = set()
        self._failing: dict[str, float] = {}

    def durations(self, task_type: str | None) -> Durations | None:
        """The best that is known; None for a type of which nothing is."""
        if task_type in self._learned:
            return self._learned[task_type]
        return _documented(task_type, _WIDER)

    def usual(self, task_type: str | None) -> Durations | None:
        """The same, without what has ended in this wait.

        Those that end first are the short ones: to say that so long is usual while most are still
        under way would call every other one late.
        """
        return self._published.get(task_type or "") or _documented(task_type)

    def hazard(self, task_type: str | None, age: float) -> float:
        """The rate at which tasks of this type and age end, a second; never zero."""
        durations = self.durations(task_type)
        if durations is None:
            return 1.0 / age
        trust = min(_TRUST, 1.0 - self._failing.get(task_type or "", 0.0))
        # How likely it is still one of the usual tasks: the others do not end at a usual time.
        left = trust * durations.share_left(age)
        usual = trust * left / (left + 1.0 - trust)
        return usual * durations.hazard(age) + (1.0 - usual) / age

    def question(self, task_type: str | None, age: float) -> str | None:
        """The type whose history to ask the API for, once, when it is worth a request."""
        if not task_type or task_type in self._asked or task_type in self._learned:
            return None
        if age < _ASK_AFTER_SECONDS or len(self._asked) >= _MOST_TYPES_ASKED:
            return None
        self._asked.add(task_type)
        return task_type

    def learn(self, documents: Iterable[Document]) -> None:
        """Takes in the last tasks of a type that ended; failures say how far to trust the rest."""
        by_type: dict[str, list[Document]] = {}
        for document in documents:
            if document.task_type and document.is_final:
                by_type.setdefault(document.task_type, []).append(document)
        for task_type, ended in by_type.items():
            finished = [d for d in ended if d.state == "FINISHED"]
            self._failing[task_type] = 1.0 - len(finished) / len(ended)
            seconds = [s for d in finished if (s := duration_seconds(d)) is not None]
            durations = Durations.of_samples(seconds, _documented(task_type))
            if durations is not None:
                self._learned[task_type] = self._published[task_type] = durations

    def saw_end(self, document: Document) -> None:
        """Takes in a task that ended during this wait: many show how long the rest take."""
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


def _documented(task_type: str | None, wider: float = 1.0) -> Durations | None:
    documented = _DOCUMENTED.get(task_type or "")
    return Durations.of_range(documented[0] / wider, documented[1] * wider) if documented else None
