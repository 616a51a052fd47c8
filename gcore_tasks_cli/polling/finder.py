"""Finds the tasks of a search: reads its list as often as needed. Pure: answers in, tasks out."""

import math
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gcore_tasks_cli.polling.events import Found
from gcore_tasks_cli.polling.jobs import MOST_A_PAGE, Answer, ListPage
from gcore_tasks_cli.polling.pages import Reading
from gcore_tasks_cli.polling.requests import Requests
from gcore_tasks_cli.polling.schedule import LAST_LOOK_SECONDS
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.ids import can_be_asked_for
from gcore_tasks_cli.tasks.query import Moment, TaskQuery

# How often a wait for a first task looks, and one that follows.
_LOOK_SECONDS = 2.0
_FOLLOW_SECONDS = 5.0
# A script starts something, then gtask: what is over by then was meant too. (The API's times of
# creation have no fractions of a second.)
_JUST_BEFORE_SECONDS = 2.0


class Search(NamedTuple):
    """Tasks that are found instead of named: those of the query, which asks for active ones.

    With `appear_seconds` it waits up to so long for a first one; it need not be active any more if
    it was created since just before the wait began. With `follow` later tasks are added too.
    """

    query: TaskQuery
    appear_seconds: float | None = None
    follow: bool = False


class Finder:
    """One search of one wait. Times are in seconds on the port's clock.

    The first look is for active tasks. Where one has to appear, the others are for any that were
    created since: what ends between two looks has to be found too.
    """

    def __init__(self, search: Search, requests: Requests, now: float) -> None:
        self._query = search.query
        self._requests = requests
        self.follows = search.follow
        self._began = self.due_at = now
        self._appears = search.appear_seconds is not None
        self._end = min(now + (search.appear_seconds or 0.0), requests.deadline)
        self._last_look = min(self._end, requests.deadline - LAST_LOOK_SECONDS)
        self.reading = Reading(requests, (), most=0)
        self._answers: dict[str, tuple[Document, Answer]] = {}
        self._just_before = datetime.now(UTC) - timedelta(seconds=_JUST_BEFORE_SECONDS)

    def look(self, now: float) -> None:
        """Reads the list, if a look is due."""
        if now >= self.due_at:
            self.due_at = math.inf  # until it is over
            self._answers = {}
            self.reading = Reading(self._requests, self._query.parameters(), first=MOST_A_PAGE)

    def take(self, now: float, page: ListPage, answer: Answer) -> None:
        """Takes in a page."""
        if answer.server_time is not None:
            began = answer.server_time - (now - self._began)
            self._just_before = datetime.fromtimestamp(began - _JUST_BEFORE_SECONDS, UTC)
        for document in answer.documents:
            is_wanted = not self._query.states or not document.is_final
            if is_wanted and can_be_asked_for(document.id) and self._query.keeps(document):
                self._answers[document.id] = (document, answer)
        self.reading.take(page, answer)
        self.reading.ask_ahead()

    def finds(self, now: float) -> tuple[Found, dict[str, tuple[Document, Answer]]] | None:
        """What the look that is now over found, by ID; None while it goes on or is repeated."""
        answers = self._answers
        if self.due_at < math.inf or self.reading.pending:
            return None
        if not self._appears or answers:
            self.due_at = now + _FOLLOW_SECONDS
            is_recent = any(document.is_final for document, _ in answers.values())
            return Found(now, len(answers), len(self.reading.shown), is_recent), answers
        if self._query.states:  # from now on for any that were created since
            asked = self._query.since
            since = asked.time() if isinstance(asked, Moment) else asked
            since = max(self._just_before, since or self._just_before)
            self._query, self.due_at = self._query._replace(states=(), since=since), now
        elif now < self._last_look:
            self.due_at = min(now + _LOOK_SECONDS, self._last_look)
        return None

    def is_over(self, now: float) -> bool:
        """Whether nothing appeared in time: the last look is over, or takes too long."""
        is_idle = self.due_at == math.inf and not self.reading.pending
        is_too_late = now >= self._last_look + LAST_LOOK_SECONDS
        return self._appears and ((is_idle and now >= self._end) or is_too_late)
