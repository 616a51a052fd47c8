"""What is known of how long a task takes, as a distribution. Pure; durations in seconds."""

import math
from collections.abc import Sequence
from typing import NamedTuple

# 95th percentile of a normal distribution, in standard deviations from its middle.
_TAIL_DEVIATIONS = 1.6448536269514722
# A few samples understate the spread: it is never taken for less (5th to 95th: a factor of 1.4).
_LEAST_SIGMA = 0.1
_FEWEST_SAMPLES = 3
_DOCUMENTED_WEIGHT = 5
_FARTHEST_DEVIATION = 8.0


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

        What is documented counts as much as so many samples more, where it agrees with them.
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
            # A sample of n says its spread only within a factor of about 1 ± 1/√(2n): be on the
            # wide side, since looking too early costs a request, and too late the user's time.
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
