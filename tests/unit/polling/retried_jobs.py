"""Jobs that are retried in simulated time, and what the other side says to them."""

from collections.abc import Callable

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.port import Reply
from gcore_tasks_cli.polling.retry import ONE_ANSWER, Outage, RetryingPort, RetryPolicy, Uniform
from tests.unit.polling.scripted import Said, ScriptedPort, fault

Say = Callable[[str, int], Said[str]]


def longest(_low: float, high: float) -> float:
    """The longest pause that the dice may give."""
    return high


class Run:
    """Jobs through a `RetryingPort`, with when each final reply came."""

    def __init__(
        self, say: Say, policy: RetryPolicy = ONE_ANSWER, uniform: Uniform = longest
    ) -> None:
        self.port: ScriptedPort[str, str] = ScriptedPort(say)
        self.requests = RetryingPort(self.port, policy, uniform)
        self.replies: list[tuple[float, str, str | ApiError]] = []

    def submit(self, *jobs: str) -> "Run":
        for job in jobs:
            self.requests.submit(job)
        return self

    def submit_once(self, job: str) -> "Run":
        self.requests.submit(job, once=True)
        return self

    def until(self, until: float) -> "Run":
        while self.port.clock < until:
            self.take(self.requests.wait(until))
        return self

    def take(self, replies: list[Reply[str, str]]) -> None:
        self.replies += [(round(self.port.clock, 6), r.job, r.answer) for r in replies]

    def outage(self) -> Outage | None:
        return self.requests.outage

    def only_error(self) -> tuple[float, ApiError]:
        ((time, _, error),) = self.replies
        assert isinstance(error, ApiError)
        return time, error


def always(error: ApiError, seconds: float = 0.1) -> Say:
    return lambda _job, _n: (seconds, error)


def good_after(failures: int, error: ApiError | None = None, seconds: float = 0.1) -> Say:
    """Each job fails so many times, then is answered."""
    return lambda job, n: (seconds, (error or fault()) if n < failures else f"{job}!")
