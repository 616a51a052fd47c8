"""Many tasks by few requests: which list to read for them, and all pages of it. Pure."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from gcore_tasks_cli.polling.jobs import MOST_A_PAGE, ListPage, PageAnswer, Parameters
from gcore_tasks_cli.times import api_time

# Fewer tasks are asked for one by one: then each is checked at its own best time.
FEWEST_TASKS = 6
# Tasks that leave the list while its pages are read pull the others up: pages overlap.
_OVERLAP = 100
# Of tasks that are not waited for, so many times more are read before the rest is given up.
_MOST_FOREIGN_SHARE = 3
_ACTIVE = (("state", "NEW"), ("state", "RUNNING"))
# Clocks and rounding: the window of creation times is a little wider than it need be.
_SLACK = timedelta(seconds=2)
# Of what is nearer to the ends of the calendar, no window can be computed.
_YEARS = range(2, 9999)


class Reading:
    """One reading of a list, of at most `most_rows`: requests out, pages in."""

    def __init__(self, parameters: Parameters, most_rows: float = math.inf) -> None:
        self._parameters = parameters
        self._most_rows = most_rows
        self.first = ListPage(parameters, MOST_A_PAGE, 0)
        self.pending = {self.first}
        self.total = 0
        self.shown: set[str] = set()

    @property
    def is_cut(self) -> bool:
        """Whether the list is longer than what is read of it."""
        return self.total > self._most_rows

    def take(self, page: ListPage, answer: PageAnswer) -> list[ListPage]:
        """Takes in a page; what to ask for next. Without `pending` pages the reading is over."""
        self.pending.discard(page)
        self.total = max(self.total, answer.total)
        size = len(answer.documents)  # a server may give less than it was asked for
        if page.offset > 0 or size == 0:
            return []
        overlap = min(_OVERLAP, size // 10)
        step, end = size - overlap, int(min(self.total, self._most_rows)) - overlap
        more = [
            ListPage(self._parameters, MOST_A_PAGE, offset) for offset in range(step, end, step)
        ]
        self.pending.update(more)
        return more


def most_rows(tasks: int) -> int:
    """How much of a list may be read for so many tasks."""
    return MOST_A_PAGE + _MOST_FOREIGN_SHARE * tasks


def round_parameters(created: Iterable[datetime | None], *, is_crowded: bool) -> Parameters:
    """The list in which tasks created at these times show: all that was created in between.

    Whatever their state, so that an end shows too; where others crowd them out, active ones only.
    """
    times = list(created)
    known = [time for time in times if time is not None and time.year in _YEARS]
    if not known or len(known) < len(times):
        return (("order_by", "desc"),)
    return (
        *(_ACTIVE if is_crowded else ()),
        ("from_timestamp", api_time(min(known) - _SLACK)),
        ("to_timestamp", api_time(max(known) + _SLACK)),
        ("order_by", "desc"),
    )
