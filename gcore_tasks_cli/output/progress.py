"""What is known of the tasks of a wait, folded from its events: what progress shows."""

import math
from collections import deque
from collections.abc import Sequence

from gcore_tasks_cli.output.views import NOT_SEEN
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.tasks.document import Document, duration_seconds

# With --follow, keep at most this many results.
_MOST_KEPT = 200


class TaskProgress:
    """The last that was seen of a task, and why no more will be seen.

    `born` and `ended` are on the clock of the wait.
    """

    def __init__(self, task_id: str) -> None:
        self.document = Document(task_id, NOT_SEEN, "", {})
        self.born: float | None = None
        self.ended: float | None = None
        self.error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected."""
        return self.ended is not None or self.document.is_final

    @property
    def note(self) -> str:
        """What went wrong, if anything did."""
        return self.error or self.document.text_field("error") or ""

    def elapsed(self, now: float) -> float | None:
        """The task's age in seconds, or how long it took as far as the API says so."""
        took = duration_seconds(self.document) if self.is_over else None
        if took is not None or self.born is None:
            return took
        return max(0.0, (now if self.ended is None else self.ended) - self.born)


class Progress:
    """The tasks of a wait for these IDs or for what a search finds, and any outage.

    A wait that `follows` goes on while no task is active; of tasks that have ended, `most_ended`
    stay. With `is_live` it paints over what is printed meanwhile.
    """

    is_live = False

    def __init__(self, source: Sequence[str] | Search) -> None:
        self.search = source if isinstance(source, Search) else None
        self.is_found = self.search is None
        self.tasks = {} if isinstance(source, Search) else {i: TaskProgress(i) for i in source}
        self.outage: Outage | None = None
        self.follows = self.search is not None and self.search.follow
        self.most_ended = _MOST_KEPT if self.follows else math.inf
        self._ended: deque[str] = deque()

    def on(self, event: events.Event) -> None:
        """Takes the event in."""
        if isinstance(event, events.Found):
            self.is_found = True
        elif isinstance(event, events.Changed):
            task = self.tasks.setdefault(event.task_id, TaskProgress(event.task_id))
            task.document, task.born = event.document, event.at - event.age_seconds
        elif isinstance(event, (events.Settled, events.Failed)) and event.task_id in self.tasks:
            task = self.tasks[event.task_id]
            task.ended = event.at
            task.document = event.document or task.document
            task.error = event.error.message if isinstance(event, events.Failed) else None
            self._forget_the_oldest(event.task_id)
        elif isinstance(event, (events.Tick, events.OutageBegan)):
            self.outage = event.outage
        elif isinstance(event, (events.OutageEnded, events.Stopped)):
            self.outage = None

    def _forget_the_oldest(self, ended: str) -> None:
        """A wait without end does not keep for ever what is over."""
        self._ended.append(ended)
        if len(self._ended) > self.most_ended:
            del self.tasks[self._ended.popleft()]
