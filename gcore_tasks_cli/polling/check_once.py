"""One look at each task, without waiting: `--timeout 0`. Pure."""

from collections.abc import Iterator, Sequence

from gcore_tasks_cli.errors import ApiError, Interrupted
from gcore_tasks_cli.polling.answers import Answers
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    Stopped,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.port import Answer, Job, Port, TaskAnswer, age_seconds
from gcore_tasks_cli.polling.retry import Uniform


def check_once(
    task_ids: Sequence[str], port: Port[Job, Answer], goal: Goal, uniform: Uniform
) -> Iterator[Event]:
    """The events of a wait that looks once at each task, in their order.

    `fail_fast` and `any_one` may stop before every task was checked.
    """
    reason = StopReason.ALL_SETTLED
    left = dict.fromkeys(task_ids)
    answers = Answers(port, uniform).in_order(task_ids)
    yield Tick(port.now())
    try:
        for task_id, answer in answers:
            now = port.now()
            del left[str(task_id)]
            if isinstance(answer, ApiError):
                yield Failed(now, str(task_id), answer, None)
            elif isinstance(answer, TaskAnswer):
                yield from _seen(now, str(task_id), answer)
                if not answer.document.is_final:
                    reason = StopReason.DEADLINE
                elif goal.any_one or (goal.fail_fast and answer.document.state == "ERROR"):
                    reason = StopReason.ANY if goal.any_one else StopReason.FAIL_FAST
                    break
    except Interrupted:
        reason = StopReason.INTERRUPTED
    for task_id in left:
        yield Unfinished(port.now(), task_id, None, None)
    yield Stopped(port.now(), reason)


def _seen(now: float, task_id: str, answer: TaskAnswer) -> Iterator[Event]:
    document = answer.document
    yield Changed(now, task_id, document, None, age_seconds(answer))
    if document.is_final:
        yield Settled(now, task_id, document)
    else:
        yield Unfinished(now, task_id, document, None)
