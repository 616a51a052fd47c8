"""Task IDs from arguments and from standard input."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, BinaryIO
from urllib.parse import quote

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.document import json_stream

# 10,000 whole documents are about 20 MiB.
STDIN_LIMIT_BYTES = 128 * 1024 * 1024
# The API's IDs have 36 characters; servers commonly refuse URLs over 8 KiB.
_LONGEST_ID = 1024
_WHOLE_ID_CHARACTERS = 36
_SHORTEST_ABBREVIATION = 6
_ERROR_KEYS = ("message", "detail", "exception_class", "error", "errors", "code")


def collect_ids(
    arguments: Iterable[str], stdin: BinaryIO | None, recent_ids: Callable[[], Sequence[str]]
) -> list[str]:
    """The IDs of the arguments in their order, each once; `-` stands for those of `stdin`.

    `recent_ids`, the tasks that abbreviations can mean, is called only if there is one.

    Raises:
        UsageError: for text that cannot be an ID, or a standard input without a task ID.
    """
    recent_ids = cache(recent_ids)
    ids: dict[str, None] = {}
    stdin_read = False
    for argument in arguments:
        if argument != "-":
            # No ID holds white space; zsh and fish pass the words of a variable as one argument.
            ids.update(dict.fromkeys(_ids_of_words(argument.split() or [argument], recent_ids)))
        elif not stdin_read:
            stdin_read = True
            ids.update(dict.fromkeys(ids_in(_read(stdin), recent_ids)))
    return list(ids)


def whole_id(text: str, recent_ids: Sequence[str]) -> str:
    """The one recent ID that `text` abbreviates (with or without an ellipsis), else `text`.

    Raises:
        UsageError: if it abbreviates several.
    """
    beginning = text.removesuffix("…")
    if text in recent_ids or len(beginning) < _SHORTEST_ABBREVIATION:
        return text
    meant = [task_id for task_id in recent_ids if task_id.startswith(beginning)]
    if len(meant) > 1:
        raise UsageError(
            f"{text!r} is the beginning of {len(meant)} recent task IDs: {', '.join(meant)}",
            hint="write more of the ID",
        )
    return meant[0] if meant else text


def check_id(text: str) -> str:
    """`text` as an ID: one segment of a URL's path, and never more.

    Raises:
        UsageError: if it is empty, `.`, `..`, too long, or holds a character that no ID can hold.
    """
    task_id = text.strip()
    if not task_id:
        raise UsageError("a task ID is empty", hint="is the variable that should hold it set?")
    if task_id == "null":
        raise UsageError("a task ID is null", hint="jq prints null where the JSON holds no ID")
    if task_id in (".", ".."):
        raise UsageError(f"{task_id!r} is not a task ID")
    if len(task_id) > _LONGEST_ID:
        raise UsageError(f"a task ID of {len(task_id)} characters is too long")
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in task_id):
        raise UsageError(f"the task ID {task_id!r} holds a control character or broken text")
    return task_id


def can_be_asked_for(task_id: str) -> bool:
    """Whether this ID, which the API sent, can be one segment of a URL."""
    try:
        return check_id(task_id) == task_id
    except UsageError:
        return False


def path_segment(task_id: str) -> str:
    """The ID percent-encoded, so that it is one segment of the path, whatever it holds."""
    return quote(task_id, safe="")


def ids_in(data: bytes, recent_ids: Callable[[], Sequence[str]] = tuple) -> list[str]:
    """The IDs in standard input: words, or JSON in several forms, below HTTP headers or not.

    Raises:
        UsageError: if it is empty, an error response of the API, or has no task ID.
    """
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        place = f"{error.reason} at byte {error.start}"
        raise UsageError(f"standard input is not text: {place}") from None
    if not text.strip("\x00"):
        raise UsageError(
            "standard input is empty: no task ID to read",
            hint="did the command before the pipe fail or find nothing? (set -o pipefail shows it)",
        )
    status, text = _without_headers(text)
    if status and not status.startswith("2"):
        raise _error_response(status, text)
    if not text:
        raise UsageError(f"standard input is a response without a body ({status}): no task ID")
    if text[0] == "<":
        raise UsageError("standard input is an HTML or XML page: no task ID to read")
    if text[0] not in '{["':
        return _ids_of_words(text.split(), recent_ids)
    try:
        found = [check_id(task_id) for value in json_stream(text) for task_id in _ids_of(value)]
    except ValueError as error:
        raise UsageError(f"standard input is broken JSON: {error}") from None
    if not found:
        raise UsageError("standard input has no task ID", hint="the JSON there lists no tasks")
    return found


def _ids_of_words(words: Iterable[str], recent_ids: Callable[[], Sequence[str]]) -> list[str]:
    ids = [check_id(word) for word in words]
    return [
        task_id if len(task_id) >= _WHOLE_ID_CHARACTERS else whole_id(task_id, recent_ids())
        for task_id in ids
    ]


def _read(stdin: BinaryIO | None) -> bytes:
    try:
        data = stdin.read(STDIN_LIMIT_BYTES + 1) if stdin is not None else b""
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}") from None
    if len(data) > STDIN_LIMIT_BYTES:
        raise UsageError(f"standard input is larger than {STDIN_LIMIT_BYTES // 2**20} MiB")
    return data


def _without_headers(text: str) -> tuple[str, str]:
    """The status (`404 Not Found`) and the body of a response; of several, the last one's.

    The first ones come from a proxy, a redirect or `100 Continue`. Without headers the status is
    empty.
    """
    status = ""
    while text.startswith("HTTP/"):
        line, _, rest = text.partition("\n")
        status = line.partition(" ")[2].strip()
        while rest and line.strip():
            line, _, rest = rest.partition("\n")
        text = rest.lstrip()
    return status, text


def _ids_of(value: Any) -> Iterator[str]:
    """IDs in one JSON value: in a list, in an object, or in the lists of an object in a list."""
    for item in value if isinstance(value, list) else [value]:
        values = (item.get("tasks"), item.get("results")) if isinstance(item, dict) else ()
        tasks = next((value for value in values if isinstance(value, list)), None)
        if tasks is not None:
            yield from map(_id_of_task, tasks)
        elif not isinstance(item, dict) or _is_task(item):
            yield _id_of_task(item)
        elif any(item.get(key) for key in _ERROR_KEYS):
            raise _error_body(item)
        else:
            keys = ", ".join(sorted(item)[:5]) or "none"
            raise UsageError(f"standard input holds JSON that is not a task (its keys: {keys})")


def _is_task(item: dict[str, Any]) -> bool:
    # Nothing but an ID, as `jq '{id}'` prints it, or an ID beside a field that only tasks have.
    is_one = "state" in item or "task_type" in item or len(item) == 1
    return isinstance(item.get("task_id"), str) or (isinstance(item.get("id"), str) and is_one)


def _id_of_task(item: Any) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, dict) and _is_task(item):
        return str(item["task_id"] if isinstance(item.get("task_id"), str) else item["id"])
    raise UsageError(f"standard input holds {_kind(item)} where a task ID should be")


def _error_body(body: dict[str, Any], status: str = "") -> UsageError:
    """The API's error, which came through the pipe instead of tasks."""
    message = next((body[key] for key in _ERROR_KEYS if body.get(key)), None)
    parts = [status, body.get("exception_class"), message]
    named = ": ".join(dict.fromkeys(f"{part}" for part in parts if part))
    request_id = body.get("request_id")
    support = f" (request ID {request_id})" if request_id else ""
    return UsageError(
        f"standard input is an error of the API: {named[:2000]}{support}",
        hint="the call before the pipe failed; no task was started",
    )


def _error_response(status: str, text: str) -> UsageError:
    """The error of a response whose status is not 2xx."""
    try:
        body = next(json_stream(text), None)
    except ValueError:
        return _error_body({}, status)
    return _error_body(body if isinstance(body, dict) else {}, status)


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")
