"""`gtask get`: shows tasks."""

import os

from gcore_tasks_cli import options


def get(
    task_ids: options.TaskIds,
    as_json: options.Json = False,
    fields: options.Fields = None,
    verbose: options.Verbose = False,
) -> int:
    """Show tasks: state, times, error, what they created.

    \b
    Examples:
      gtask get 26986bc0-748a-4448-b836-0a2aa465eb06
      gtask get ID --json | jq -r .state
      curl -X POST … | gtask get -
    """
    from gcore_tasks_cli.errors import UsageError, most_important
    from gcore_tasks_cli.invocation import Invocation
    from gcore_tasks_cli.operations.fetch import print_each
    from gcore_tasks_cli.output.printers import JsonPrinter, Printer
    from gcore_tasks_cli.polling.jobs import GetTask

    if fields and as_json:
        raise UsageError("--fields and --json exclude each other")
    if fields is not None:
        from gcore_tasks_cli.output.fields import FieldsPrinter, parse_fields

        paths = parse_fields(fields)
    invocation = Invocation.begin(os.environ, verbose=verbose)
    streams, env = invocation.streams, invocation.env
    printer: Printer
    if as_json:
        printer = JsonPrinter(streams, env)
    elif fields is not None:
        printer = FieldsPrinter(streams, env, paths)
    else:
        from gcore_tasks_cli.output.text import CardPrinter  # programs do without

        printer = CardPrinter(streams, env)
    jobs = [GetTask(task_id) for task_id in invocation.task_ids(task_ids)]
    return most_important(print_each(invocation, jobs, printer))
