"""The rows: what goes wrong, and how a good client comes out of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

TASK = "26986bc0-748a-4448-b836-0a2aa465eb06"
OTHER = "9d9cd6a1-4c85-4c5f-9f0a-1f6f1d0c7a11"
FOREVER: dict[str, Any] = {"ends": "NEVER"}
_EIGHT = tuple(f"task-{n}" for n in range(8))
HTML = "<html><body><h1>Bad Gateway</h1></body></html>"

Outcome = Literal["success", "failure"]


@dataclass(frozen=True)
class Row:
    """One fault. Times in seconds; `deadline` is what the client is given as its timeout.

    A client passes if it reports the `outcome` in time: a success not before the task has ended
    and within `within`, a failure within `within`. What only gtask promises (`status`, `says`,
    `silent_about`, `documents`, `least_requests`, `most_requests`) is asked of gtask alone.
    """

    name: str
    promises: tuple[str, ...]
    outcome: Outcome
    within: float
    faults: tuple[dict[str, Any], ...] = ()
    lasts: float = 1.0
    deadline: float = 30.0
    task: dict[str, Any] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)
    tls: Literal["none", "trusted", "untrusted", "wrong host", "silent"] = "none"
    key: str | None = None
    base_url: str | None = None
    name_lookup: str | None = None
    no_server: bool = False
    most_memory_mib: float = 160.0
    interval: str | None = "0.2"
    ids: tuple[str, ...] = (TASK,)
    status: int | None = None
    says: tuple[str, ...] = ()
    documents: tuple[str, ...] | None = None
    least_requests: int = 0
    most_requests: int | None = None

    @property
    def expected_status(self) -> int:
        """gtask's exit status in this row."""
        if self.status is not None:
            return self.status
        return 0 if self.outcome == "success" else 124


def _passing(name: str, promise: str, *faults: dict[str, Any], **more: Any) -> Row:
    """A fault that passes: the wait goes on and reports the end."""
    return Row(name, (promise,), "success", more.pop("within", 12.0), faults, **more)


def _deadline(name: str, *faults: dict[str, Any], **more: Any) -> Row:
    """Nothing will come any more: the deadline ends it, within a second."""
    limit = more.pop("deadline", 3.0)
    promises = ("deadline", *more.pop("promises", ()))
    return Row(name, promises, "failure", limit + 1.0, faults, deadline=limit, **more)


def _lasting(name: str, status: int, says: tuple[str, ...], *faults: Any, **more: Any) -> Row:
    """What will not pass: the wait ends at once and says why."""
    promises = more.pop("promises", ("lasting", "sentence"))
    more = {"within": 3.0, "task": FOREVER, **more}
    return Row(
        name, promises, "failure", more.pop("within"), faults, status=status, says=says, **more
    )


def _of_many(name: str, promise: str, fault: dict[str, Any], **more: Any) -> Row:
    """Whatever is wrong with lists, each of eight tasks is seen to its end."""
    lists = {**fault, "path": "/cloud/v1/tasks"}
    tasks = [{"id": task_id, "lasts": 1.0} for task_id in _EIGHT]
    return _passing(
        name,
        promise,
        lists,
        ids=_EIGHT,
        scenario={"tasks": tasks},
        documents=("FINISHED",) * len(_EIGHT),
        **more,
    )


def _answers(status: int, **more: Any) -> dict[str, Any]:
    return {"do": "status", "status": status, "requests": [2, 3], **more}


def _seconds(kind: str, begin: float, end: float, **more: Any) -> dict[str, Any]:
    return {"do": kind, "between": [begin, end], **more}


_JSON_ERROR = {"exception_class": "ServerError", "message": "try later", "request_id": "req-1"}

