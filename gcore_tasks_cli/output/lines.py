"""The progress of a wait as lines of a log, for CI systems and pipes. Standard library only."""

from collections.abc import Callable, Iterable

from gcore_tasks_cli.documents import Document
from gcore_tasks_cli.output.advice import advice
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    Stopped,
    TroubleBegan,
    TroubleOver,
    Unfinished,
)
from gcore_tasks_cli.polling.history import usual_duration
from gcore_tasks_cli.printable import one_line
from gcore_tasks_cli.times import format_duration, parse_epoch


class LineProgress:
    """One line on each change, and a sign of life after `heartbeat_seconds` of silence."""

    def __init__(
        self, write: Callable[[str], None], total: int, started: float, heartbeat_seconds: float
    ) -> None:
        self._write = write
        self._total = total
        self._ended = 0
        self._started = started
        self._heartbeat_seconds = heartbeat_seconds
        self._last_line = started
        self._waiting: dict[str, tuple[Document, float]] = {}

    def take(self, event: Event) -> None:
        """Tells the event, if it is one that people want to be told."""
        if isinstance(event, (Settled, Failed)):
            self._ended += 1
            self._waiting.pop(event.task_id, None)
        elif isinstance(event, Changed):
            self._waiting[event.task_id] = (event.document, event.at - event.age_seconds)
        line = self._line(event)
        silent = event.at - self._last_line
        goes_on = self._ended < self._total and not isinstance(event, (Stopped, Unfinished))
        if line is None and goes_on and 0 < self._heartbeat_seconds <= silent:
            line = self._sign_of_life(event.at)
        if line is not None:
            self._last_line = event.at
            self._write(one_line(line))
        if isinstance(event, Changed) and event.document.state == "ERROR":
            helps = advice(event.document.text_field("error"))
            if helps is not None:
                self._write(f"hint: {helps}")

    def close(self) -> None:
        """Nothing to put back: lines stay."""

    def _line(self, event: Event) -> str | None:
        if isinstance(event, Changed):
            return change_line(event)
        if isinstance(event, TroubleBegan):
            return trouble_line(event)
        if isinstance(event, TroubleOver):
            return f"the API answers again, after {format_duration(event.seconds)}"
        return None

    def _sign_of_life(self, now: float) -> str:
        still = f"still waiting for {self._total - self._ended} of {self._total}"
        elapsed = format_duration(now - self._started)
        if not self._waiting:
            return f"{still} after {elapsed}: no answer of the API yet"
        document, born = min(self._waiting.values(), key=lambda entry: entry[1])
        kind = document.task_type or "task"
        age = format_duration(now - born)
        return f"{still} after {elapsed}: {kind} {document.id} {document.state} for {age}"


def change_line(event: Changed) -> str:
    """`<id>  create_vm  RUNNING (NETWORK)  after 12 s, usually 15–30 s`."""
    document = event.document
    state = state_words(document)
    age = f"after {format_duration(event.age_seconds)}"
    if (took := duration_seconds(document)) is not None:
        age = f"took {format_duration(took)}"
    usual = usual_words(document.task_type)
    if document.is_final:
        error = document.text_field("error") if document.state == "ERROR" else None
        age += f": {error}" if error else ""
    elif usual is not None:
        age += f", {usual}"
    return f"{document.id}  {document.task_type or '-'}  {state}  {age}"


def duration_seconds(document: Document) -> float | None:
    """From creation to end by the API's own times, where it is over and both are known."""
    created = parse_epoch(document.fields.get("created_on"))
    finished = parse_epoch(document.fields.get("finished_on"))
    if not document.is_final or created is None or finished is None or finished < created:
        return None
    return finished - created


def state_words(document: Document) -> str:
    """The state, with the detailed state where that says more."""
    detail = document.detailed_state
    return f"{document.state} ({detail})" if detail and detail != document.state else document.state


def usual_words(task_type: str | None) -> str | None:
    """`usually 15–30 s`, where the type's usual duration is documented."""
    usual = usual_duration(task_type)
    if usual is None:
        return None
    low, high = usual
    if low >= 60 and low % 60 == 0 and high % 60 == 0:
        return f"usually {low / 60:.0f}–{high / 60:.0f} m"
    return f"usually {low:.0f}–{high:.0f} s"


def usual_duration_words(task_types: Iterable[str | None]) -> str:
    """` (create_vm: usually 15–30 s)`, of the type that usually takes longest; empty if unknown."""
    known = [(usual[1], kind) for kind in task_types if (usual := usual_duration(kind))]
    if not known:
        return ""
    _, longest = max(known)
    return f" ({longest}: {usual_words(longest)})"


def trouble_line(event: TroubleBegan) -> str:
    """What is wrong, and that it is being tried again."""
    return f"{event.error.message}; trying again"
