"""What an answer of the API says: the documents of a good one, one of `errors` of any other.

Pure: an answer's status, headers and body in, values or errors out.
"""

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.jobs import PageAnswer, TaskAnswer
from gcore_tasks_cli.tasks.document import (
    decode_json,
    encode_json,
    parse_json,
    parse_page,
    parse_task,
)

_LONGEST_RETRY_AFTER_SECONDS = 366 * 86400.0
_YEAR_9999 = 253_370_764_800.0  # in seconds since 1970; no calendar here goes further
_LONGEST_SAID = 2000
_MOST_LOOKED_AT = 4096
_LONGEST_NAME = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TRANSIENT_STATUSES = frozenset({408, 409, 425, 429})
_ERROR_MESSAGE_KEYS = ("message", "detail", "error", "exception_class")
# A longer one would have to be cut, and perhaps in the middle of a key.
_LONGEST_LINE = 150
_TITLE = re.compile(rf"<title[^>]{{0,99}}>([^<]{{1,{_LONGEST_LINE}}})</title>", re.IGNORECASE)
_WRONG_URL = "is GCORE_BASE_URL right?"


class Response(NamedTuple):
    """A whole answer; header names in lower case, the body decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def task_answer(response: Response, task_id: str, host: str) -> TaskAnswer:
    """The task of this ID that was answered.

    Raises:
        NoAnswer: if it is none, or another one.
    """
    try:
        document = parse_task(decode_json(response.body))
    except ValueError:
        what = _kind(response.body)
        raise NoAnswer(f"{host} answered with {what} instead of a task", transient=True) from None
    if document.id.lower() != task_id.lower():
        raise NoAnswer(f"{host} answered with another task: {document.id}", transient=True)
    return TaskAnswer(document, *_times(response))


def page_answer(response: Response, host: str, offset: int = 0) -> PageAnswer:
    """The page of the list that was answered, which begins at this offset.

    Raises:
        NoAnswer: if it is none, or holds nothing where the list goes on.
    """
    try:
        documents, count = parse_page(decode_json(response.body))
    except ValueError:
        what = _kind(response.body)
        raise NoAnswer(f"{host} answered with {what} instead of a list", transient=True) from None
    if not documents and count > offset:
        what = f"an empty page of a list of {count:,} tasks"
        raise NoAnswer(f"{host} answered with {what}", transient=True)
    return PageAnswer(documents, count, *_times(response))


def status_error(
    response: Response,
    host: str,
    task_id: str | None,
    refused_key_hint: Callable[[str], str],
    hide: Callable[[str], str],
) -> ApiError:
    """The error that an answer of another status is; `task_id` where one was asked for.

    `refused_key_hint` says what to look at where a refused key was met with these words; `hide`
    takes secrets out of a text, before it is cut: half a key would no longer be found.
    """
    status = response.status
    fields = _error_fields(response)
    said, request_id = (
        _message(fields, hide),
        request_id_of(response, hide, fields.get("request_id")),
    )
    of_task = task_id is not None and (status != 404 or _is_of_the_api(fields))
    _, retry_after = _times(response)
    make: Callable[..., ApiError] = NoAnswer
    if status in (401, 403):
        make = KeyRefused
    elif status == 404 and of_task:
        make = TaskNotFound
    return make(
        _sentence(response, said, host, task_id if of_task else None, hide),
        hint=refused_key_hint(said) if status == 401 else _hint(status, said, of_task=of_task),
        status=status,
        request_id=request_id,
        transient=status in _TRANSIENT_STATUSES or status >= 500,
        retry_after=retry_after,
    )


def _is_of_the_api(fields: Mapping[str, object]) -> bool:
    """Whether this is the API's own error body: a proxy, or a wrong base URL, has a 404 too."""
    return "exception_class" in fields or (
        "message" in fields and bool({"code", "request_id"} & set(fields))
    )


