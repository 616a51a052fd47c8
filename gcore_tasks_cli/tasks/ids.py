"""Task IDs: one rule finds them in whatever a program prints, arguments included."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from json import JSONDecodeError
from typing import Any, BinaryIO
from urllib.parse import quote

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.tasks.document import decode_text, encode_json, parse_json_at

# 10,000 whole documents are about 20 MiB.
STDIN_LIMIT_BYTES = 128 * 1024 * 1024
# The API's IDs have 36 characters; servers commonly refuse URLs over 8 KiB.
_LONGEST_ID = 1024
_SHORTEST_ABBREVIATION = 6
_LONGEST_QUOTE = 60
_ERROR_KEYS = ("message", "detail", "exception_class", "error", "errors", "code")
# What `Secrets.hide` puts in the place of the key.
_HIDDEN = "***"
_STDIN, _ARGUMENT = "standard input", "an argument"
_HINTS_FOR_NOTHING = {
    _STDIN: "did the command before the pipe fail or find nothing? "
    "(In bash ${PIPESTATUS[0]} has its exit status.) "
    "If the API answers without a body, use curl -i",
    _ARGUMENT: "is the variable that should hold a task ID set?",
}

_ZERO_UUID = "00000000-0000-0000-0000-000000000000"
_UUID = r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])"
# A list of UUIDs at most a few words behind `task`, `tasks` or `Task ID`.
_UUIDS_OF_TASKS = rf"(?i)\btasks?(?:[\s_-]?ids?)?\b[^0-9]{{0,40}}?({_UUID}(?:[\W_]+{_UUID})*)"
_NO_TASKS = r"(?i)\btasks\W{0,3}\[\s*\]"
_BETWEEN_WORDS = r"[\s,;'\"`()\[\]{}]+"
_PLAIN_ID = r"[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*"
# The head of a response as `curl -i` prints it, or its first line among those of `curl -v`.
# Nothing stands between the body of one response and the head of the next.
_HEAD = r"(?m)(?:^|(?<=[}\]]))HTTP/[\d.]+ (?P<status>.*)(?:\n.+)*|^< HTTP/[\d.]+ (?P<logged>.*)"
# The status of what stands before the response that counts: `100 Continue`, a redirect, a proxy's.
_BEFORE_RESPONSE = "1|3|407"
_LINE_OF_CURL = r"(?m)^(?:[*<>](?: .*)?|[{}] \[\d+ bytes data\])$"
# Where a JSON object may begin. An attempt that fails costs the length of the text before it.
_OBJECT = re.compile(r'\{\s*["}]')


def collect_ids(
    arguments: Iterable[str],
    stdin: BinaryIO | None,
    recent_ids: Callable[[], Sequence[str]] = tuple,
    hide: Callable[[str], str] = str,
) -> list[str]:
    """The IDs in the arguments in their order, each once; `-` stands for those in `stdin`.

    The list is empty if all texts are valid answers that started no task. `recent_ids`, the tasks
    that abbreviations can mean, is called only if there is one; `hide` replaces the key by `***`.

    Raises:
        UsageError: for an argument, or a standard input, without a task ID.
    """
    recent_ids = cache(recent_ids)
    ids: dict[str, str] = {}
    for argument in dict.fromkeys(arguments):
        source = _STDIN if argument == "-" else _ARGUMENT
        text = _read(stdin) if source == _STDIN else argument
        rest = hide(text).replace(_HIDDEN, " ")
        if text.strip() and not rest.strip():
            raise UsageError(f"{source} holds the API key, which is not a task ID")
        found = ids_in(rest, source, recent_ids)
        for task_id in found:
            if hide(task_id) != task_id:  # JSON can spell it in another way
                raise UsageError(f"{source} holds the API key where a task ID should be")
            ids.setdefault(task_id.lower(), task_id)
    return list(ids.values())


def is_abbreviation(text: str) -> bool:
    """Whether it ends in `…`, or is at least 6 characters that can begin a UUID."""
    shape = re.sub("[0-9a-f]", "0", text.lower())
    begins_uuid = _SHORTEST_ABBREVIATION <= len(text) < len(_ZERO_UUID)
    return text.endswith("…") or (begins_uuid and _ZERO_UUID.startswith(shape))


def can_be_asked_for(task_id: str) -> bool:
    """Whether this ID can be one segment of a URL's path, and never more."""
    is_one_word = task_id.isprintable() and " " not in task_id
    return 0 < len(task_id) <= _LONGEST_ID and is_one_word and task_id not in (".", "..")


