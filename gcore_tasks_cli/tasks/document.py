"""Task documents: the API's JSON text, unchanged, and its parsed fields.

`--json` prints this text and not a re-encoding of it, so that numbers, escapes, the order of keys
and unknown fields are exactly as the API sent them.
"""

import codecs
import json
import math
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

_SPACE = re.compile(r"[ \t\r\n]*")
# Everything but the white space outside of strings. Possessive, so that the time is linear for any
# input; `findall` rather than `sub`, because a list of 50,000 tasks spends most of its time here.
_BETWEEN_SPACES = re.compile(r'(?:[^" \t\r\n]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")++', re.DOTALL)


class TaskFields:
    """What words about a task are made of: a `Document`, or the `Task` model."""

    __slots__ = ()

    id: str
    state: str

    def value(self, name: str) -> Any:
        """The field of the API's published description; None if it is null or absent."""
        raise NotImplementedError

    def unknown_fields(self) -> dict[str, Any]:
        """Fields that are not in the API's published description, as sent."""
        raise NotImplementedError

    def created(self) -> dict[str, list[str]]:
        """IDs of what was created, by type, for people: as text, of whatever form they are."""
        raise NotImplementedError

    @property
    def is_final(self) -> bool:
        """Whether the task has ended: its state cannot change any more.

        A state that the API's description does not have is final once there is an end.
        """
        if self.state in FINAL_STATES:
            return True
        return self.state not in ACTIVE_STATES and as_text(self.value("finished_on")) != ""

    @property
    def has_failed(self) -> bool:
        """Whether the task has ended, and not well."""
        return self.state != "FINISHED" and self.is_final


class Document(TaskFields):
    """One task as the API sent it: `text` is its JSON without white space, `fields` its value.

    `created_on`, `task_type` and `detailed_state` are None where the API sends no text there.
    """

    __slots__ = ("_fields", "created_on", "detailed_state", "id", "state", "task_type", "text")

    def __init__(self, id: str, state: str, text: str, fields: dict[str, Any]) -> None:
        self.id = id
        self.state = state
        self.text = text
        self._fields: dict[str, Any] | None = fields
        self.created_on = self.text_field("created_on")
        self.task_type = self.text_field("task_type")
        self.detailed_state = self.text_field("detailed_state")

    @property
    def fields(self) -> dict[str, Any]:
        """All fields, as sent."""
        return _fields_of(self.text) if self._fields is None else self._fields

    def without_fields(self) -> "Document":
        """This document, whose fields are parsed again whenever they are needed.

        They take four times the memory of the text, and most of ten thousand tasks that are waited
        for are only looked at for their state.
        """
        self._fields = None
        return self

    def looks_like(self, other: "Document") -> bool:
        """Whether both show the task in the same state and detailed state."""
        return (self.state, self.detailed_state) == (other.state, other.detailed_state)

    def text_field(self, name: str) -> str | None:
        """The field if it is a string; None if it is absent, empty or of another type."""
        value = self.fields.get(name)
        return value if isinstance(value, str) and value else None

    def value(self, name: str) -> Any:
        """The field as sent; None if it is absent."""
        return self.fields.get(name)

    def unknown_fields(self) -> dict[str, Any]:
        """Fields that are not in the API's published description, as sent."""
        return {name: v for name, v in self.fields.items() if name not in KNOWN_FIELDS}

    def created(self) -> dict[str, list[str]]:
        """IDs of what was created, by type, for people: as text, of whatever form they are."""
        return created_ids(self.fields.get("created_resources"))

    def mentions(self, resource_id: str) -> bool:
        """Whether `created_resources` or `data` hold this ID as a whole value, however deep."""
        unseen = [self.fields.get("created_resources"), self.fields.get("data")]
        while unseen:
            value = unseen.pop()
            if isinstance(value, dict):
                unseen += value.values()
            elif isinstance(value, list):
                unseen += value
            elif value is not None and str(value) == resource_id:
                return True
        return False

    def created_resources(self, types: Collection[str] = ()) -> dict[str, list[Any]]:
        """Of these types, or all, those with at least one ID, in the API's order; IDs as sent."""
        resources = self.fields.get("created_resources")
        found = {}
        for name, value in resources.items() if isinstance(resources, dict) else ():
            ids = [i for i in value if i not in (None, "")] if isinstance(value, list) else []
            if ids and (name in types or not types):
                found[name] = ids
        return found

    def resource_ids(self, types: Collection[str]) -> list[str]:
        """The IDs of these types, for a command line that goes on with them."""
        ids = [each for ids in self.created_resources(types).values() for each in ids]
        return [each if isinstance(each, str) else encode_json(each) for each in ids]


@lru_cache(maxsize=1)
def _fields_of(text: str) -> Any:
    """The fields of the document that is looked at; all of them together would fill the memory."""
    with _more_stack():
        return parse_json(text)


def duration_seconds(task: TaskFields) -> float | None:
    """From creation to end by the API's own times, where it is over and both are known."""
    created, finished = (
        parse_epoch(task.value("created_on")),
        parse_epoch(task.value("finished_on")),
    )
    if not task.is_final or created is None or finished is None or finished < created:
        return None
    return finished - created


