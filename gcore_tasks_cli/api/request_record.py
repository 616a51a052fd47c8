"""One request and what came of it, for `--verbose`."""

from typing import NamedTuple


class Exchange(NamedTuple):
    """A request that is over; `url` is whole, with its query.

    `status` is None where no answer came; `problem` says then why, and also what is wrong with an
    answer. `retry_after` is what the server asked for, in seconds.
    """

    method: str
    url: str
    seconds: float
    status: int | None = None
    request_id: str | None = None
    problem: str | None = None
    retry_after: float | None = None
