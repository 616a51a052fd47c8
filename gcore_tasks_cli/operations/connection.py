"""The way to the API of this process: worker threads with a session each."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from gcore_tasks_cli.api.request_limits import WORKERS
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.polling.port import AnswerT, JobT

if TYPE_CHECKING:
    from gcore_tasks_cli.api.session import Session
    from gcore_tasks_cli.api.worker_threads import Fetcher

# The three streams, certificates, a module that is being imported, the recent IDs, one to spare.
_OTHER_DESCRIPTORS = 10


def connect(
    invocation: Invocation, ask: "Callable[[Session, JobT], AnswerT]", workers: int = WORKERS
) -> "Fetcher[JobT, AnswerT]":
    """A port to the API; `ask` is what a session does for one job.

    Raises:
        UsageError: if the certificates to trust cannot be read.
        DeadlinePassed: if reading them blocks.
    """
    # httpx is imported here and no sooner: while the certificates are being loaded, and not at all
    # by a run that sends nothing.
    from gcore_tasks_cli.api.session import Session
    from gcore_tasks_cli.api.worker_threads import Fetcher

    settings, tls = invocation.settings, invocation.tls_context()
    return Fetcher(lambda: Session(settings, tls), settings.host, ask, _affordable(workers))


def _affordable(workers: int) -> int:
    """So many, or as few as there are file descriptors for: late imports need some too."""
    if sys.platform != "win32":  # Windows has no such limit
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most != resource.RLIM_INFINITY:
            return max(1, min(workers, (most - _OTHER_DESCRIPTORS) // 2))
    return workers