def created_ids(resources: Any) -> dict[str, list[str]]:
    """The types of `created_resources` with at least one ID, each ID as text.

    The API describes lists of IDs; what has another form is kept as text.
    """
    if not isinstance(resources, dict):
        resources = {"created_resources": resources}
    found = {}
    for name, value in resources.items():
        items = value if isinstance(value, list) else [value]
        if ids := [text for item in items if (text := as_text(item))]:
            found[name] = ids
    return found


def as_text(value: Any) -> str:
    """A string as it is, null as nothing, and any other value as its JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "… (nested too deeply to show)"


def decode_json(body: bytes) -> str:
    """The text of a JSON body (UTF-8, as RFC 8259 requires; a byte order mark is dropped).

    Raises:
        ValueError: if it is not UTF-8.
    """
    return body.removeprefix(codecs.BOM_UTF8).decode()  # "utf-8-sig" would have to be imported


def parse_json(text: str) -> Any:
    """The value of one JSON text; unlike `json.loads`, it rejects NaN and raises no RecursionError.

    Raises:
        ValueError: if it is not JSON, or too deeply nested.
    """
    value, end = parse_json_at(text, _skip_space(text, 0))
    if _skip_space(text, end) != len(text):
        raise ValueError(f"more text after the JSON value, at character {end}")
    return value


def parse_json_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and the index after it.

    Raises:
        ValueError: as `parse_json`.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def encode_json(value: Any) -> str:
    """The compact JSON of a value that was parsed here."""
    with _more_stack():
        return json.dumps(value, separators=(",", ":"))


@contextmanager
def _more_stack() -> Iterator[None]:
    """For a nested value, which may have been parsed with more stack left than there is here."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + _MORE_FRAMES)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def json_stream(text: str) -> Iterator[Any]:
    """The values of consecutive JSON texts, as `jq` reads them.

    Raises:
        ValueError: as `parse_json`.
    """
    position = _skip_space(text, 0)
    while position < len(text):
        value, position = parse_json_at(text, position)
        yield value
        position = _skip_space(text, position)


def parse_task(text: str) -> Document:
    """The task in a JSON text.

    Raises:
        ValueError: if it is not JSON, or not a task (without a string `id` or `state`).
    """
    return _document(parse_json(text), text)


def parse_page(text: str) -> tuple[list[Document], int]:
    """The tasks of a page of the list, each with its own text, and the count over all pages.

    Raises:
        ValueError: if it is not a page of tasks.
    """
    documents: list[Document] | None = None
    count: Any = None
    position = _expect(text, _skip_space(text, 0), "{")
    while text[position : position + 1] == '"':
        key, position = parse_json_at(text, position)
        position = _expect(text, _skip_space(text, position), ":")
        if key == "results" and text[position : position + 1] == "[":
            documents, position = _parse_tasks(text, position)
        else:
            value, position = parse_json_at(text, position)
            count = value if key == "count" else count
        position = _skip_space(text, position)
        if text[position : position + 1] == ",":
            position = _expect(text, position, ",")
    if text[position:].strip(" \t\r\n") != "}" or documents is None:
        raise ValueError("not a list of tasks")
    return documents, count if isinstance(count, int) and count >= 0 else len(documents)


def compact(text: str) -> str:
    """Valid JSON without the white space between its tokens, otherwise unchanged."""
    return "".join(_BETWEEN_SPACES.findall(text))


def _parse_tasks(text: str, position: int) -> tuple[list[Document], int]:
    position = _expect(text, position, "[")
    documents = []
    while text[position : position + 1] not in ("]", ""):
        value, end = parse_json_at(text, position)
        documents.append(_document(value, text[position:end]).without_fields())
        position = _skip_space(text, end)
        if text[position : position + 1] == ",":
            position = _expect(text, position, ",")
    if position >= len(text):
        raise ValueError("the list of tasks is cut short")
    return documents, position + 1


def _document(value: Any, text: str) -> Document:
    if not isinstance(value, dict):
        raise ValueError("not a task: not an object")
    for name in ("id", "state"):
        if not isinstance(value.get(name), str) or not value[name]:
            raise ValueError(f"not a task: no {name}")
    return Document(value["id"], value["state"], compact(text), value)


def _expect(text: str, position: int, character: str) -> int:
    if text[position : position + 1] != character:
        raise ValueError(f"{character!r} expected at character {position}")
    return _skip_space(text, position + 1)


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _parse_int(digits: str) -> int | float | str:
    # Python refuses integers of thousands of digits, which take quadratic time. The document's text
    # keeps the digits; calculations use the nearest float.
    return int(digits) if len(digits) < 1000 else _parse_float(digits)


def _parse_float(digits: str) -> float | str:
    # JSON has no infinity: a number beyond all floats stays a string.
    number = float(digits)
    return number if math.isfinite(number) else digits


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_int=_parse_int, parse_float=_parse_float
)
