"""What is known of an outage: how long to hold back, and whether it has been told. Pure."""

from gcore_tasks_cli.polling.pace.schedule import Uniform, backoff

# After so many failures in a row, whichever tasks they were for, one request at a time probes.
_PROBE_AFTER_FAILURES = 4


class Outage:
    """The failures in a row of one wait; times in seconds on the wait's clock."""

    def __init__(self, now: float, uniform: Uniform) -> None:
        self._uniform = uniform
        self._failures = 0
        self._rounds = 0
        self._round_began = now
        self._backoff_until = now
        self._retry_after_until = now
        self._troubled: set[str] = set()
        self._began = 0.0

    @property
    def not_before(self) -> float:
        """Until when nothing may be asked."""
        return max(self._backoff_until, self._retry_after_until)

    @property
    def is_probing(self) -> bool:
        """Whether one request at a time has to tell first that the API answers again."""
        return self._failures >= _PROBE_AFTER_FAILURES

    def failed(self, now: float, sent: float, *, is_told_when: bool = False) -> None:
        """Takes in the failure of a request that was sent then.

        Those under way together fail together: that is one round, however many tasks it hit. Where
        the API has said when to come again (`retry_after`), nothing else is waited for.
        """
        self._failures += 1
        if sent >= self._round_began:
            self._round_began = now
            self._rounds += 1
            if self.is_probing and not is_told_when:
                self._backoff_until = now + self.pause()

    def pause(self) -> float:
        """Seconds to wait after the rounds of failure so far."""
        return backoff(self._rounds, self._uniform)

    def answered(self, now: float) -> None:
        """Takes in that the API answered: backoff begins anew; what it asked for stands."""
        self._failures = self._rounds = 0
        self._backoff_until = now

    def retry_after(self, now: float, seconds: float) -> None:
        """Takes in how long the API asked this client to stay away."""
        self._retry_after_until = max(self._retry_after_until, now + seconds)

    def trouble(self, now: float, who: str) -> bool:
        """Notes who is in trouble; whether it is the first of them, and so to be told."""
        is_first = not self._troubled
        if is_first:
            self._began = now
        self._troubled.add(who)
        return is_first

    def recovered(self, now: float, who: str) -> float | None:
        """Notes who is out of trouble; if it was the last, how many seconds there was any."""
        if who not in self._troubled:
            return None
        self._troubled.remove(who)
        return None if self._troubled else now - self._began

    def forget(self, who: str) -> None:
        """Notes who is not waited for any more, and never recovered."""
        self._troubled.discard(who)
