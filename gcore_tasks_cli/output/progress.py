"""What is known of the tasks of a wait, folded from its events: what progress shows."""

import math
from collections import deque
from collections.abc import Iterable

from gcore_tasks_cli.output.views import NOT_SEEN
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.events import Outage
from gcore_tasks_cli.tasks.document import Document, duration_seconds


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
    """The tasks of a wait, and the outage if there is one.

    Of tasks that have ended, the last `most_ended` stay, or all; with such a limit the wait
    `follows`: it goes on while no task is active.
    """

    def __init__(self, task_ids: Iterable[str], most_ended: float = math.inf) -> None:
        self.tasks = {task_id: TaskProgress(task_id) for task_id in task_ids}
        self.outage: Outage | None = None
        self.follows = most_ended < math.inf
        self._most_ended = most_ended
        self._ended: deque[str] = deque()

    def on(self, event: events.Event) -> None:
        """Takes the event in."""
        if isinstance(event, events.Changed):
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
        if len(self._ended) > self._most_ended:
            del self.tasks[self._ended.popleft()]
