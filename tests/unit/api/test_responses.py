"""What an answer means: nothing in it is taken at its word, and no secret is cut in half."""

import json

import pytest

from gcore_tasks_cli.api.responses import Response, answer_of
from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job, ListPage

TASK = b'{"id": "A-1", "state": "NEW"}'
ASKED = GetTask("a-1")
LIST = ListPage((), 5, 0)


def answered(body: bytes, job: Job = ASKED, **headers: str) -> Answer:
    answer = answer_of(Response("host", 200, _named(headers), body), job)
    assert isinstance(answer, Answer)
    return answer


def error_of(status: int, body: str | bytes = b"", job: Job = ASKED, **headers: str) -> ApiError:
    data = body.encode() if isinstance(body, str) else body
    with pytest.raises(ApiError) as caught:
        answer_of(Response("host", status, _named(headers), data), job)
    return caught.value


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


DATE = "Sat, 23 May 2026 05:07:31 GMT"
AT_DATE = 1779512851.0


def test_a_task_is_answered_with_the_servers_time() -> None:
    for task_id in ("A-1", "a-1"):
        answer = answered(TASK, GetTask(task_id), date=DATE)
        assert (answer.documents[0].id, answer.server_time) == ("A-1", AT_DATE)
        assert answer.retry_after is None
    later = answered(TASK, date=DATE, retry_after="Sat, 23 May 2026 05:08:31 GMT")
    assert later.retry_after == 60.0
    assert answered(TASK).server_time is None
    with pytest.raises(NoAnswer) as caught:
        answered(TASK, GetTask("a-2"))
    assert caught.value.message == "host answered with another task: A-1"
    assert caught.value.transient


def test_a_page_is_answered_with_the_servers_time_and_how_many_there_are() -> None:
    answer = answered(b'{"count": 7, "results": [{"id": "a", "state": "NEW"}]}', LIST, date=DATE)
    assert [document.id for document in answer.documents] == ["a"]
    assert (answer.total, answer.server_time) == (7, AT_DATE)
    assert answered(b'{"results": []}', LIST, retry_after="9").retry_after == 9.0
    with pytest.raises(NoAnswer) as caught:
        answered(b'{"count": 1, "results": []}', LIST)
    assert caught.value.message == "host answered with an empty page of a list of 1 tasks"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "nothing"),
        (b"\xef\xbb\xbf \n", "nothing"),
        (b"<!doctype HTML><p>", "an HTML page"),
        (b"<html><TITLE id=a>\n Log   in &amp; go</TITLE>", "an HTML page (Log in & go)"),
        (b"<html><title></title>", "an HTML page"),
        (b"<?xml version='1.0'?><a/>", "something that is not JSON"),
        (b"[1, 2]", "JSON of another kind"),
        (b'{"id": 5}', "JSON of another kind"),
        (b"hello\nyou", "something that is not JSON (hello)"),
        (b"h" * 151, "something that is not JSON"),
        (b"\xff\xfe", "something that is not JSON"),
    ],
)
def test_what_is_no_task_and_no_list_is_named(body: bytes, what: str) -> None:
    for job, wanted in ((ASKED, "a task"), (LIST, "a list")):
        with pytest.raises(NoAnswer) as caught:
            answered(body, job)
        assert caught.value.message == f"host answered with {what} instead of {wanted}"
        assert caught.value.transient


def test_an_encoding_that_is_not_known_is_named_where_the_body_is_no_json() -> None:
    assert answered(TASK, content_encoding="utf-8").documents[0].id == "A-1"
    with pytest.raises(NoAnswer, match=r"not JSON \(Content-Encoding: br\) instead of a task"):
        answered(b"\x8b\x00\xff", content_encoding="br")


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        *((status, KeyRefused, False) for status in (401, 403)),
        *((status, NoAnswer, False) for status in (300, 302, 400, 404, 418, 499)),
        *((status, NoAnswer, True) for status in (408, 409, 425, 429, 500, 599)),
    ],
)
def test_what_a_status_means(status: int, kind: type[ApiError], transient: bool) -> None:
    error = error_of(status)
    assert (type(error), error.status, error.transient) == (kind, status, transient)
    assert error.retry_after is None
    later = error_of(status, retry_after="7")
    assert (type(later), later.status, later.transient) == (kind, status, transient)
    assert later.retry_after == 7.0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"exception_class": "TaskNotFound"}', TaskNotFound),
        ('{"message": "no", "code": "task_not_found"}', TaskNotFound),
        ('{"message": "no", "request_id": "r-1"}', TaskNotFound),
        ('{"message": "no"}', NoAnswer),
        ('{"code": 404, "request_id": "r-1"}', NoAnswer),
        ('["exception_class", "message", "code"]', NoAnswer),
        ("no such page", NoAnswer),
        ("<html><title>404 Not Found</title>", NoAnswer),
        ("", NoAnswer),
    ],
)
def test_only_the_api_itself_says_that_there_is_no_such_task(
    body: str, kind: type[ApiError]
) -> None:
    assert type(error_of(404, body)) is kind
    # Where no task was asked for, none can be missing.
    assert type(error_of(404, body, LIST)) is NoAnswer


