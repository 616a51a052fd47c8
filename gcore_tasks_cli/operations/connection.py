"""The way to the API of this process: worker threads with a session each."""

from collections.abc import Callable
from typing import TypeVar

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.api.tls import tls_context
from gcore_tasks_cli.api.worker_threads import WORKERS, Fetcher
from gcore_tasks_cli.polling.port import Answer, Job
from gcore_tasks_cli.tasks.page_request import PageRequest

JobT = TypeVar("JobT")
AnswerT = TypeVar("AnswerT")


def connect(
    settings: Settings, ask: Callable[[Session, JobT], AnswerT], workers: int = WORKERS
) -> Fetcher[JobT, AnswerT]:
    """A port to the API; `ask` is what a session does for one job.

    Raises:
        UsageError: if the certificates to trust cannot be read.
    """
    tls = tls_context(settings)
    return Fetcher(lambda: Session(settings, tls), settings.host, ask, workers)


def ask_for_task_or_page(session: Session, job: Job) -> Answer:
    """What a wait asks: one task, or a page of the list.

    Raises:
        ApiError: as the session does.
    """
    if isinstance(job, PageRequest):
        return session.list_tasks(job)
    return session.get_task(job)
