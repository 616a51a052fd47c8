"""What every command that asks the API needs: the wait wired to the network and to signals."""

import os
import random
import signal
from collections.abc import Callable, Iterator

from gcore_tasks_cli.api.session import Session, tls_context
from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.api.worker_threads import Fetcher
from gcore_tasks_cli.errors import ApiError, ExitCode, GtaskError, NoAnswer
from gcore_tasks_cli.interrupts import told_to
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import Changed, Event, Failed, Settled, Tick, Unfinished
from gcore_tasks_cli.polling.goal import ONE_ANSWER, Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import Job, PageAnswer, TaskAnswer
from gcore_tasks_cli.polling.watcher import Watcher
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.page_request import PageRequest


class Asking:
    """One wait of this process for these tasks; `ask` is what is done for each of them."""

    def __init__(
        self,
        task_ids: list[str],
        settings: Settings,
        ask: Callable[[Session, str], TaskAnswer] = Session.get_task,
    ) -> None:
        self.task_ids = task_ids
        tls = tls_context(settings)
        self._host = settings.host

        def answer(session: Session, job: Job) -> TaskAnswer | PageAnswer:
            return session.list_tasks(job) if isinstance(job, PageRequest) else ask(session, job)

        self.fetcher = Fetcher(lambda: Session(settings, tls), settings.host, answer)

    def events(
        self, goal: Goal = ONE_ANSWER, schedule: Schedule | None = None, tick_seconds: float = 1.0
    ) -> Iterator[Event]:
        """The events of the wait, with signals as a reason to stop."""
        watcher = Watcher(
            self.task_ids,
            self.fetcher,
            goal=goal,
            schedule=schedule or Schedule(),
            uniform=random.uniform,
            tick_seconds=tick_seconds,
        )
        changed: dict[str, Document] = {}
        with told_to(self.fetcher.interrupt):
            try:
                for event in watcher.run():
                    if isinstance(event, Changed):
                        changed[event.task_id] = event.document
                    elif isinstance(event, Tick):  # nothing else to do just now
                        self._remember(changed)
                    yield event
            finally:
                self._remember(changed)

    def _remember(self, changed: dict[str, Document]) -> None:
        """Keeps the IDs for completion, once what the user waits for is out."""
        if changed:
            from gcore_tasks_cli.tasks.recent import remember

            remember(changed.values(), os.environ, self._host)
            changed.clear()

    @property
    def signal_code(self) -> ExitCode | None:
        """The status of the signal that stopped the wait, if one did."""
        if self.fetcher.interrupted is None:
            return None
        is_sigint = self.fetcher.interrupted == signal.SIGINT
        return ExitCode.INTERRUPTED if is_sigint else ExitCode.TERMINATED

    def no_answer(self, event: Unfinished) -> ApiError:
        """The error of a task that was asked for and never seen."""
        if event.error is not None:
            return event.error
        return NoAnswer(f"{self._host} gave no answer in time for task {event.task_id}")


class ErrorReport:
    """Tells errors, one that many tasks share only once, and keeps their exit statuses."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._told: set[str] = set()
        self.codes: list[ExitCode] = []

    def add(self, error: GtaskError) -> None:
        """Tells the error, unless the same sentence was told before."""
        self.codes.append(error.exit_code)
        if error.message not in self._told:
            self._told.add(error.message)
            self._streams.error(error)


def one_answer_each(asking: Asking, report: ErrorReport, take: Callable[[Document], None]) -> None:
    """Hands over each task's document in the order of the arguments, as soon as it can be.

    IDs that fail are told by `report` in their turn and never hold up the others.
    """
    outcomes: dict[str, Document | ApiError] = {}
    waiting = iter(asking.task_ids)
    current = next(waiting, None)
    for event in asking.events():
        if isinstance(event, Failed):
            outcomes[event.task_id] = event.error
        elif isinstance(event, Unfinished):
            if asking.signal_code is None:
                outcomes[event.task_id] = asking.no_answer(event)
        elif isinstance(event, Settled):
            outcomes[event.task_id] = event.document
        while current is not None and current in outcomes:
            outcome = outcomes.pop(current)
            if isinstance(outcome, Document):
                take(outcome)
            else:
                report.add(outcome)
            current = next(waiting, None)
    if asking.signal_code is not None:
        report.codes.append(asking.signal_code)
