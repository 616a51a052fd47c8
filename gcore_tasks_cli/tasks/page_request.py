"""A request for one page of the API's list. Small, because every wait imports it."""

from datetime import UTC, datetime
from typing import NamedTuple

# The API's limit.
MOST_A_PAGE = 1000

Parameters = tuple[tuple[str, str], ...]


class PageRequest(NamedTuple):
    """One page of the API's list: at most `limit` tasks, from `offset` on."""

    parameters: Parameters
    limit: int
    offset: int


def written(time: datetime) -> str:
    """The time in the format of the API's parameters."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