FORBIDDEN = "the key may lack rights for this project, or the task may be another account's"
NOT_FOUND = (
    "is the ID right, and of this account? If it is a resource's: gtask list --resource ID "
    "finds its task"
)
WRONG_URL = "is GCORE_BASE_URL right?"


@pytest.mark.parametrize(
    ("status", "text", "message", "hint"),
    [
        (401, '{"message": "no"}', "the API refused the key: no", None),
        (401, "", "the API refused the key", None),
        (403, "", "the API forbids this for task a-1", FORBIDDEN),
        (403, '{"message": "no"}', "the API forbids this for task a-1: no", FORBIDDEN),
        (404, '{"exception_class": "E", "detail": "gone"}', "no such task: a-1", NOT_FOUND),
        (404, "", "host answered HTTP 404 Not Found", WRONG_URL),
        (404, '{"detail": "gone"}', "host answered HTTP 404 Not Found: gone", WRONG_URL),
        (418, '{"message": "no tea"}', "host answered HTTP 418 I'm a Teapot: no tea", None),
        (429, "", "host answered HTTP 429 Too Many Requests", None),
        (599, "", "host answered HTTP 599", None),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_and_a_hint(
    status: int, text: str, message: str, hint: str | None
) -> None:
    error = error_of(status, text)
    assert error.message == message
    assert error.hint == hint


def test_a_list_that_is_forbidden_names_no_task() -> None:
    assert error_of(403, job=LIST).message == "the API forbids this"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"message": "m", "detail": "d", "error": "e", "exception_class": "c"}', "m"),
        ('{"message": "", "detail": "d", "error": "e", "exception_class": "c"}', "d"),
        ('{"error": "e", "exception_class": "c"}', "e"),
        ('{"exception_class": "c"}', "c"),
        ('{"message": ["m", 1]}', '["m", 1]'),
        ('{"message": "m", "invalid_fields": {"a": 1}}', 'm ({"a": 1})'),
        ("\ufeffupstream timed out\r\nmore", "upstream timed out\r"),
        ("<html><title>500 Internal Server Error</title>", ""),
        ("Internal Server Error", ""),
        ("<html><title>All  is lost</title>", "All is lost"),
        ("XX marks the spot", "XX marks the spot"),
        ("y" * 150, "y" * 150),
        ("y" * 151, ""),
        (json.dumps({"message": "y" * 3000}), "y" * 2000),
        ('["m"]', ""),
        ("", ""),
    ],
)
def test_what_an_error_body_says(text: str, said: str) -> None:
    message = error_of(500, text).message
    assert message == "host answered HTTP 500 Internal Server Error" + (f": {said}" if said else "")


def test_the_request_id_is_that_of_the_body() -> None:
    assert error_of(500, '{"request_id": "r-1"}').request_id == "r-1"
    assert error_of(500, json.dumps({"request_id": "r" * 300})).request_id == "r" * 200
    assert error_of(400, '{"request_id": [7]}').request_id == "[7]"
    for body in ('{"request_id": ""}', '{"request_id": null}', ""):
        assert error_of(500, body).request_id is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("-5", None),
        ("1.5", None),
        ("\u0665", None),
        ("9" * 30, 366 * 86400.0),
        ("Sat, 23 May 2026 05:09:31 GMT", 120.0),
        ("Sat, 23 May 2026 05:07:01 GMT", 0.0),
        ("Sat, 23 May 2099 05:07:01 GMT", 366 * 86400.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        # Dates that no calendar here has.
        ("Thu, 01 Jan 1970 00:00:00 +0100", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_of_the_server(
    value: str | None, seconds: float | None
) -> None:
    headers = {"date": DATE} if value is None else {"date": DATE, "retry-after": value}
    assert Response("host", 503, headers, b"").retry_after == seconds


def test_a_date_is_compared_with_this_machines_clock_where_the_server_tells_no_time() -> None:
    assert error_of(503, retry_after="Sat, 23 May 2020 05:07:31 GMT").retry_after == 0.0
    later = error_of(503, retry_after="Sat, 23 May 2099 05:07:31 GMT").retry_after
    assert later == 366 * 86400.0
