"""Many tasks by few requests: which list to read for them, and all pages of it. Pure."""

import math
from collections.abc import Iterable
from datetime import timedelta

from gcore_tasks_cli.polling.jobs import MOST_A_PAGE, ListPage, PageAnswer, Parameters
from gcore_tasks_cli.times import api_time, parse_time

# Fewer tasks are asked for one by one: then each is checked at its own best time.
FEWEST_TASKS = 6
# Tasks that leave the list while its pages are read pull the others up: pages overlap.
_OVERLAP = 100
# Pages under way beside each other.
_PAGES_AHEAD = 4
# Of tasks that are not waited for, so many times more are read before the rest is given up.
_MOST_FOREIGN_SHARE = 3
# Clocks and rounding: the window of creation times is a little wider than it need be.
_SLACK = timedelta(seconds=2)
# Of what is nearer to the ends of the calendar, no window can be computed.
_YEARS = range(2, 9999)


class Reading:
    """One reading of a list, of at most `most_rows`: requests out, pages in."""

    def __init__(self, parameters: Parameters, most_rows: float = math.inf) -> None:
        self._parameters = parameters
        self._end = most_rows
        self._overlap = self._step = self._next_offset = 0
        self.pending = {ListPage(parameters, MOST_A_PAGE, 0)}
        self.shown: set[str] = set()

    def take(self, page: ListPage, answer: PageAnswer) -> list[ListPage]:
        """Takes in a page; what to ask for next. Without `pending` pages the reading is over."""
        self.pending.discard(page)
        size, known = len(answer.documents), len(self.shown)  # it may give less than was asked for
        self.shown.update(document.id.lower() for document in answer.documents)
        if page.offset == 0:
            self._end = min(answer.total, self._end)
            self._overlap = min(_OVERLAP, size // 10)
            self._step = self._next_offset = size - self._overlap
        if len(self.shown) == known:
            self._end = 0  # a list whose pages are all the same is read no further
        more = []
        while len(self.pending) < _PAGES_AHEAD and self._next_offset + self._overlap < self._end:
            more.append(ListPage(self._parameters, MOST_A_PAGE, self._next_offset))
            self.pending.add(more[-1])
            self._next_offset += self._step
        return more


def most_rows(tasks: int) -> int:
    """How much of a list may be read for so many tasks, those that have ended included."""
    return MOST_A_PAGE + _MOST_FOREIGN_SHARE * tasks


def round_parameters(created_on: Iterable[str | None]) -> Parameters:
    """The list in which tasks created at these times show: all that was created in between.

    Whatever their state, so that an end shows too.
    """
    times = [parse_time(text) for text in created_on]
    known = [time for time in times if time is not None and time.year in _YEARS]
    if not known or len(known) < len(times):
        return (("order_by", "desc"),)
    return (
        ("from_timestamp", api_time(min(known) - _SLACK)),
        ("to_timestamp", api_time(max(known) + _SLACK)),
        ("order_by", "desc"),
    )
