"""`gtask get`: shows tasks."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gcore_tasks_cli.options import TASK_IDS, VERBOSE, Form

if TYPE_CHECKING:
    from gcore_tasks_cli.output.printers import Printer
    from gcore_tasks_cli.output.streams import Streams


class Get(Form):
    """Each task in the form that is wanted; a card where none is."""

    task_ids: list[str] = TASK_IDS
    verbose: bool = VERBOSE

    def run(self) -> int:
        """Asks for each task and prints it."""
        from gcore_tasks_cli.errors import most_important
        from gcore_tasks_cli.invocation import Invocation
        from gcore_tasks_cli.operations.fetch import print_each
        from gcore_tasks_cli.polling.jobs import GetTask

        make_printer = self.printer(_card_printer)
        invocation = Invocation.begin(os.environ, verbose=self.verbose)
        printer = make_printer(invocation.streams, invocation.env)
        jobs = [GetTask(task_id) for task_id in invocation.task_ids(self.task_ids)]
        return most_important(print_each(invocation, jobs, printer))


def _card_printer(streams: "Streams", env: Mapping[str, str]) -> "Printer":
    from gcore_tasks_cli.output.text import CardPrinter  # programs do without

    return CardPrinter(streams, env)
