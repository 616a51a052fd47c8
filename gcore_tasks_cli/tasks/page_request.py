"""A page of the API's list, as it is asked for. Small, since every wait imports it."""

from dataclasses import dataclass
from datetime import UTC, datetime

# What the API gives at most, whatever is asked for.
MOST_A_PAGE = 1000

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of the API's list: `limit` tasks from `offset` on."""

    parameters: Parameters
    limit: int
    offset: int


def written(time: datetime) -> str:
    """The time as the API takes it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
