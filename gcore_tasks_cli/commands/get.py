"""`gtask get`: shows tasks."""

import os
from functools import partial

from gcore_tasks_cli.parsing.options import Json, TaskIds, Verbose, tell_requests


def get(task_ids: TaskIds, as_json: Json = False, verbose: Verbose = False) -> int:
    """Show tasks: state, times, error, what they created.

    \b
    Examples:
      gtask get 26986bc0-748a-4448-b836-0a2aa465eb06
      gtask get ID --json | jq -r .state
      curl -X POST … | gtask get -
    """
    from gcore_tasks_cli.api.settings import Settings
    from gcore_tasks_cli.errors import most_important
    from gcore_tasks_cli.operations.fetch import Asking, ErrorReport, one_answer_each
    from gcore_tasks_cli.output.printers import CardPrinter, JsonPrinter
    from gcore_tasks_cli.output.streams import Streams
    from gcore_tasks_cli.tasks.ids import collect_ids
    from gcore_tasks_cli.tasks.recent import recent_ids

    streams = Streams.standard()
    settings = Settings.from_env(os.environ)
    settings, streams = tell_requests(settings, streams, wanted=verbose)
    asking = Asking(
        collect_ids(task_ids, streams.stdin, partial(recent_ids, os.environ, settings.host)),
        settings,
    )
    report = ErrorReport(streams)
    printer = JsonPrinter(streams, os.environ) if as_json else CardPrinter(streams, os.environ)
    one_answer_each(asking, report, printer.take)
    return most_important(report.codes)