def path_segment(task_id: str) -> str:
    """The ID percent-encoded, so that it is one segment of the path, whatever it holds."""
    return quote(task_id, safe="")


def ids_in(
    text: str, source: str = _STDIN, recent_ids: Callable[[], Sequence[str]] = tuple
) -> list[str]:
    """The task IDs in a text; an empty list for a valid answer that started no task.

    Raises:
        UsageError: if it is an error of the API, JSON of another kind, or holds no task ID.
    """
    if not text.strip():
        raise UsageError(f"{source} is empty: no task ID", hint=_HINTS_FOR_NOTHING[source])
    responses = _responses(text.replace("\r\n", "\n"))
    return [i for each in responses for i in _ids_of_response(*each, source, recent_ids)]


def _ids_of_response(
    status: str, body: str, source: str, recent_ids: Callable[[], Sequence[str]]
) -> list[str]:
    """The task IDs in the body; text that is not a response has no status."""
    if status and not status.startswith("2"):
        raise _api_error(next(iter(_json_in(body)), None), status)
    if re.match(r"<[!?A-Za-z]", body):
        raise UsageError(f"no task ID in {source}: it is an HTML or XML page")
    if status and not body:
        return []
    values = _json_in(body, refuse_broken=source == _STDIN)
    if values:
        return [task_id for value in values for task_id in _ids_of_json(value)]
    words = [word for part in re.split(_BETWEEN_WORDS, body) if (word := part.strip("."))]
    if not words or not all(map(_is_id, words)):
        of_tasks = " ".join(match[1] for match in re.finditer(_UUIDS_OF_TASKS, body))
        words = re.findall(_UUID, of_tasks or body)
    if not words and re.search(_NO_TASKS, body):
        return []
    if not words:
        hint = "jq prints null where the JSON holds no ID" if body == "null" else None
        raise UsageError(f"no task ID in {source}: {body[:_LONGEST_QUOTE]!r}", hint=hint)
    return [_whole_id(word, recent_ids) for word in words]


def _is_id(word: str) -> bool:
    is_plain = re.fullmatch(_PLAIN_ID, word) is not None
    return (is_plain or is_abbreviation(word)) and can_be_asked_for(word)


def _whole_id(word: str, recent_ids: Callable[[], Sequence[str]]) -> str:
    """The one recent ID that the word abbreviates; else the word, a UUID in lower case.

    Raises:
        UsageError: if it abbreviates several.
    """
    if not is_abbreviation(word) or word in recent_ids():
        return word.lower() if re.fullmatch(_UUID, word) else word
    beginning = word.removesuffix("…").lower()
    meant = [task_id for task_id in recent_ids() if task_id.lower().startswith(beginning)]
    if len(meant) > 1:
        raise UsageError(
            f"{word!r} is the beginning of {len(meant)} recent task IDs: {', '.join(meant)}",
            hint="write more of the ID",
        )
    return meant[0] if meant else word


def _read(stdin: BinaryIO | None) -> str:
    try:
        data = stdin.read(STDIN_LIMIT_BYTES + 1) if stdin is not None else b""
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}") from None
    if len(data) > STDIN_LIMIT_BYTES:
        raise UsageError(f"standard input is larger than {STDIN_LIMIT_BYTES // 2**20} MiB")
    try:
        return decode_text(data)
    except UnicodeDecodeError as error:
        place = f"{error.reason} at byte {error.start}"
        raise UsageError(f"standard input is not text: {place}") from None


