"""A task that ended in ERROR, in words. Each form of output only lays this out."""

import re
from typing import NamedTuple

from gcore_tasks_cli.output.words import error_words, shown, type_words
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import TaskFields

_ADVICE = (
    (
        r"\bquotas?\b",
        "the quota is exceeded: delete what is no longer needed, or ask Gcore for a higher quota",
    ),
    (
        r"\bcapacity\b|\bno valid host\b|\bout of stock\b|\bsold out\b"
        r"|\binsufficient resources\b|\bnot enough (?:\w+ )?(?:hosts?|nodes?|servers?|resources?)\b"
        r"|\bno (?:\w+ )?(?:hosts?|nodes?|servers?) (?:is |are )?available\b",
        "the region has no capacity for this now: try another flavor or region, or the same again "
        "later",
    ),
)


class Failure(NamedTuple):
    """Why a task ended in ERROR; every text is sanitized.

    `error` may have several lines, and is empty of a task that did not fail; so are `advice` and
    `request_id` where there is none.
    """

    task_id: str
    task_type: str
    error: str
    advice: str
    request_id: str

    @property
    def support(self) -> str:
        """The line for support, empty without a request ID."""
        return f"request ID for support: {self.request_id}" if self.request_id else ""


def failure(task: TaskFields) -> Failure:
    """The task's failure; the API may give an error before the task is in ERROR."""
    error, failed = error_words(task), task.state == "ERROR"
    return Failure(
        one_line(task.id),
        type_words(task, "task"),
        error or ("the API gives no reason" if failed else ""),
        advice(error),
        shown(task, "request_id") if failed else "",
    )


def advice(error: str) -> str:
    """What a user can do about an error of a task, as its text has it; empty where unknown."""
    found = (words for pattern, words in _ADVICE if re.search(pattern, error, re.IGNORECASE))
    return next(found, "")
