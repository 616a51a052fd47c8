"""`watch --events`: a JSON line for each change and each end of a task. Standard library only."""

from datetime import UTC, datetime
from typing import Any

from gcore_tasks_cli.output.printers import Printer
from gcore_tasks_cli.polling.events import Changed, Event, Failed, Settled, Unfinished
from gcore_tasks_cli.tasks.document import duration_seconds, encode_json


class EventPrinter(Printer):
    """Prints each event at once, also at a terminal."""

    def on(self, event: Event) -> None:
        """Prints the event, if it is one for programs."""
        if (text := event_document(event, datetime.now(UTC))) is not None:
            self._streams.data(text + "\n")


def event_document(event: Event, time: datetime) -> str | None:
    """The JSON line of `watch --events` for this event; None if it is none for programs.

    A stable schema: keys are only ever added. `time` is this machine's clock.
    """
    entry: dict[str, Any]
    if isinstance(event, Changed):
        entry = {
            "event": "changed",
            **_task_of(event),
            "from": event.previous.state if event.previous else None,
            "to": event.document.state,
            "detailed_state": event.document.detailed_state,
        }
    elif isinstance(event, Settled):
        entry = {
            "event": "ended",
            **_task_of(event),
            "state": event.document.state,
            "error": event.document.text_field("error"),
            "created_resources": event.document.created_resources(),
            "duration_seconds": duration_seconds(event.document),
            "request_id": event.document.text_field("request_id"),
        }
    elif isinstance(event, Failed):
        entry = {
            "event": "failed",
            **_task_of(event),
            "state": event.document.state if event.document else None,
            "message": event.error.message,
            "exit_status": int(event.error.exit_code),
            "request_id": event.error.request_id,
        }
    elif isinstance(event, Unfinished):
        state = event.document.state if event.document else None
        entry = {"event": "unfinished", **_task_of(event), "state": state}
    else:
        return None
    moment = f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"
    return encode_json({"time": moment, **entry})


def _task_of(event: Changed | Settled | Failed | Unfinished) -> dict[str, Any]:
    document = event.document
    return {"task_id": event.task_id, "task_type": document.task_type if document else None}