def _sentence(
    response: Response, said: str, host: str, task_id: str | None, hide: Callable[[str], str]
) -> str:
    status = response.status
    if status in _REDIRECTS:
        target = hide(response.headers.get("location", "nowhere"))[:_LONGEST_NAME]
        return f"{host} redirects to {target} (HTTP {status}); gtask does not follow"
    if status == 404 and task_id is not None:
        return f"no such task: {task_id}" + (f" ({said})" if said else "")
    of_task = f" for task {task_id}" if task_id is not None else ""
    names = {401: "the API refused the key", 403: f"the API forbids this{of_task}"}
    begin = names.get(status, f"{host} answered HTTP {status}{_phrase(status)}")
    return f"{begin}: {said}" if said else begin


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _hint(status: int, said: str, *, of_task: bool) -> str | None:
    # As nginx says them, and Go's own server.
    if status == 400 and "SSL certificate" in said:
        return "it demands a client certificate, which gtask does not support"
    if status == 400 and ("HTTPS port" in said or "HTTPS server" in said):
        return "it is an https port, and GCORE_BASE_URL says http"
    return {
        403: "the key may lack rights for this project, or the task be another account's",
        404: "is the ID right? It may be another account's: those are not found either"
        if of_task
        else _WRONG_URL,
        **dict.fromkeys((301, 302, 303, 307, 308), _WRONG_URL),
    }.get(status)


def _error_fields(response: Response) -> Mapping[str, object]:
    """What an error body holds, in any of the shapes the API has; a text is its `message`."""
    try:
        body = parse_json(decode_json(response.body))
    except ValueError:
        return {"message": _said_without_json(response)}
    return body if isinstance(body, dict) else {}


def _message(fields: Mapping[str, object], hide: Callable[[str], str]) -> str:
    said = next((fields[key] for key in _ERROR_MESSAGE_KEYS if fields.get(key)), "")
    text = said if isinstance(said, str) else encode_json(said)
    if invalid := fields.get("invalid_fields"):
        text = f"{text} ({encode_json(invalid)})"
    return hide(text)[:_LONGEST_SAID]


def _said_without_json(response: Response) -> str:
    """The title of an HTML page, or the first line of a text; empty where it only names the status.

    Where gateways name what is wrong, it is there.
    """
    text = _text(response.body)
    said = _title(text) if text.startswith("<") else text.partition("\n")[0]
    is_phrase = said.removeprefix(str(response.status)).strip() == _phrase(response.status).strip()
    return "" if is_phrase or len(said) > _LONGEST_LINE else said


def _kind(body: bytes) -> str:
    """What a body is that cannot be used."""
    text = _text(body)
    if not text:
        return "nothing"
    if text.startswith("<"):
        title = _title(text)
        return ("an HTML page" if "html" in text.lower() else "XML") + (title and f" ({title})")
    try:
        parse_json(decode_json(body))
    except ValueError:
        return "something that is not JSON"
    return "JSON of another kind"


def _text(body: bytes) -> str:
    return body[:_MOST_LOOKED_AT].decode("utf-8", "replace").strip("\ufeff \t\r\n")


def _title(page: str) -> str:
    match = _TITLE.search(page)
    if match is None:
        return ""
    from html import unescape

    return " ".join(unescape(match[1]).split())


def request_id_of(
    response: Response, hide: Callable[[str], str], said: object = None
) -> str | None:
    """The ID by which support finds the request: what the body `said`, or else a header."""
    request_id = said or response.headers.get("x-request-id")
    if not request_id:
        return None
    text = request_id if isinstance(request_id, str) else encode_json(request_id)
    return hide(text)[:_LONGEST_NAME]


def _times(response: Response) -> tuple[float | None, float | None]:
    """The API's clock, in seconds since 1970, and how long it asks to stay away, in seconds."""
    server_time = _http_date(response.headers.get("date"))
    return server_time, retry_after_seconds(response.headers.get("retry-after"), server_time)


def retry_after_seconds(value: str | None, server_time: float | None) -> float | None:
    """What a `Retry-After` header asks for: seconds, or a date on the server's own clock.

    RFC 9110, section 10.2.3. None if it is absent or cannot be read.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:20]), _LONGEST_RETRY_AFTER_SECONDS)
    then = _http_date(text)
    if then is None:
        return None
    now = time.time() if server_time is None else server_time
    return min(max(0.0, then - now), _LONGEST_RETRY_AFTER_SECONDS)


def _http_date(text: str | None) -> float | None:
    try:
        seconds = parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return seconds if 0 <= seconds < _YEAR_9999 else None
