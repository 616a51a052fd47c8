"""How long tasks of a type take: what is documented, sharpened by what was seen. In seconds."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gcore_tasks_cli.tasks.cache import cache_file, read_text, rewrite
from gcore_tasks_cli.tasks.document import Document, duration_seconds

# Shortest and longest usual duration in seconds, from the provider's documentation of its API.
_DOCUMENTED = {
    "create_vm": (15.0, 30.0),
    "create_volume": (5.0, 15.0),
    "create_network": (5.0, 10.0),
    "create_subnet": (5.0, 10.0),
    "create_loadbalancer": (30.0, 90.0),
    "delete_loadbalancer": (20.0, 40.0),  # "about 30 s"
    "failover_loadbalancer": (60.0, 120.0),
    "delete_vm": (15.0, 70.0),
    "create_bm": (240.0, 300.0),
    "delete_bm": (180.0, 300.0),
    "create_k8s_cluster_v2": (300.0, 1200.0),
    "create_dbaas_postgres_cluster": (180.0, 300.0),
    "create_caas_container": (30.0, 60.0),
    "patch_caas_container": (10.0, 30.0),  # "under 30 s"
    "create_sfs": (60.0, 90.0),
    "create_gpu_virtual_cluster": (180.0, 480.0),
    "create_ai_cluster_gpu": (900.0, 2400.0),
}
# Regions and sizes differ: documented ranges are widened by this factor at both ends.
_WIDER = 1.3
# No distribution is trusted with more weight than this. The rest ends at no usual time: its hazard
# is 1/age, as where nothing is known. What fails, often fails early.
_TRUST = 0.92
# The history of a type is requested once, when one of its tasks is this old.
_ASK_AFTER_SECONDS = 2.0
_MOST_TYPES_ASKED = 8
# Ends that were seen in this wait are used once there are this many of a type.
_OWN_SAMPLES = 20
# 95th percentile of a normal distribution, in standard deviations from its middle.
_TAIL_DEVIATIONS = 1.6448536269514722
# A few samples understate the spread: it is never taken for less (5th to 95th: a factor of 1.4).
_LEAST_SIGMA = 0.1
_FEWEST_SAMPLES = 3
_DOCUMENTED_WEIGHT = 5
_FARTHEST_DEVIATION = 8.0
# A line of what is kept between runs: type, API, and from how many seconds to how many it takes.
_LINE = r"(?am)^(\w{1,64})\t([\w.:\[\]-]{1,255})\t(\d{1,7}\.\d\d)\t(\d{1,7}\.\d\d)$"
_MOST_KEPT = 1000
_FILE = "durations"


class Durations(NamedTuple):
    """A lognormal distribution: durations vary by factors, and are never below zero.

    `mu` and `sigma` are mean and standard deviation of the logarithm of the seconds.
    """

    mu: float
    sigma: float

    @classmethod
    def of_range(cls, low: float, high: float) -> "Durations":
        """Of a documented range, taken as 5th and 95th percentile."""
        middle, half = math.log(low * high) / 2, math.log(high / low) / 2
        return cls(middle, half / _TAIL_DEVIATIONS)

    @classmethod
    def of_samples(
        cls, seconds: Sequence[float], documented: "Durations | None" = None
    ) -> "Durations | None":
        """Of durations that were seen; None where they are too few.

        If the documented range agrees with the samples, it counts as `_DOCUMENTED_WEIGHT` more.
        """
        logarithms = [math.log(max(value, 0.5)) for value in seconds if math.isfinite(value)]
        if len(logarithms) < _FEWEST_SAMPLES:
            return None
        middle = math.fsum(logarithms) / len(logarithms)
        squares = math.fsum((value - middle) ** 2 for value in logarithms)
        spread = math.sqrt(squares / (len(logarithms) - 1))
        if documented is not None and abs(middle - documented.mu) <= documented.sigma:
            share = len(logarithms) / (len(logarithms) + _DOCUMENTED_WEIGHT)
            middle = share * middle + (1 - share) * documented.mu
            spread = share * spread + (1 - share) * documented.sigma
        else:
            # n samples give the spread only within a factor of about 1 ± 1/√(2n). Assume the wide
            # end: looking too early costs a request, too late the user's time.
            spread *= 1 + 1 / math.sqrt(2 * len(logarithms))
        return cls(middle, max(spread, _LEAST_SIGMA))

    @property
    def usual(self) -> tuple[float, float]:
        """5th and 95th percentile: nine of ten tasks take between these."""
        return self.quantile(-_TAIL_DEVIATIONS), self.quantile(_TAIL_DEVIATIONS)

    def quantile(self, deviations: float) -> float:
        """The duration that lies so many standard deviations from the median."""
        return math.exp(self.mu + deviations * self.sigma)

    def share_left(self, age: float) -> float:
        """The share of tasks that have not ended at this age (the survival function)."""
        return 0.5 * math.erfc(self._deviations(age) / math.sqrt(2.0))

    def hazard(self, age: float) -> float:
        """The rate at which tasks of this age end, a second: the density over the share left."""
        z = self._deviations(age)
        if z > _FARTHEST_DEVIATION:
            return z / (self.sigma * age)  # its limit: both terms of the quotient vanish
        density = math.exp(-z * z / 2.0) / (age * self.sigma * math.sqrt(2.0 * math.pi))
        return density / self.share_left(age)

    def _deviations(self, age: float) -> float:
        return (math.log(age) - self.mu) / self.sigma


class Expectations:
    """What is known of durations, by task type."""

    def __init__(self) -> None:
        self._learned: dict[str, Durations] = {}
        self._published: dict[str, Durations] = {}  # what histories say, in an earlier run too
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
        """What is shown as usual: by the type's history, in an earlier run too, or as documented.

        Not by what has ended in this wait: short tasks end first, and a usual time that is learned
        from them would call all others late.
        """
        return self._published.get(task_type or "") or _documented(task_type)

    def overdue(self, task_type: str | None, age: float) -> float:
        """How many times as long as usual a task of this age has taken; 0: no longer than usual."""
        usual = self.usual(task_type)
        times = age / usual.usual[1] if usual is not None else 0.0
        return times if times > 1.0 else 0.0

    def hazard(self, task_type: str | None, age: float) -> float:
        """The rate at which tasks of this type and age end, a second; never zero."""
        durations = self.durations(task_type)
        if durations is None:
            return 1.0 / age
        trust = min(_TRUST, 1.0 - self._failing.get(task_type or "", 0.0))
        # The probability that it is one of the tasks that end at a usual time, given its age.
        left = trust * durations.share_left(age)
        usual = trust * left / (left + 1.0 - trust)
        return usual * durations.hazard(age) + (1.0 - usual) / age

    def asks_for_history(self, task_type: str | None, age: float) -> bool:
        """Whether to ask the API for the history of this type: once, when it is worth a request."""
        is_known = not task_type or task_type in self._asked or task_type in self._learned
        if is_known or age < _ASK_AFTER_SECONDS or len(self._asked) >= _MOST_TYPES_ASKED:
            return False
        self._asked.add(task_type or "")
        return True

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
        # At 20, 40, 80, … samples, so that learning takes linear time in all.
        if len(seen) >= self._next_lesson.get(document.task_type, _OWN_SAMPLES):
            self._next_lesson[document.task_type] = 2 * len(seen)
            durations = Durations.of_samples(seen, _documented(document.task_type))
            if durations is not None:
                self._learned[document.task_type] = durations

    def recall(self, env: Mapping[str, str], host: str) -> None:
        """Takes in what earlier runs have kept of this API."""
        for (task_type, at), (low, high) in _kept_in(read_text(cache_file(env, _FILE))).items():
            if at == host:
                self._published.setdefault(task_type, Durations.of_range(low, high))

    def keep(self, env: Mapping[str, str], host: str) -> None:
        """Keeps what this run has learned from the histories of types for later ones."""
        new = {(kind, host): each.usual for kind, each in self._published.items()}

        def change(text: str) -> str:
            old = {place: usual for place, usual in _kept_in(text).items() if place not in new}
            ranges = (new | old).items()
            lines = [f"{kind}\t{at}\t{low:.2f}\t{high:.2f}" for (kind, at), (low, high) in ranges]
            kept = [f"{line}\n" for line in lines if re.fullmatch(_LINE, line)]
            return "".join(kept[:_MOST_KEPT])

        if self._failing:  # else it has learned nothing
            rewrite(cache_file(env, _FILE), change)


# What this run of gtask knows: all that it prints goes by the same.
KNOWN = Expectations()


def _documented(task_type: str | None, wider: float = 1.0) -> Durations | None:
    documented = _DOCUMENTED.get(task_type or "")
    return Durations.of_range(documented[0] / wider, documented[1] * wider) if documented else None


def _kept_in(text: str) -> dict[tuple[str, str], tuple[float, float]]:
    """The usual seconds by type and API; what gtask did not write is skipped."""
    found = {}
    for task_type, host, low, high in re.findall(_LINE, text):
        if 0 < float(low) < float(high):
            found[task_type, host] = float(low), float(high)
    return found
