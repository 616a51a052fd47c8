"""Finds the tasks of a search: reads its list as often as needed. Pure: requests out, tasks in."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.polling.jobs import ListPage, PageAnswer, TaskAnswer
from gcore_tasks_cli.polling.rounds import Reading
from gcore_tasks_cli.tasks.ids import can_be_asked_for

# How often a wait for a first task looks, and one that follows.
_LOOK_SECONDS = 2.0
_FOLLOW_SECONDS = 5.0
# The last look leaves this much for its answer.
_LAST_LOOK_SECONDS = 1.0
# A script starts something, then gtask: what is over by then was meant too. (The API's times of
# creation have no fractions of a second.)
_JUST_BEFORE_SECONDS = 2.0


class Finds(NamedTuple):
    """What a look at the list found, by ID; `searched` is how many tasks it read."""

    answers: dict[str, TaskAnswer]
    searched: int
    is_first: bool
    is_recent: bool


class Finder:
    """One search of one wait. Times are in seconds on the port's clock."""

    def __init__(self, search: Search, now: float, deadline: float) -> None:
        self._query = search.query
        self.follows = search.follow
        self._began = self.due_at = now
        self._appears = search.appear_seconds is not None
        self._end = min(now + (search.appear_seconds or 0.0), deadline)
        self._last_look = min(self._end, deadline - _LAST_LOOK_SECONDS)
        self._reading: Reading | None = None
        self._answers: dict[str, TaskAnswer] = {}
        self._is_first = True
        self._is_recent = False
        self._server_began: float | None = None  # on the API's clock
        self._is_last_look = False

    def due_pages(self, now: float) -> Iterator[ListPage]:
        """The first page of the list, if a look is due."""
        if self._reading is None and now >= self.due_at:
            self.due_at = math.inf
            self._is_last_look = now >= self._last_look
            query = self._query
            if self._is_recent:
                since = self._just_before()
                query = query._replace(states=(), since=max(since, query.since or since))
            self._reading = Reading(query.parameters())
            self._answers = {}
            yield from self._reading.pending

    def owns(self, page: ListPage) -> bool:
        """Whether this page was asked for here."""
        return self._reading is not None and page in self._reading.pending

    def take(self, now: float, page: ListPage, answer: PageAnswer) -> list[ListPage]:
        """Takes in a page; what to ask for next."""
        if self._reading is None:
            return []
        if self._server_began is None and answer.server_time is not None:
            self._server_began = answer.server_time - (now - self._began)
        for document in answer.documents:
            is_wanted = self._is_recent or not document.is_final
            if is_wanted and can_be_asked_for(document.id) and self._query.keeps(document):
                single = TaskAnswer(document, answer.server_time, answer.retry_after)
                self._answers[document.id] = single
        return self._reading.take(page, answer)

    def finds(self, now: float) -> Finds | None:
        """What the look that is now over found; None if it is not over, or has to be repeated."""
        if self._reading is None or self._reading.pending:
            return None
        searched = len(self._reading.shown)  # each once: pages overlap
        self._reading = None
        found = Finds(self._answers, searched, self._is_first, self._is_recent)
        if self._appears and not found.answers:
            # What ends between two looks has to be found too: the next look is for any state.
            self._is_recent = not self._is_recent
            if self._is_recent:
                self.due_at = now
            elif not self._is_last_look:
                self.due_at = min(now + _LOOK_SECONDS, max(now, self._last_look))
            return None
        self._is_first = False
        self.due_at = now + _FOLLOW_SECONDS
        return found

    def is_over(self, now: float) -> bool:
        """Whether nothing appeared in time."""
        is_idle = self._reading is None and self.due_at == math.inf and now >= self._end
        return self._appears and (is_idle or now >= self._last_look + _LAST_LOOK_SECONDS)

    def _just_before(self) -> datetime:
        if self._server_began is None:
            return datetime.now(UTC) - timedelta(seconds=_JUST_BEFORE_SECONDS)
        return datetime.fromtimestamp(self._server_began - _JUST_BEFORE_SECONDS, UTC)
