"""Task documents: the API's JSON text, unchanged, and its parsed fields.

`--json` prints this text and not a re-encoding of it, so that numbers, escapes, the order of keys
and unknown fields are exactly as the API sent them.
"""

import codecs
import json
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from gcore_tasks_cli.times import parse_epoch

ACTIVE_STATES = ("NEW", "RUNNING")
FINAL_STATES = frozenset({"FINISHED", "ERROR"})
# The fields of the API's published description; a document may have others.
KNOWN_FIELDS = (
    *("id", "state", "task_type", "detailed_state", "error", "created_on", "updated_on"),
    *("finished_on", "created_resources", "data", "project_id", "region_id", "client_id"),
    *("user_id", "user_client_id", "request_id", "job_id", "schedule_id"),
    *("lifecycle_policy_id", "acknowledged_at", "acknowledged_by"),
)

_MORE_FRAMES = 500
_NOTHING = (None, "")

_SPACE = re.compile(r"[ \t\r\n]*")
# Everything but the white space outside of strings. Possessive, so that the time is linear for any
# input; `findall` rather than `sub`, because a list of 50,000 tasks spends most of its time here.
_BETWEEN_SPACES = re.compile(r'(?:[^" \t\r\n]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")++', re.DOTALL)


class TaskFields:
    """What views of a task are made of: a `Document`, or the `Task` model."""

    __slots__ = ()

    id: str
    state: str

    @property
    def fields(self) -> dict[str, Any]:
        """All fields, those included that the API's published description does not have."""
        raise NotImplementedError

    def value(self, name: str) -> Any:
        """The field; None if it is null or absent."""
        return self.fields.get(name)

    def unknown_fields(self) -> dict[str, Any]:
        """Fields that are not in the API's published description, as sent."""
        return {name: v for name, v in self.fields.items() if name not in KNOWN_FIELDS}

    def created(self, types: Collection[str] = ()) -> dict[str, list[Any]]:
        """What was created, of these types or all: those with at least one ID, and the IDs as sent.

        The API describes lists of IDs; what has another form counts as an ID.
        """
        resources = self.value("created_resources")
        if not isinstance(resources, dict):
            resources = {"created_resources": resources}
        found = {}
        for name, value in resources.items():
            items = value if isinstance(value, list) else [value]
            ids = [item for item in items if item not in _NOTHING]
            if ids and (name in types or not types):
                found[name] = ids
        return found

    @property
    def is_final(self) -> bool:
        """Whether the task has ended: its state cannot change any more.

        A state that the API does not describe is final once `finished_on` is set.
        """
        if self.state in FINAL_STATES:
            return True
        return self.state not in ACTIVE_STATES and self.value("finished_on") not in _NOTHING

    @property
    def has_failed(self) -> bool:
        """Whether the task has ended in any state but FINISHED."""
        return self.state != "FINISHED" and self.is_final


class Document(TaskFields):
    """One task as the API sent it: `text` is its JSON without white space.

    `created_on`, `task_type`, `detailed_state` and `error` are None where the API sends no text.
    """

    __slots__ = ("created_on", "detailed_state", "error", "id", "state", "task_type", "text")

    def __init__(self, fields: dict[str, Any], text: str | None = None) -> None:
        """The task with these fields; `text` is the JSON that they were parsed from."""
        self.id: str = fields["id"]
        self.state: str = fields["state"]
        self.text = encode_json(fields) if text is None else text
        self.created_on = _text_in(fields, "created_on")
        self.task_type = _text_in(fields, "task_type")
        self.detailed_state = _text_in(fields, "detailed_state")
        self.error = _text_in(fields, "error")

    @property
    def fields(self) -> dict[str, Any]:
        """All fields, as sent; parsed when they are looked at.

        They take four times the memory of the text, and most of ten thousand tasks that are waited
        for are only looked at for their state.
        """
        return _fields_of(self.text)

    @property
    def look(self) -> tuple[str | None, ...]:
        """What is shown while it is under way: a change of it is a change of the task."""
        return self.state, self.detailed_state, self.error

    def mentions(self, resource_id: str) -> bool:
        """Whether `created_resources` or `data` hold this ID as a whole value, however deep."""
        unseen = [self.value("created_resources"), self.value("data")]
        while unseen:
            value = unseen.pop()
            if isinstance(value, dict | list):
                unseen += value.values() if isinstance(value, dict) else value
            elif value is not None and str(value) == resource_id:
                return True
        return False


