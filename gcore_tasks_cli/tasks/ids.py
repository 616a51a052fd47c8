"""What arguments and standard input say, as task IDs."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.document import json_stream

# 10,000 whole documents are about 20 MiB.
STDIN_LIMIT_BYTES = 128 * 1024 * 1024
# The API's IDs have 36 characters; servers commonly refuse URLs over 8 KiB.
_LONGEST_ID = 1024
_ERROR_KEYS = ("message", "detail", "exception_class", "error", "errors", "code")


def collect_ids(arguments: Iterable[str], stdin: BinaryIO | None) -> list[str]:
    """The IDs of the arguments in their order, each once; `-` stands for those of `stdin`.

    Raises:
        UsageError: for an ID that can be none, or a standard input that names no task.
    """
    ids: dict[str, None] = {}
    stdin_read = False
    for argument in arguments:
        if argument != "-":
            # No ID holds white space; zsh and fish leave the words of a variable together.
            ids.update(dict.fromkeys(check_id(word) for word in argument.split() or [argument]))
        elif not stdin_read:
            stdin_read = True
            ids.update(dict.fromkeys(_read_ids(stdin)))
    return list(ids)


def check_id(text: str) -> str:
    """`text` as an ID: one segment of a URL's path, and never more.

    Raises:
        UsageError: if it is empty, `.`, `..`, too long, or holds what no ID can hold.
    """
    task_id = text.strip()
    if not task_id:
        raise UsageError("a task ID is empty", hint="is the variable that should hold it set?")
    if task_id == "null":
        raise UsageError("a task ID is null", hint="jq prints null where the JSON holds no ID")
    if task_id in (".", ".."):
        raise UsageError(f"{task_id!r} is no task ID")
    if len(task_id) > _LONGEST_ID:
        raise UsageError(f"a task ID of {len(task_id)} characters is too long")
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in task_id):
        raise UsageError(f"the task ID {task_id!r} holds a control character or broken text")
    return task_id


def can_be_asked_for(task_id: str) -> bool:
    """Whether this, which the API calls an ID, stays what it is in a URL."""
    try:
        return check_id(task_id) == task_id
    except UsageError:
        return False


def path_segment(task_id: str) -> str:
    """The ID percent-encoded: whatever it holds, it stays one segment of the path."""
    return quote(task_id, safe="")


def ids_in(data: bytes) -> list[str]:
    """The IDs in what a pipe carried: words, or JSON in any shape that a user has at hand.

    Raises:
        UsageError: if it is empty, an error body of the API, or names no task.
    """
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        place = f"{error.reason} at byte {error.start}"
        raise UsageError(f"standard input is no text: {place}") from None
    if not text.strip("\x00"):
        raise UsageError(
            "standard input is empty: no task ID to read",
            hint="did the command before the pipe fail or find nothing? (set -o pipefail tells)",
        )
    if text[0] == "<":
        raise UsageError("standard input is an HTML or XML page: no task ID to read")
    if text[0] not in '{["':
        return [check_id(word) for word in text.split()]
    try:
        found = [check_id(task_id) for value in json_stream(text) for task_id in _ids_of(value)]
    except ValueError as error:
        raise UsageError(f"standard input is broken JSON: {error}") from None
    if not found:
        raise UsageError("standard input names no task", hint="the JSON there holds no task ID")
    return found


def _read_ids(stdin: BinaryIO | None) -> list[str]:
    try:
        data = stdin.read(STDIN_LIMIT_BYTES + 1) if stdin is not None else b""
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}") from None
    if len(data) > STDIN_LIMIT_BYTES:
        raise UsageError(f"standard input is larger than {STDIN_LIMIT_BYTES // 2**20} MiB")
    return ids_in(data)


def _ids_of(value: Any) -> Iterator[str]:
    """IDs in one JSON value; at most a list in an object in a list, never deeper."""
    if isinstance(value, list):
        for item in value:
            yield from _ids_of_item(item)
    else:
        yield from _ids_of_item(value)


def _ids_of_item(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif not isinstance(item, dict):
        raise UsageError(f"standard input holds {_kind(item)} where a task ID should be")
    elif isinstance(item.get("tasks"), list):
        yield from map(_id_of_task, item["tasks"])
    elif isinstance(item.get("results"), list):
        yield from map(_id_of_task, item["results"])
    elif isinstance(item.get("task_id"), str) or _is_task(item):
        yield _id_of_task(item)
    elif any(item.get(key) for key in _ERROR_KEYS):
        raise _error_body(item)
    else:
        keys = ", ".join(sorted(item)[:5]) or "none"
        raise UsageError(f"standard input holds JSON that is no task (its keys: {keys})")


def _is_task(item: dict[str, Any]) -> bool:
    # Only an ID, as `jq '{id}'` leaves it, or what nothing but a task has beside it.
    is_one = "state" in item or "task_type" in item or len(item) == 1
    return isinstance(item.get("id"), str) and is_one


def _id_of_task(item: Any) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, dict) and isinstance(item.get("task_id"), str):
        return str(item["task_id"])
    if isinstance(item, dict) and _is_task(item):
        return str(item["id"])
    raise UsageError(f"standard input holds {_kind(item)} where a task ID should be")


def _error_body(body: dict[str, Any]) -> UsageError:
    """The API's error, as it came down the pipe instead of tasks."""
    said = next((body[k] for k in _ERROR_KEYS if body.get(k)), "")
    kind = body.get("exception_class")
    named = f"{kind}: {said}" if isinstance(kind, str) and kind != said else f"{said}"
    request_id = body.get("request_id")
    support = f" (request ID {request_id})" if request_id else ""
    return UsageError(
        f"standard input is an error of the API: {named[:2000]}{support}",
        hint="the call before the pipe failed; no task was started",
    )


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")
