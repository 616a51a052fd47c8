"""Reads the API's list page by page, a few pages ahead; pure, with an injected way to ask.

Pages are cut by offset out of a list that changes while it is read:

- A new task at the head of a newest-first list pushes all others down: the next page repeats some.
  Repeats are known by their IDs. After the first page the list is pinned by `to_timestamp`, so that
  new tasks stay out of it.
- A task that leaves the list (it ended while active ones are listed, or was acknowledged) pulls
  the others up: the next page would begin too late. So each page overlaps the one before it. A page
  that holds no known task may have lost some: then reading goes back until it meets one.

So every task that is in the list from the first page to the last is given exactly once.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gcore_tasks_cli.errors import NoAnswer
from gcore_tasks_cli.polling.jobs import MOST_A_PAGE, ListPage, PageAnswer, Parameters, Port
from gcore_tasks_cli.polling.requests import Answers, Observer, Uniform
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.query import narrowed
from gcore_tasks_cli.times import parse_time

# Pages under way beside each other. More gain nothing, since one process reads them all, and each
# holds some MiB.
PAGES_AHEAD = 3
# A small first page brings the first line soon; its count says how many others to ask for.
FIRST_PAGE = 100
_OVERLAP = 32
# About as much text as a page may hold, in characters: several pages are in memory at a time.
_PAGE_CHARACTERS = 1_000_000
# Pages in a row that bring nothing new before the list is said to change too fast.
_MOST_BARREN_PAGES = 50
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class Sizes(NamedTuple):
    """How many tasks a page has, and by how many two pages overlap."""

    page: int = MOST_A_PAGE
    first: int = FIRST_PAGE
    overlap: int = _OVERLAP


class Page(NamedTuple):
    """Tasks that were not given before.

    `total` is how many the API's list has over all pages, `server_time` its clock in seconds
    since 1970, and `reached` how many of the list have been read.
    """

    documents: list[Document]
    total: int
    reached: int
    server_time: float | None

    @property
    def is_last(self) -> bool:
        """Whether the list ends with this page."""
        return self.reached >= self.total

    def now(self) -> datetime:
        """The time on the API's clock, or on this machine's where that is not known."""
        if self.server_time is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self.server_time, UTC)


class PageReader:
    """Reads one list, once; the first request is under way when it is made.

    With `most`, it asks for no more pages than hold so many tasks.
    """

    def __init__(
        self,
        port: Port,
        parameters: Parameters,
        *,
        uniform: Uniform,
        newest_first: bool = True,
        most: int | None = None,
        sizes: Sizes | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._answers = Answers(port, uniform, observer=observer)
        self._parameters = parameters
        self._newest_first = newest_first
        self._most = most
        self._sizes = sizes or Sizes()
        self._page_size, self._overlap = self._sizes.page, self._sizes.overlap
        self._plan: deque[ListPage] = deque()
        self._next_offset = 0
        self._given: set[str] = set()
        self._steps_back = self._barren = 0
        first_size = self._sizes.first
        if most is not None and most <= 2 * first_size:
            first_size = most
        self._ask(ListPage(self._parameters, first_size, 0))

    def pages(self) -> Iterator[Page]:
        """The pages in order, each as soon as it and those before it are there.

        Raises:
            ApiError: for a permanent fault, or a transient one that lasts too long.
        """
        while True:
            request = self._plan.popleft()
            answer = self._answers.answer(request)
            assert isinstance(answer, PageAnswer)  # noqa: S101  (what a ListPage is answered with)
            fresh = [each for each in answer.documents if each.id not in self._given]
            has_known = len(fresh) < len(answer.documents)
            if request.offset > 0 and not has_known:
                self._go_back(request, answer)
                continue
            self._count_barren(bool(fresh))
            self._given.update(each.id for each in fresh)
            self._steps_back = 0
            reached = request.offset + len(answer.documents)
            page = Page(fresh, answer.total, reached, answer.server_time)
            if page.is_last or not answer.documents:
                yield page
                return
            is_short = len(answer.documents) < request.limit  # a server may give less
            if is_short:
                self._overlap = min(self._overlap, len(answer.documents) // 2)
            if is_short or not self._plan:
                self._replan(max(0, reached - self._overlap))
            if request.offset == 0:
                self._pin(answer.documents)
                self._page_size = _fitting(answer.documents, self._sizes)
                # Yield before prefetching: a small `--limit` may stop here.
                yield page
                self._plan_ahead(answer.total)
            else:
                self._plan_ahead(answer.total)
                yield page

    def _pin(self, documents: Sequence[Document]) -> None:
        """Keeps tasks out that are created from now on.

        A second later than the newest, since the API may count in smaller parts of it than it
        shows. An oldest-first list grows at its end and needs no pin.
        """
        times = (parse_time(document.created_on) for document in documents)
        newest = next((time for time in times if time is not None), None)
        if self._newest_first and newest is not None and newest < _LATEST:
            self._parameters = narrowed(self._parameters, newest + timedelta(seconds=1))

    def _plan_ahead(self, count: int) -> None:
        end = count if self._most is None else min(count, self._most)
        while len(self._plan) < PAGES_AHEAD and (
            not self._plan or self._next_offset + self._overlap < end
        ):
            limit = self._page_size
            if self._most is not None:
                limit = min(limit, max(self._most - self._next_offset, 2 * self._overlap))
            self._ask(ListPage(self._parameters, limit, self._next_offset))

    def _ask(self, request: ListPage) -> None:
        self._plan.append(request)
        self._answers.ask(request)
        self._next_offset = request.offset + request.limit - self._overlap

    def _replan(self, offset: int) -> None:
        """Forgets what was planned, and goes on from this offset."""
        for request in self._plan:
            self._answers.cancel(request)
        self._plan.clear()
        self._next_offset = offset

    def _go_back(self, request: ListPage, answer: PageAnswer) -> None:
        step = self._page_size // 2 << self._steps_back
        self._steps_back += 1
        self._replan(max(0, min(request.offset, answer.total) - step))
        self._ask(ListPage(self._parameters, self._page_size, self._next_offset))

    def _count_barren(self, was_fresh: bool) -> None:
        self._barren = 0 if was_fresh else self._barren + 1
        if self._barren > _MOST_BARREN_PAGES:
            raise NoAnswer("the list of tasks changes faster than it can be read")


def _fitting(documents: Sequence[Document], sizes: Sizes) -> int:
    """How many tasks such as these a page may hold."""
    average = sum(len(document.text) for document in documents) // (len(documents) or 1)
    fitting = _PAGE_CHARACTERS // (average or 1)
    return min(sizes.page, max(fitting, 4 * sizes.overlap))
