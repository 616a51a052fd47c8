"""`gtask get`: shows tasks."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gcore_tasks_cli import options

if TYPE_CHECKING:
    from gcore_tasks_cli.output.printers import Printer
    from gcore_tasks_cli.output.streams import Streams


def run(task_ids: options.TaskIds, form: options.Form, verbose: options.Verbose = False) -> int:
    """Show tasks: state, times, error, what they created.

    \b
    Examples:
      gtask get 26986bc0-748a-4448-b836-0a2aa465eb06
      gtask get ID --json | jq -r .state
      curl -X POST … | gtask get -
    """
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.operations.fetch import print_each
    from gcore_tasks_cli.polling.jobs import GetTask

    make_printer = form.printer(_card_printer)
    invocation = Invocation.begin(os.environ, verbose=verbose)
    printer = make_printer(invocation.streams, invocation.env)
    jobs = [GetTask(task_id) for task_id in invocation.task_ids(task_ids)]
    return most_important(print_each(invocation, jobs, printer))


def _card_printer(streams: "Streams", env: Mapping[str, str]) -> "Printer":
    from gcore_tasks_cli.output.text import CardPrinter  # programs do without

    return CardPrinter(streams, env)
