"""Prints views to pipes and files: no colour, no boxes, nothing cut off. Standard library only."""

from collections.abc import Iterable, Sequence

from gcore_tasks_cli.output.views import Card, Entry, Line, column_widths, columns
from gcore_tasks_cli.sanitize import one_line

# Fields that gtask does not know may have names of any length.
_LONGEST_LABEL = 24


class PlainRenderer:
    """Views as plain text; each call goes on with what the ones before it printed."""

    def __init__(self) -> None:
        self._widths: list[int] = []
        self._gap = ""

    def card(self, card: Card) -> str:
        """Lines of label and value."""
        rows = (*card.failure, *card.title, *card.content)
        width = min(max(len(label) for label, _ in rows), _LONGEST_LABEL)
        lines = []
        for label, span in rows:
            for text in span.text.split("\n"):
                lines.append(f"{label:<{width}}  {text}".rstrip())
                label = ""
        return self._separated(lines)

    def entries(self, entries: Sequence[Entry], brief: object = None) -> str:
        """One line an entry: the result stands behind its head, and nothing is left out."""
        del brief
        rows = [
            [span.text for span in each.head] + [_result(each)] for each in entries if each.head
        ]
        return self._aligned(rows)

    def groups(self, entries: Sequence[Entry]) -> str:
        """One line for each line of a result, with the last cell of its head, the task's ID."""
        return self._aligned(
            [[span.text for span in (*line, e.head[-1])] for e in entries for line in e.result]
        )

    def block(self, entry: Entry) -> str:
        """The result in indented lines below its head."""
        return self._separated([_text(entry.head), *(f"  {_text(line)}" for line in entry.result)])

    def table(self, entries: Sequence[Entry], *, complete: bool) -> str:
        """The same as `entries`; columns are as wide as the first ones need."""
        del complete
        return self.entries(entries)

    def _aligned(self, rows: Sequence[Sequence[str]]) -> str:
        # Of the first page of a list: rows are not held back until the widest is known.
        self._widths = self._widths or column_widths(rows, len)
        return "".join(f"{line}\n" for line in columns(rows, self._widths))

    def _separated(self, lines: Iterable[str]) -> str:
        gap, self._gap = self._gap, "\n"
        return gap + "".join(f"{line}\n" for line in lines)


def _result(entry: Entry) -> str:
    return ", ".join(one_line(_text(line, " ")) for line in entry.result)


def _text(line: Line, gap: str = "  ") -> str:
    return gap.join(span.text for span in line)
