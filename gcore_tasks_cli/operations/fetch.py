"""One answer for each task: what `get`, `ack` and `resources` ask for."""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.connection import connect
from gcore_tasks_cli.polling.answers import Answers
from gcore_tasks_cli.polling.port import TaskAnswer
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.recent import MOST_OF_ONE_API, remember


def fetch_each(
    invocation: Invocation,
    task_ids: Sequence[str],
    ask: Callable[[Session, str], TaskAnswer] = Session.get_task,
) -> Iterator[tuple[str, Document | ApiError]]:
    """Each ID with its document or its error, in their order, as soon as it can be.

    Transient faults are retried; `ask` is what is done for each ID and may be repeated.
    """
    answers = Answers(connect(invocation.settings, ask), random.uniform)
    seen: list[Document] = []
    for task_id, answer in answers.in_order(task_ids):
        if isinstance(answer, ApiError):
            yield task_id, answer
        else:
            if len(seen) < MOST_OF_ONE_API:
                seen.append(answer.document)
            yield task_id, answer.document
    remember(islice(seen, MOST_OF_ONE_API), invocation.env, invocation.settings.host)
