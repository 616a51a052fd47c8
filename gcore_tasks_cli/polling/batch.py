"""Many tasks by few requests: lists of tasks, read in rounds. Pure: requests out, answers in.

A round reads the list of active tasks: those that it shows are still under way. Those that
vanished from it have ended, or the list hides them: they are looked for in the list of ended
tasks, where that is cheap, and else asked for one by one. The list only saves requests: nothing
is concluded from a task's absence.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from gcore_tasks_cli.polling.port import PageAnswer, TaskAnswer
from gcore_tasks_cli.tasks.document import FINAL_STATES, Document
from gcore_tasks_cli.tasks.page_request import MOST_A_PAGE, PageRequest, Parameters, written
from gcore_tasks_cli.times import parse_time

# Fewer are asked for one by one: then each is looked at when it is its own best time.
FEWEST_TASKS = 6
SHORTEST_ROUND_SECONDS = 2.0
# Tasks that end while pages are read move the rest up: pages overlap by so many.
_OVERLAP = 100
# Reading lists gives up where they hold so many more tasks than are waited for.
_MOST_FOREIGN_SHARE = 3
_MOST_FAILURES = 2
# How many ended tasks may be read for each one that is looked for.
_MOST_READ_FOR_ONE = 12
_ACTIVE = (("state", "NEW"), ("state", "RUNNING"))
_ENDED = (("state", "FINISHED"), ("state", "ERROR"))
# Clocks and rounding: the window of creation times is a little wider than it need be.
_SLACK = timedelta(seconds=2)
# Of what is nearer to the ends of the calendar, no window can be computed.
_YEARS = range(2, 9999)


class _Reading:
    """One list under way: what it has shown, and which pages are still to come."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.pending: set[PageRequest] = set()
        self.found: dict[str, TaskAnswer] = {}


class Round(NamedTuple):
    """What a round came to: answers by ID, and the IDs that have to be asked for one by one."""

    answers: dict[str, TaskAnswer]
    to_ask: list[str]


class Batch:
    """The rounds of one wait. IDs are compared in lower case, as the API does."""

    def __init__(self) -> None:
        self.is_useful = True
        self._active: _Reading | None = None
        self._ended: _Reading | None = None
        self._wanted: dict[str, datetime | None] = {}  # with their creation, where it is known
        self._answers: dict[str, TaskAnswer] = {}
        self._failures = 0  # of the list, each after a task that could be asked for
        self._single_worked = False

    @property
    def is_reading(self) -> bool:
        """Whether a round is under way."""
        return self._active is not None or self._ended is not None

    def owns(self, request: PageRequest) -> bool:
        """Whether the answer to this request belongs to the round under way."""
        return any(r is not None and request in r.pending for r in (self._active, self._ended))

    def begin(self, wanted: Mapping[str, Document | None]) -> list[PageRequest]:
        """Begins a round for these IDs, with what was last seen of each; what to ask first."""
        self._answers = {}
        # Not the documents: of ten thousand tasks they are large.
        self._wanted = {key: _created(document) for key, document in wanted.items()}
        self._active = _Reading((*_ACTIVE, *_window(self._wanted.values())))
        return self._ask(self._active, [0])

    def take(self, request: PageRequest, page: PageAnswer) -> list[PageRequest]:
        """Takes in a page; what to ask for next. Afterwards the round may be over."""
        reading = self._active or self._ended
        if reading is None or request not in reading.pending:
            return []
        reading.pending.discard(request)
        for document in page.documents:
            reading.found[document.id.lower()] = TaskAnswer(document, page.server_time)
        if request.offset == 0:
            if page.total > self._most_rows(reading):
                self._too_many(reading)
                return []
            step = MOST_A_PAGE - _OVERLAP
            if more := range(step, page.total - _OVERLAP, step):
                return self._ask(reading, more)
        if self._active is None or self._active.pending:
            return []
        found, self._active = self._active.found, None
        return self._after_active(found)

    def fail(self, *, transient: bool) -> list[PageRequest]:
        """Takes in that a page could not be read; the round is over. What was still asked for.

        In an outage all requests fail: it speaks against the list only if single tasks can be
        asked for between its failures.
        """
        pending = [page for r in (self._active, self._ended) if r is not None for page in r.pending]
        self._active = self._ended = None
        if self._single_worked:
            self._failures += 1
        self._single_worked = False
        if not transient or self._failures >= _MOST_FAILURES:
            self.is_useful = False
        return pending

    def single_worked(self) -> None:
        """Takes in that a task could be asked for by itself."""
        self._single_worked = True

    def result(self) -> Round | None:
        """What the round came to, once it is over."""
        if self._active is not None:
            return None
        if self._ended is not None:
            if self._ended.pending:
                return None
            self._answers |= {
                task_id: answer
                for task_id, answer in self._ended.found.items()
                if task_id in self._wanted and task_id not in self._answers
            }
            self._ended = None
        self._failures = 0
        to_ask = [task_id for task_id in self._wanted if task_id not in self._answers]
        answers, self._answers, self._wanted = self._answers, {}, {}
        return Round(answers, to_ask)

    def _after_active(self, found: Mapping[str, TaskAnswer]) -> list[PageRequest]:
        """The list of active tasks is read: what it does not show has to be confirmed."""
        # An ended task in this list ended while it was read: it is confirmed like the others.
        self._answers = {
            task_id: answer
            for task_id, answer in found.items()
            if task_id in self._wanted and answer.document.state not in FINAL_STATES
        }
        vanished = [created for i, created in self._wanted.items() if i not in self._answers]
        known = [created for created in vanished if created is not None]
        window = _window(known)
        if len(known) < FEWEST_TASKS or not window:
            return []
        self._ended = _Reading((*_ENDED, *window))
        return self._ask(self._ended, [0])

    def _most_rows(self, reading: _Reading) -> int:
        if reading is self._active:
            return MOST_A_PAGE + _MOST_FOREIGN_SHARE * len(self._wanted)
        return MOST_A_PAGE + _MOST_READ_FOR_ONE * (len(self._wanted) - len(self._answers))

    def _too_many(self, reading: _Reading) -> None:
        if reading is self._active:
            self.is_useful = False
            self._active = None
        else:
            self._ended = None  # the vanished are asked for one by one

    @staticmethod
    def _ask(reading: _Reading, offsets: Iterable[int]) -> list[PageRequest]:
        requests = [PageRequest(reading.parameters, MOST_A_PAGE, offset) for offset in offsets]
        reading.pending.update(requests)
        return requests


def _created(document: Document | None) -> datetime | None:
    created = parse_time(document.created_on) if document else None
    return created if created is not None and created.year in _YEARS else None


def _window(created: Iterable[datetime | None]) -> tuple[tuple[str, str], ...]:
    """Query parameters that keep the list to these creation times; none if one is not known."""
    times = list(created)
    known = [time for time in times if time is not None]
    if not known or len(known) < len(times):
        return ()
    return (
        ("from_timestamp", written(min(known) - _SLACK)),
        ("to_timestamp", written(max(known) + _SLACK)),
    )