def _responses(text: str) -> list[tuple[str, str]]:
    """Status (`404 Not Found`) and body of each response in what curl prints.

    Text without any is all body and has no status; so has JSON before the first one.
    """
    heads = list(re.finditer(_HEAD, text))
    if not heads:
        return [("", text.strip())]
    found = []
    for head, end in zip(heads, [*(each.start() for each in heads[1:]), len(text)], strict=True):
        status = (head["status"] or head["logged"] or "").strip()
        body = re.sub(_LINE_OF_CURL, "", text[head.end() : end]).strip()
        if end == len(text) or (body and not re.match(_BEFORE_RESPONSE, status)):
            found.append((status, body))
    before = re.sub(_LINE_OF_CURL, "", text[: heads[0].start()]).strip()
    return [("", before), *found] if _json_in(before) else found


def _json_in(text: str, *, refuse_broken: bool = False) -> list[Any]:
    """The JSON values that the text consists of, or else the objects between other text.

    Raises:
        UsageError: if JSON in it is cut short or too deeply nested, and that is to be refused.
    """
    values: list[Any] = []
    is_json = text.startswith(("{", "["))
    position = 0
    while position < len(text):
        try:
            value, position = parse_json_at(text, position)
            values.append(value)
        except ValueError as error:
            if refuse_broken and _is_cut_short(error, text):
                raise UsageError(f"standard input is broken JSON: {error}") from None
            is_json = False
            begin = _OBJECT.search(text, position + 1)
            position = begin.start() if begin else len(text)
    if is_json:
        # Numbers beside JSON are those of `curl -w '%{http_code}'`.
        return [each for each in values if not isinstance(each, int)] or values
    return [each for each in values if each and isinstance(each, dict)]


def _is_cut_short(error: ValueError, text: str) -> bool:
    if not isinstance(error, JSONDecodeError):
        return True  # nested too deeply
    return error.pos >= len(text) or error.msg.startswith("Unterminated")


def _ids_of_json(value: Any) -> Iterator[str]:
    """IDs in one JSON value: in a list, in an object, or in the lists of an object in a list."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict) or _is_task(item):
            yield _id_of_task(item)
            continue
        lists = [item[key] for key in ("tasks", "results") if key in item]
        if lists and isinstance(lists[0], list | None):
            yield from map(_id_of_task, lists[0] or ())
        elif any(item.get(key) for key in _ERROR_KEYS):
            raise _api_error(item)
        else:
            keys = ", ".join(sorted(item)[:5]) or "none"
            raise UsageError(f"this JSON is not a task (its keys: {keys})")


def _is_task(item: dict[str, Any]) -> bool:
    # Nothing but an ID, as `jq '{id}'` prints it, or an ID beside a field that only tasks have.
    is_one = "state" in item or "task_type" in item or len(item) == 1
    return isinstance(item.get("task_id"), str) or (isinstance(item.get("id"), str) and is_one)


def _id_of_task(item: Any) -> str:
    found = item
    if isinstance(item, dict) and _is_task(item):
        found = item["task_id"] if isinstance(item.get("task_id"), str) else item["id"]
    if not isinstance(found, str) or not can_be_asked_for(found):
        shown = encode_json(item)[:_LONGEST_QUOTE]
        raise UsageError(f"the JSON holds {shown} where a task ID should be")
    return found


def _api_error(body: Any, status: str = "") -> UsageError:
    """The API's error, which came through the pipe instead of tasks."""
    fields = body if isinstance(body, dict) else {}
    message = next((fields[key] for key in _ERROR_KEYS if fields.get(key)), None)
    parts = [status, fields.get("exception_class"), message]
    named = ": ".join(dict.fromkeys(f"{part}" for part in parts if part))
    request_id = fields.get("request_id")
    support = f" (request ID {request_id})" if request_id else ""
    return UsageError(
        f"this is an error of the API: {named[:2000]}{support}",
        hint="the call before the pipe failed; no task was started",
    )
