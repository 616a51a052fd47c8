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
        for job, answer in answers:
            now, task_id = port.now(), str(job)
            del left[task_id]
            if isinstance(answer, ApiError):
                yield Failed(now, task_id, answer, None)
            elif isinstance(answer, TaskAnswer):
                document = answer.document
                yield Changed(now, task_id, document, None, age_seconds(answer))
                if not document.is_final:
                    yield Unfinished(now, task_id, document, None)
                    reason = StopReason.DEADLINE
                    continue
                yield Settled(now, task_id, document)
                if goal.any_one or (goal.fail_fast and document.state == "ERROR"):
                    reason = StopReason.ANY if goal.any_one else StopReason.FAIL_FAST
                    break
    except Interrupted:
        reason = StopReason.INTERRUPTED
    for task_id in left:
        yield Unfinished(port.now(), task_id, None, None)
    yield Stopped(port.now(), reason)