ROWS: tuple[Row, ...] = (
    # The slow ones first: they run beside all the others.
    _passing(
        "one request is never answered",
        "own bound",
        {"do": "silent", "requests": [2, 2]},
        within=24.0,
        least_requests=3,
    ),
    _passing(
        "one answer drips a byte a second",
        "own bound",
        {"do": "drip", "interval": 1.0, "requests": [2, 2]},
        within=40.0,
        deadline=60.0,
        least_requests=3,
    ),
    _passing(
        "one answer's headers drip",
        "own bound",
        {"do": "drip", "what": "headers", "interval": 1.0, "requests": [2, 2]},
        within=40.0,
        deadline=60.0,
        least_requests=3,
    ),
    _passing("refused for ten seconds", "refused", _seconds("refuse", 0.5, 10.5), within=30.0),
    # Passing faults.
    _passing("refused before the first answer", "refused", _seconds("refuse", 0.0, 2.0)),
    _passing("server restarts on its address", "refused", _seconds("refuse", 1.0, 2.0), lasts=3.0),
    _passing("reset", "refused", {"do": "reset", "requests": [2, 4]}),
    _passing("closed without an answer", "refused", {"do": "close", "requests": [1, 3]}),
    _passing("half closed", "refused", {"do": "half_close", "requests": [2, 3]}),
    _passing("408", "busy", _answers(408)),
    _passing("425", "busy", _answers(425)),
    _passing("429 without Retry-After", "busy", _answers(429, body=_JSON_ERROR)),
    _passing("500 with JSON", "5xx", _answers(500, body=_JSON_ERROR)),
    _passing("502 with HTML", "5xx", _answers(502, body=HTML, content_type="text/html")),
    _passing("503 with nothing", "5xx", _answers(503)),
    _passing("504 with text", "5xx", _answers(504, body="upstream timed out")),
    _passing("520, which no standard knows", "5xx", _answers(520, body=HTML)),
    _passing("503 for ten tries", "5xx", _seconds("status", 0.3, 4.0), within=20.0),
    _passing("body cut short", "cut short", {"do": "truncate", "requests": [2, 3]}),
    _passing("no byte of the body", "cut short", {"do": "truncate", "keep": 0, "requests": [2, 3]}),
    _passing("empty 200", "no task", {"do": "body", "body": "", "requests": [2, 3]}),
    _passing("HTML with 200", "no task", {"do": "body", "body": HTML, "requests": [2, 3]}),
    _passing("JSON null", "no task", {"do": "body", "body": "null", "requests": [2, 3]}),
    _passing("a list", "no task", {"do": "body", "body": "[]", "requests": [2, 3]}),
    _passing("no state", "no task", {"do": "body", "body": '{"id":"x"}', "requests": [2, 3]}),
    _passing(
        "state is null",
        "no task",
        {"do": "body", "body": {"id": TASK, "state": None}, "requests": [2, 3]},
    ),
    _passing("another task's body", "no task", {"do": "other_task", "requests": [2, 3]}),
    _passing(
        "another task's FINISHED",
        "no task",
        {"do": "body", "body": {"id": OTHER, "state": "FINISHED"}, "requests": [2, 3]},
    ),
    _passing(
        "brackets nested 100,000 deep",
        "no task",
        {"do": "body", "body": "[" * 100_000, "requests": [2, 3]},
    ),
    _passing("no HTTP at all", "no task", {"do": "garbage", "requests": [2, 3]}),
    _passing("204", "no task", {"do": "status", "status": 204, "requests": [2, 3]}),
    _passing("headers without end", "no task", {"do": "headers_flood", "requests": [2, 3]}),
    _passing(
        "unknown compression",
        "no task",
        {"do": "body", "body": "{}", "headers": {"Content-Encoding": "br"}, "requests": [2, 3]},
    ),
    _passing("slow answers", "time-outs", {"do": "delay", "seconds": 0.8}),
    _passing(
        "an unknown state on the way",
        "no task",
        {
            "do": "body",
            "body": {"id": TASK, "state": "PAUSED"},
            "requests": [2, 3],
        },
    ),
    _passing("lookup fails for a while", "lookup", name_lookup="fail:2.5"),
    _passing("TLS, trusted authority", "certificate", tls="trusted"),
    _passing(
        "TLS, reset in the middle", "refused", {"do": "reset", "requests": [2, 3]}, tls="trusted"
    ),
    # Retry-After.
    _passing(
        "Retry-After: 2",
        "retry-after",
        _answers(429, requests=[2, 2], headers={"Retry-After": "2"}),
        most_requests=6,
        lasts=2.0,
    ),
    _passing(
        "Retry-After as a date, on a server an hour ahead",
        "retry-after",
        _answers(503, requests=[2, 2], headers={"Retry-After": "date+2"}),
        scenario={"clock_offset": 3600.0},
        most_requests=6,
        lasts=2.0,
    ),
    _passing(
        "Retry-After: soon",
        "retry-after",
        _answers(429, headers={"Retry-After": "soon"}),
    ),
    _passing(
        "Retry-After: -5",
        "retry-after",
        _answers(429, headers={"Retry-After": "-5"}),
    ),
    _deadline(
        "Retry-After: 3600",
        _answers(429, requests=[2, None], headers={"Retry-After": "3600"}),
        promises=("retry-after",),
        task=FOREVER,
        most_requests=3,
        documents=("RUNNING",),
    ),
    _deadline(
        "Retry-After of a thousand digits",
        _answers(503, requests=[2, None], headers={"Retry-After": "9" * 1000}),
        promises=("retry-after",),
        task=FOREVER,
    ),
    # The deadline holds.
    _deadline(
        "the task never ends", task=FOREVER, documents=("RUNNING",), promises=("last document",)
    ),
    _deadline("no answer ever", {"do": "silent"}),
    _deadline("answers drip without end", {"do": "drip", "interval": 0.5}),
    _deadline("headers drip without end", {"do": "drip", "what": "headers", "interval": 0.5}),
    _deadline("503 without end", {"do": "status"}, says=("503",)),
    _deadline("a lookup that hangs", name_lookup="hang:60"),
    _deadline("nobody listens", no_server=True, says=("cannot reach",)),
    _deadline(
        "silent in mid-watch",
        {"do": "silent", "requests": [2, None]},
        task=FOREVER,
        documents=("RUNNING",),
        promises=("last document",),
    ),
    _deadline(
        "silent for a thousand tasks",
        {"do": "silent"},
        ids=tuple(f"task-{n}" for n in range(1000)),
    ),
    _deadline("silent in the TLS handshake", tls="silent"),
    # Many at once: eight tasks are asked for by lists, which may be wrong in ways of their own.
    _of_many("lists fail, single tasks do not", "5xx", {"do": "status", "status": 500}),
    _of_many("lists are forbidden", "not the others", {"do": "status", "status": 403}),
    _of_many("lists are never answered", "own bound", {"do": "silent"}, within=20.0),
    _of_many("lists are no lists", "no task", {"do": "body", "body": [1, 2]}),
    _of_many(
        "lists hide all tasks", "no task", {"do": "body", "body": {"count": 0, "results": []}}
    ),
    _of_many(
        "lists claim a million tasks",
        "no task",
        {"do": "body", "body": {"count": 10**6, "results": []}},
    ),
    # Lasting faults.
    _lasting(
        "wrong key",
        3,
        ("refused the key", "eaten by the shell", "request ID"),
        key="wrong$key",
        promises=("lasting", "sentence", "key"),
        most_requests=1,
    ),
    _lasting(
        "key revoked in mid-watch",
        3,
        ("refused the key",),
        {"do": "status", "status": 401, "requests": [3, None], "body": {"message": "revoked"}},
        documents=("RUNNING",),
        promises=("lasting", "last document"),
    ),
    _lasting(
        "forbidden",
        3,
        ("forbids this: no rights", "request ID for support: req-9"),
        {"do": "status", "status": 403, "body": {"message": "no rights", "request_id": "req-9"}},
    ),
    _lasting("unknown ID", 4, (f"no such task: {OTHER}", "request ID"), ids=(OTHER,)),
    _lasting(
        "unknown ID beside a good one",
        4,
        (f"no such task: {OTHER}",),
        ids=(OTHER, TASK),
        task={},
        documents=("FINISHED",),
        promises=("not the others",),
    ),
    _lasting(
        "bad request",
        5,
        ("400 Bad Request: id: wrong",),
        {"do": "status", "status": 400, "body": {"message": "id: wrong"}},
    ),
    _lasting(
        "redirect",
        5,
        ("redirects to https://evil.example/", "does not follow"),
        {"do": "redirect", "location": "https://evil.example/"},
        promises=("lasting", "key"),
        most_requests=1,
    ),
    _lasting(
        "untrusted certificate",
        5,
        ("not trusted", "SSL_CERT_FILE"),
        tls="untrusted",
        promises=("certificate", "sentence"),
    ),
    _lasting(
        "another host's certificate",
        5,
        ("not trusted",),
        tls="wrong host",
        promises=("certificate",),
    ),
    _lasting(
        "base URL is no URL",
        2,
        ("no http or https URL",),
        base_url="::nonsense::",
        promises=("settings",),
        most_requests=0,
    ),
    _lasting(
        "plain http to elsewhere",
        2,
        ("plain http",),
        base_url="http://example.com",
        promises=("settings", "key"),
        most_requests=0,
    ),
    _lasting(
        "control character in the key",
        2,
        ("control",),
        key="a\x07b",
        promises=("settings",),
        most_requests=0,
    ),
    _lasting(
        "404 that stays after the task was seen",
        4,
        ("no such task",),
        {"do": "status", "status": 404, "requests": [2, None], "body": _JSON_ERROR},
        documents=("RUNNING",),
        promises=("404 once", "last document"),
        within=6.0,
    ),
    _passing(
        "404 once after the task was seen",
        "404 once",
        {"do": "status", "status": 404, "requests": [2, 2], "body": _JSON_ERROR},
    ),
    # Bounded.
    _lasting(
        "40 MiB", 5, ("larger than 32 MiB",), {"do": "huge"}, promises=("bounded",), within=10.0
    ),
    _lasting(
        "without end",
        5,
        ("larger than 32 MiB",),
        {"do": "endless"},
        promises=("bounded",),
        within=10.0,
    ),
    _lasting(
        "gzip bomb of 2 GiB",
        5,
        ("larger than 32 MiB",),
        {"do": "bomb", "bytes": 2**31},
        promises=("bounded",),
        within=12.0,
    ),
    _lasting(
        "deflate bomb of 2 GiB",
        5,
        ("larger than 32 MiB",),
        {"do": "bomb", "bytes": 2**31, "encoding": "deflate"},
        promises=("bounded",),
        within=12.0,
    ),
    # Told well, and harmlessly.
    _passing(
        "trouble is told once",
        "told once",
        {"do": "status", "requests": [2, 4]},
        says=("trying again", "answers again"),
        lasts=2.5,
    ),
    Row(
        "hostile error text",
        ("harmless",),
        "failure",
        3.0,
        status=1,
        lasts=0.3,
        task={"ends": "ERROR", "error": "\x1b[2J\x1b]0;x\x07[red]\u202e\x9b\x00" + "A" * 100_000},
        says=("\\x1b[2J",),
        documents=("ERROR",),
    ),
    Row(
        "hostile refusal",
        ("harmless", "sentence"),
        "failure",
        3.0,
        status=3,
        faults=({"do": "status", "status": 403, "body": {"message": "\x1b[31mred\r\n\u202e"}},),
        says=("\\x1b[31mred",),
    ),
)
