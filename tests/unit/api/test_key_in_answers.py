"""No message, hint or log shows the key of an answer that repeats it."""

import json
import re

from gcore_tasks_cli.polling.jobs import GetTask, ListPage
from tests.servers.prepared import answer, prepared
from tests.unit.api.sessions import KEY, PAGE, error_of, session_at

LONG_KEY = "1234$abcdef0123456789abcdef0123456789"


def test_an_answer_that_repeats_the_key_shows_it_nowhere() -> None:
    log: list[str] = []
    said = json.dumps({"message": f"what is {KEY}?", "request_id": f"r-{KEY}"})
    answers = (
        answer(said, "400 Bad Request"),
        answer("", "302 Found", f"Location: https://x/{KEY}"),
        answer(json.dumps({"id": KEY, "state": "NEW"})),
        answer(PAGE, "200 OK", f"X-Request-Id: r-{KEY}"),
        answer("", "400 Bad Request", f"X-Request-Id: r-{KEY}"),
        answer(b"\xff", "200 OK", f"Content-Encoding: {KEY}"),
    )
    with (
        prepared(*answers) as server,
        session_at(server.url, log=log.append) as session,
    ):
        errors = [error_of(lambda: session.do(GetTask("a"))) for _ in range(3)]
        session.do(ListPage((), 5, 0))
        errors += [error_of(lambda: session.do(GetTask("a"))) for _ in range(2)]
    assert "abcdefgh" not in repr([vars(error) for error in errors])
    assert "what is ***?" in errors[0].message
    assert errors[1].message.endswith(
        "redirects to https://x/*** (HTTP 302): gtask does not follow"
    )
    assert errors[2].message.endswith("answered with another task: ***")
    assert errors[4].message.endswith("(Content-Encoding: ***) instead of a task")
    request_ids = [re.findall(r"request ID ([^:]*)", line) for line in log]
    assert request_ids == [["r-***"], [], [], ["r-***"], ["r-***"], []]


def test_half_a_key_is_never_left() -> None:
    lengths = range(0, 2100, 41)
    texts = ["m" * before + LONG_KEY for before in lengths]
    answers = []
    for text in texts:
        answers.append(answer(json.dumps({"message": text, "request_id": text}), "400 Odd"))
        answers.append(answer("{}", "302 Odd", f"X-Request-Id: {text}", f"Location: {text}"))
    with prepared(*answers) as server, session_at(server.url, key=LONG_KEY) as session:
        errors = [error_of(lambda: session.do(GetTask("a"))) for _ in answers]
    for error in errors:
        assert LONG_KEY[:8] not in error.message + (error.request_id or "")
