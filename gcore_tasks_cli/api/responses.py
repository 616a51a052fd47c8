"""What an answer of the API says: the documents of a good one, one of `errors` of any other.

Pure: an answer's status, headers and body in, values or errors out.
"""

import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from http.client import responses as phrases
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.jobs import AcknowledgeAll, Answer, Job, ListPage
from gcore_tasks_cli.tasks.document import as_text, decode_text, parse_json, parse_page, parse_task
from gcore_tasks_cli.tasks.ids import is_abbreviation

_LONGEST_RETRY_AFTER_SECONDS = 366 * 86400.0
_STEP_BYTES = 256 * 1024
_YEAR_9999 = 253_370_764_800.0  # in seconds since 1970; no calendar here goes further
_LONGEST_MESSAGE = 2000
_MOST_LOOKED_AT = 4096
_LONGEST_NAME = 200
_TRANSIENT_STATUSES = frozenset({408, 409, 425, 429})
_ERROR_MESSAGE_KEYS = ("message", "detail", "error", "exception_class")
_LONGEST_LINE = 150
_TITLE = re.compile(rf"<title[^>]{{0,99}}>([^<]{{1,{_LONGEST_LINE}}})</title>", re.IGNORECASE)
_FORBIDDEN = "the key may lack rights for this project, or the task may be another account's"
_NOT_FOUND = (
    "is the ID right, and of this account? If it is a resource's: gtask list --resource ID "
    "finds its task"
)
_ABBREVIATED = (
    "an abbreviated ID stands for a task that gtask showed recently from this API: write the "
    "whole ID"
)
_WRONG_URL = "is GCORE_BASE_URL right?"


class Response(NamedTuple):
    """A whole answer of a host; header names in lower case, the body decompressed."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def server_time(self) -> float | None:
        """The host's clock, in seconds since 1970."""
        return _http_date(self.headers.get("date"))

    @property
    def retry_after(self) -> float | None:
        """What `Retry-After` asks for: seconds, or a date on the host's clock.

        RFC 9110, section 10.2.3. None if it is absent or cannot be read.
        """
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            seconds = float(text[:20])
        elif (then := _http_date(text)) is not None:
            now = time.time() if self.server_time is None else self.server_time
            seconds = max(0.0, then - now)
        else:
            return None
        return min(seconds, _LONGEST_RETRY_AFTER_SECONDS)


def read_body(pieces: Iterable[bytes], encoding: str, limit: int, host: str) -> bytes:
    """The decompressed body; of one that is larger than `limit`, one byte more than that.

    In an unknown encoding it is returned as it is: some servers name a character set there.

    Raises:
        NoAnswer: if it cannot be decompressed, or was cut short.
    """
    if encoding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        pieces = _decompressed(pieces, host)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            break
    del body[limit + 1 :]  # a slice would be a copy, of 32 MiB perhaps
    return bytes(body)


