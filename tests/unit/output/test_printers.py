"""Which document is printed when, whatever the form."""

import io
import json

from gcore_tasks_cli.errors import TaskNotFound
from gcore_tasks_cli.output.printers import IdPrinter, JsonPrinter, Printer
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.output.text import QuietPrinter, SummaryPrinter, TablePrinter
from gcore_tasks_cli.polling import events as e
from tests.unit.documents import document

FINISHED, FAILED = document("a", "FINISHED"), document("b", "ERROR", error="broken")
EVENTS: list[e.Event] = [
    e.Changed(0.0, "a", document("a"), None, 0.0),
    e.Settled(1.0, "a", FINISHED),
    e.Settled(2.0, "b", FAILED),
    e.Failed(3.0, "gone", TaskNotFound("no such task"), None),
    e.Unfinished(4.0, "c", document("c"), None),
    e.Stopped(4.0, e.StopReason.DEADLINE),
]


def streams() -> Streams:
    return Streams(io.StringIO(), io.StringIO(), None)


def printed(printer: Printer, to: Streams) -> list[str]:
    """What is on standard output before the end, and after it."""
    assert isinstance(to.out, io.StringIO)
    for event in EVENTS:
        printer.on(event)
    before = to.out.getvalue()
    printer.close()
    return [before, to.out.getvalue().removeprefix(before)]


def test_the_last_document_of_each_task_is_printed_at_once() -> None:
    to = streams()
    before, after = printed(JsonPrinter(to, {}), to)
    assert [json.loads(line)["id"] for line in before.splitlines()] == ["a", "b", "c"]
    assert after == ""


def test_a_summary_is_printed_at_the_end_or_follows() -> None:
    to = streams()
    before, after = printed(SummaryPrinter(to, {}), to)
    assert before == ""
    assert [line.split()[2] for line in after.splitlines()] == ["a", "c", "b"]
    to = streams()
    before, after = printed(SummaryPrinter(to, {}, at_once=True), to)
    assert [line.split()[2] for line in before.splitlines()] == ["a", "b", "c"]
    assert after == ""


def test_what_is_held_is_printed_once_the_view_is_gone() -> None:
    to = streams()
    printer = IdPrinter(to, {})
    printer.hold(2)
    assert printed(printer, to) == ["", ""]
    printer.release()
    assert isinstance(to.out, io.StringIO)
    assert to.out.getvalue() == "b\nc\n"


def test_quiet_reports_failures_as_errors() -> None:
    to = streams()
    assert printed(QuietPrinter(to, {}), to) == ["", ""]
    assert isinstance(to.err, io.StringIO)
    assert to.err.getvalue() == "gtask: task b ended in ERROR: broken\n"


def test_a_page_of_a_list_is_printed_together_and_an_empty_one_not_at_all() -> None:
    to = streams()
    printer = TablePrinter(to, {})
    for page in ([], [FINISHED, FAILED], [FINISHED]):
        printer.page(page)
    IdPrinter(to, {}).page([FINISHED, FAILED])
    assert isinstance(to.out, io.StringIO)
    assert [line.split()[0] for line in to.out.getvalue().splitlines()] == [
        *("state", "FINISHED", "ERROR", "FINISHED", "a", "b")
    ]
