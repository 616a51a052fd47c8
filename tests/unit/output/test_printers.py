"""What is printed while a view is live, and after it."""

import io

from gcore_tasks_cli.output.printers import IdPrinter
from gcore_tasks_cli.output.streams import Streams
from tests.unit.documents import document


def test_what_is_held_is_printed_at_the_end_and_of_many_only_the_newest() -> None:
    out = io.StringIO()
    printer = IdPrinter(Streams(out, io.StringIO(), None))
    printer.hold(2)
    for task_id in "abc":
        printer.show(document(task_id))
    assert out.getvalue() == ""
    printer.close()
    assert out.getvalue() == "b\nc\n"
