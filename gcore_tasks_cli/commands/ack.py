"""`gtask ack`: acknowledges tasks."""

from typing import TYPE_CHECKING

from gcore_tasks_cli.errors import ExitCode, UsageError, most_important
from gcore_tasks_cli.options import CHOICE, JSON, MAYBE_TASK_IDS, ApiCommand, Scope, option

if TYPE_CHECKING:
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.tasks.query import TaskQuery


class Ack(ApiCommand, Scope, heading=CHOICE):
    """Some tasks by their IDs, or all that have ended of some projects and regions."""

    task_ids: list[str] = MAYBE_TASK_IDS
    all: bool = option("--all", "Acknowledge all tasks that have ended, instead of IDs.")
    yes: bool = option("-y, --yes", "With --all: do not ask for confirmation.")
    json: bool = JSON

    def run(self) -> int:
        """Checks what is meant, and does it."""
        if self.all and (self.json or self.task_ids):
            raise UsageError("--all goes with neither task IDs nor --json")
        if not self.all and (self.project or self.region):
            raise UsageError("--project and --region go with --all, not with task IDs")
        if not self.all and not self.task_ids:
            raise self.not_given("task ID", "--all acknowledges all tasks that have ended")
        query = self.query() if self.all else None
        invocation = self.begin()
        return self._some(invocation) if query is None else self._all(invocation, query)

    def _some(self, invocation: "Invocation") -> int:
        from gcore_tasks_cli.operations.fetch import print_each
        from gcore_tasks_cli.output.printers import AcknowledgedPrinter, JsonPrinter
        from gcore_tasks_cli.polling.jobs import Acknowledge

        printer = (JsonPrinter if self.json else AcknowledgedPrinter)(invocation.streams)
        jobs = [Acknowledge(task_id) for task_id in invocation.task_ids(self.task_ids)]
        return most_important(print_each(invocation, jobs, printer))

    def _all(self, invocation: "Invocation", query: "TaskQuery") -> int:
        from gcore_tasks_cli.operations.lists import acknowledge_all, read_pages
        from gcore_tasks_cli.output import words
        from gcore_tasks_cli.tasks.document import FINAL_STATES

        streams, where = invocation.streams, words.scope_words(query)
        if not self.yes and not streams.is_interactive:
            message = "ack --all needs --yes: there is no terminal to confirm it at"
            raise UsageError(message, hint="nothing was changed")
        ended = query._replace(acknowledged=False, states=tuple(FINAL_STATES))
        total = next(read_pages(ended, invocation, most=1)).total
        if total == 0:
            streams.note(f"gtask: all tasks that have ended are already acknowledged{where}")
            return ExitCode.OK
        tasks = words.tasks(total, "ended task") + (where or " in all projects and regions")
        question = f"Acknowledge {tasks}? It cannot be undone. [y/N] "
        if not self.yes and not streams.confirms(question):
            streams.note("gtask: nothing was acknowledged")
            return ExitCode.INTERRUPTED  # so that `ack --all && …` does not go on
        acknowledge_all(query, invocation)
        streams.note(f"gtask: acknowledged {tasks}")
        return ExitCode.OK