def _decompressed(pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
    inflate = None
    try:
        for piece in pieces:
            # Members of gzip may follow each other (RFC 1952, section 2.2).
            while piece:
                if inflate is None or inflate.eof:
                    # +32: zlib finds out by itself whether it is gzip or zlib.
                    inflate = zlib.decompressobj(zlib.MAX_WBITS + 32)
                # Bounded: a kilobyte may become a gigabyte in one step.
                yield inflate.decompress(piece, _STEP_BYTES)
                piece = inflate.unconsumed_tail or inflate.unused_data
    except zlib.error:
        raise NoAnswer(f"{host} answered with broken compression", transient=True) from None
    if inflate is not None and not inflate.eof:
        raise NoAnswer(f"the answer of {host} was cut short", transient=True)


def answer_of(response: Response, job: Job) -> Answer:
    """What the host answers to the job.

    Raises:
        ApiError: if that is not what was asked for.
    """
    if not 200 <= response.status < 300:
        raise _status_error(response, getattr(job, "task_id", None))
    if isinstance(job, AcknowledgeAll):
        return Answer([], 0, response.server_time)
    try:
        text = decode_text(response.body)
        if isinstance(job, ListPage):
            return _page(response, text, job.offset)
        document = parse_task(text)
    except ValueError:
        wanted = "a list" if isinstance(job, ListPage) else "a task"
        raise _nonsense(response, f"{_kind(response)} instead of {wanted}") from None
    if document.id.lower() != job.task_id.lower():
        raise _nonsense(response, f"another task: {document.id}")
    return Answer([document], 1, response.server_time, response.retry_after)


def _page(response: Response, text: str, offset: int) -> Answer:
    documents, faults, total = parse_page(text)
    if not documents and not faults and total > offset:
        raise _nonsense(response, f"an empty page of a list of {total:,} tasks")
    return Answer(documents, total, response.server_time, response.retry_after, tuple(faults))


def _nonsense(response: Response, what: str) -> NoAnswer:
    return NoAnswer(f"{response.host} answered with {what}", transient=True)


def _status_error(response: Response, task_id: str | None) -> ApiError:
    """The error that an answer of another status is; `task_id` where one was asked for."""
    host, status, fields = response.host, response.status, _error_fields(response)
    said, of_task = _message(fields), f" for task {task_id}" if task_id is not None else ""
    kind: type[ApiError] = NoAnswer
    message, hint = f"{host} answered HTTP {status} {phrases.get(status, '')}".strip(), None
    if status == 401:
        kind, message = KeyRefused, "the API refused the key"
    elif status == 403:
        kind, message, hint = KeyRefused, f"the API forbids this{of_task}", _FORBIDDEN
    elif status == 404 and task_id is not None and _is_of_the_api(fields):
        kind, message = TaskNotFound, f"no such task: {task_id}"
        hint = _ABBREVIATED if is_abbreviation(task_id) else _NOT_FOUND
    elif status == 404:
        hint = _WRONG_URL
    elif 300 <= status < 400:
        target = response.headers.get("location", "nowhere")[:_LONGEST_NAME]
        message, hint = f"{host} redirects to {target} (HTTP {status})", _WRONG_URL
        said = "gtask does not follow"
    return kind(
        f"{message}: {said}" if said and kind is not TaskNotFound else message,
        hint=hint,
        status=status,
        request_id=as_text(fields.get("request_id"))[:_LONGEST_NAME] or None,
        transient=status in _TRANSIENT_STATUSES or status >= 500,
        retry_after=response.retry_after,
    )


def _is_of_the_api(fields: Mapping[str, object]) -> bool:
    """Whether this is the API's own error body: a proxy, or a wrong base URL, has a 404 too."""
    return "exception_class" in fields or (
        "message" in fields and bool({"code", "request_id"} & set(fields))
    )


def _error_fields(response: Response) -> Mapping[str, object]:
    """What an error body holds, in any of the shapes the API has; a text is its `message`."""
    try:
        body = parse_json(decode_text(response.body))
    except ValueError:
        return {"message": _headline(response)}
    return body if isinstance(body, dict) else {}


def _message(fields: Mapping[str, object]) -> str:
    text = as_text(next((fields[key] for key in _ERROR_MESSAGE_KEYS if fields.get(key)), ""))
    if invalid := fields.get("invalid_fields"):
        text = f"{text} ({as_text(invalid)})"
    return text[:_LONGEST_MESSAGE]


def _kind(response: Response) -> str:
    """What a body is that cannot be used."""
    if not response.body.strip(b"\xef\xbb\xbf \t\r\n"):
        return "nothing"
    try:
        parse_json(decode_text(response.body))
    except ValueError:
        is_html = b"html" in response.body[:_MOST_LOOKED_AT].lower()
        encoding = response.headers.get("content-encoding", "")[:_LONGEST_NAME]
        detail = _headline(response) or (encoding and f"Content-Encoding: {encoding}")
        kind = "an HTML page" if is_html else "something that is not JSON"
        return f"{kind} ({detail})" if detail else kind
    return "JSON of another kind"


def _headline(response: Response) -> str:
    """The title of an HTML page, or the first line of a text; empty where it only names the status.

    Gateways state the reason there.
    """
    text = response.body[:_MOST_LOOKED_AT].decode("utf-8", "replace").strip("\ufeff \t\r\n")
    line = text.partition("\n")[0]
    if text.startswith("<"):
        from html import unescape

        title = _TITLE.search(text)
        line = " ".join(unescape(title[1]).split()) if title else ""
    is_phrase = line.removeprefix(str(response.status)).strip() == phrases.get(response.status)
    return "" if is_phrase or len(line) > _LONGEST_LINE or "\ufffd" in line else line


def _http_date(text: str | None) -> float | None:
    try:
        seconds = parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return seconds if 0 <= seconds < _YEAR_9999 else None
