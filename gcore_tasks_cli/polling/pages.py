"""Reads the API's list page by page, a few pages ahead; pure, with an injected way to ask.

Pages are cut by offset out of a list that changes while it is read:

- A new task at the head of a newest-first list pushes all others down: the next page repeats some.
  Repeats are known by their IDs, and left out.
- A task that leaves the list (it ended while active ones are listed, or was acknowledged) pulls
  the others up: the next page would begin too late. So each page overlaps the one before it. A page
  that holds no known task may have lost some: then reading goes back until it meets one.

So every task that is in the list from the first page to the last is given exactly once.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gcore_tasks_cli.errors import NoAnswer
from gcore_tasks_cli.polling.jobs import MOST_A_PAGE, Answer, ListPage, Parameters
from gcore_tasks_cli.polling.requests import Requests
from gcore_tasks_cli.tasks.document import Document

# Pages under way beside each other. More gain nothing, since one process reads them all, and each
# holds some MiB.
PAGES_AHEAD = 3
# About as much text as a page may hold, in characters: several pages are in memory at a time.
_PAGE_CHARACTERS = 1_000_000
# After more pages in a row that bring nothing new, the list is read no further.
_MOST_BARREN_PAGES = 3


class Page(NamedTuple):
    """Tasks that were not given before.

    `total` is how many the API's list has over all pages, and `reached` how many of it have been
    read. `faults` says of each element that is no task what is wrong with it.
    """

    documents: list[Document]
    total: int
    reached: int
    faults: Sequence[str] = ()

    @property
    def is_last(self) -> bool:
        """Whether the list ends with this page."""
        return self.reached >= self.total


class Reading:
    """One reading of a list; the first request is under way when it is made.

    With `most`, it asks for no more pages than hold so many tasks; with 0, for none. A page holds
    `page` tasks, of which `overlap` are in the one before it too. A small `first` page brings the
    first line soon; its count says how many others to ask for.
    """

    def __init__(
        self,
        requests: Requests,
        parameters: Parameters,
        *,
        most: float = math.inf,
        page: int = MOST_A_PAGE,
        first: int = 100,
        overlap: int = 32,
    ) -> None:
        self._requests = requests
        self._parameters = parameters
        self._most = most
        self._total = 0  # not known yet
        self._page, self._overlap = page, overlap
        self._page_size = int(min(most if most <= 2 * first else first, page))
        self._next_offset = 0
        self._barren = 0
        # In the order of the list; with the answers that came before that of an earlier page.
        self.pending: dict[ListPage, Answer | None] = {}
        self.shown: set[str] = set()  # in lower case
        self._is_over = most == 0
        self.ask_ahead()

    def pages(self) -> Iterator[Page]:
        """The pages in order, each as soon as it and those before it are there.

        Raises:
            ApiError: for a permanent fault, or a transient one that lasts too long.
        """
        while self.pending:
            request = next(iter(self.pending))
            yield from self.take(request, self._requests.answer(request))
            if self._barren > _MOST_BARREN_PAGES:
                raise NoAnswer("the list of tasks changes faster than it can be read")
            self.ask_ahead()  # a small `--limit` may have stopped here

    def take(self, request: ListPage, answer: Answer) -> list[Page]:
        """Takes in an answer; the pages that it completes, in their order."""
        self.pending[request] = answer
        pages = []
        while self.pending:
            request, first = next(iter(self.pending.items()))
            if first is None:
                break
            del self.pending[request]
            known = (each.id.lower() in self.shown for each in first.documents)
            if request.offset > 0 and not any(known):
                # It begins too late: tasks have left the list meanwhile.
                begins = min(request.offset, first.total) - self._page_size // 2
                self._replan(max(0, begins))
            else:
                pages.append(self._take_next(request, first))
        return pages

    def ask_ahead(self) -> None:
        """Asks for what follows, as far as that is known; without `pending` pages it is over."""
        while not self._is_over:
            is_all_asked = self._next_offset + self._overlap >= min(self._total, self._most)
            if self.pending and (is_all_asked or len(self.pending) >= PAGES_AHEAD):
                return
            wanted = max(self._most - self._next_offset, 2 * self._overlap)
            limit = int(min(self._page_size, wanted))
            request = ListPage(self._parameters, limit, self._next_offset)
            self.pending[request] = None
            self._requests.submit(request)
            self._next_offset += limit - self._overlap

    def cancel(self) -> None:
        """Reads no further."""
        self._replan(0)
        self._is_over = True

    def _replan(self, offset: int) -> None:
        """Forgets what was planned, and goes on from this offset."""
        for request in self.pending:
            self._requests.cancel(request)
        self.pending.clear()
        self._next_offset = offset

    def _take_next(self, request: ListPage, answer: Answer) -> Page:
        documents = answer.documents
        fresh = [each for each in documents if each.id.lower() not in self.shown]
        self.shown.update(each.id.lower() for each in fresh)
        self._barren = 0 if fresh else self._barren + 1
        self._total = answer.total
        reached = request.offset + answer.size
        page = Page(fresh, answer.total, reached, answer.faults)
        is_read = page.is_last or not answer.size or len(self.shown) >= self._most
        if is_read or self._barren > _MOST_BARREN_PAGES:
            self.cancel()
            return page
        if request.offset == 0:
            # As many tasks as fit, if all are as large as these.
            characters = sum(len(each.text) for each in documents) or 1
            fitting = len(documents) * _PAGE_CHARACTERS // characters
            self._page_size = min(self._page, max(fitting, 4 * self._overlap))
        is_short = answer.size < request.limit
        if is_short:  # a server may give less
            self._overlap = min(self._overlap, answer.size // 2)
        if is_short or not self.pending:
            self._replan(page.reached - self._overlap)
        return page
