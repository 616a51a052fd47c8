"""A request for one page of the API's list. Small, because every wait imports it."""

from dataclasses import dataclass
from datetime import UTC, datetime

# The API's limit.
MOST_A_PAGE = 1000

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of the API's list: at most `limit` tasks, from `offset` on."""

    parameters: Parameters
    limit: int
    offset: int


def written(time: datetime) -> str:
    """The time in the format of the API's parameters."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