def _text_in(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


@lru_cache(maxsize=1)
def _fields_of(text: str) -> dict[str, Any]:
    """The parsed fields of the latest document; those of all documents would fill the memory."""
    with _more_stack():
        return parse_json(text)  # type: ignore[no-any-return]


def duration_seconds(task: TaskFields) -> float | None:
    """Seconds from creation to end by the API's times; None if it has not ended or lacks a time."""
    created, finished = (parse_epoch(task.value(name)) for name in ("created_on", "finished_on"))
    if not task.is_final or created is None or finished is None or finished < created:
        return None
    return finished - created


def as_text(value: Any) -> str:
    """A string as it is, null as nothing, and any other value as its JSON."""
    if isinstance(value, str):
        return value
    try:
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "… (nested too deeply to show)"


def decode_text(data: bytes, errors: str = "strict") -> str:
    """Text in UTF-8, or in UTF-16 where a byte order mark says so, as PowerShell's `>` writes it.

    Raises:
        ValueError: if it is not that.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors)
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors)


def parse_json(text: str) -> Any:
    """The value of one JSON text; as `json.loads`, but it raises no RecursionError.

    Raises:
        ValueError: if it is not JSON, or too deeply nested.
    """
    value, end = parse_json_at(text, _skip(text, 0))
    if end != len(text):
        raise ValueError(f"more text after the JSON value, at character {end}")
    return value


def parse_json_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and the index of what follows it and white space.

    Raises:
        ValueError: as `parse_json`.
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    return value, _skip(text, end)


def encode_json(value: Any) -> str:
    """The compact JSON of a value that was parsed here."""
    with _more_stack():
        return json.dumps(value, separators=(",", ":"))


@contextmanager
def _more_stack() -> Iterator[None]:
    """Allows deeper recursion: the value may have been parsed where more stack was left."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + _MORE_FRAMES)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def parse_task(text: str) -> Document:
    """The task in a JSON text.

    Raises:
        ValueError: if it is not JSON, or not a task (without a string `id` or `state`).
    """
    return _document(parse_json(text), text)


def parse_page(text: str) -> tuple[list[Document], list[str], int]:
    """The page of the list in a JSON text: its tasks, each with its own text; faults; the total.

    The faults say for each element that is not a task what is wrong with it. The total is how many
    tasks there are over all pages.

    Raises:
        ValueError: if it is not a page of tasks.
    """
    page: tuple[list[Document], list[str]] | None = None
    count: Any = None
    position = _skip(text, 0, "{")
    while not text.startswith("}", position):
        key, position = parse_json_at(text, position)
        position = _skip(text, position, ":")
        if key == "results" and text.startswith("[", position):
            page = [], []
            position = _parse_tasks(text, position, *page)
        else:
            value, position = parse_json_at(text, position)
            count = value if key == "count" else count
        position = _skip_comma(text, position)
    if page is None or _skip(text, position, "}") != len(text):
        raise ValueError("not a list of tasks")
    documents, faults = page
    has_count = isinstance(count, int) and count >= 0
    return documents, faults, count if has_count else len(documents) + len(faults)


def compact(text: str) -> str:
    """Valid JSON without the white space between its tokens, otherwise unchanged."""
    return "".join(_BETWEEN_SPACES.findall(text))


def _parse_tasks(text: str, position: int, documents: list[Document], faults: list[str]) -> int:
    """Takes in the tasks of the array that begins here; the index of what follows."""
    position = _skip(text, position, "[")
    while not text.startswith("]", position):
        value, end = parse_json_at(text, position)
        try:
            documents.append(_document(value, text[position:end]))
        except ValueError as error:
            faults.append(str(error))
        position = _skip_comma(text, end)
    return _skip(text, position, "]")


def _document(value: Any, text: str) -> Document:
    if not isinstance(value, dict):
        raise ValueError("not a task: not an object")
    for name in ("id", "state"):
        if _text_in(value, name) is None:
            raise ValueError(f"not a task: no {name}")
    return Document(value, compact(text))


def _skip(text: str, position: int, mark: str = "") -> int:
    """The index after white space; where a `mark` is named, after it and more white space.

    Raises:
        ValueError: if it is not there.
    """
    match = _SPACE.match(text, position)
    position = match.end() if match else position
    if not mark:
        return position
    if not text.startswith(mark, position):
        raise ValueError(f"{mark!r} expected at character {position}")
    return _skip(text, position + 1)


def _skip_comma(text: str, position: int) -> int:
    return _skip(text, position, "," if text.startswith(",", position) else "")


def _parse_int(digits: str) -> int | float:
    # Python refuses integers of thousands of digits, which take quadratic time. The document's text
    # keeps the digits; calculations use the nearest float.
    return int(digits) if len(digits) < 1000 else float(digits)


_DECODER = json.JSONDecoder(parse_int=_parse_int)
