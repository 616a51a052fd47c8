"""Reports the errors of several tasks, one that they share only once, and keeps their statuses."""

from copy import copy

from gcore_tasks_cli.errors import ExitCode, GtaskError
from gcore_tasks_cli.output.streams import Streams

# More IDs than this are counted, not named.
_MOST_NAMED = 5


class ErrorReport:
    """Errors by what they say; `codes` are the exit statuses of all of them."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._groups: dict[str, tuple[GtaskError, list[str]]] = {}
        self.codes: set[ExitCode] = set()

    def add(self, error: GtaskError, task_id: str) -> None:
        """Keeps the error of this task for the end."""
        self.codes.add(error.exit_code)
        said = error.message.replace(task_id, "…") if task_id else error.message
        self._groups.setdefault(said, (error, []))[1].append(task_id)

    def print(self) -> list[GtaskError]:
        """Prints each error once, with the tasks that it is of; those that it printed."""
        printed = []
        for said, (error, task_ids) in self._groups.items():
            shown = copy(error)
            if len(task_ids) > 1:
                names = ", ".join(task_ids[:_MOST_NAMED])
                if len(task_ids) > _MOST_NAMED:
                    names += f" and {len(task_ids) - _MOST_NAMED} more"
                names_it = "…" in said and said != error.message
                shown.message = said.replace("…", names, 1) if names_it else f"{said} ({names})"
            self._streams.error(shown)
            printed.append(shown)
        self._groups.clear()
        return printed
