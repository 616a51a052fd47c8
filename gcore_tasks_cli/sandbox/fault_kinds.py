"""The kinds of faults: what each does to a request, and the keys that describe it in a scenario."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gcore_tasks_cli.sandbox import fields
from gcore_tasks_cli.sandbox.messages import Response, head

if TYPE_CHECKING:
    from gcore_tasks_cli.sandbox.connection import HttpConnection

Parameters = Mapping[str, Any]
NormalResponse = Callable[[], Response]
Act = Callable[["HttpConnection", Parameters, NormalResponse], None]


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault; `keys` maps its own keys of the scenario file to a check and a default.

    `act` makes it happen to one request. Without it the fault affects the port: no connection is
    accepted while it lasts.
    """

    name: str
    act: Act | None
    keys: Mapping[str, tuple[fields.Check[Any], Any]] = field(default_factory=dict)


def _status(place: str, value: Any) -> int:
    if not 200 <= (status := fields.whole(place, value)) <= 999:
        raise fields.ScenarioError(f"{place} must be between 200 and 999")
    return status


def _respond(connection: "HttpConnection", parameters: Parameters, _normal: NormalResponse) -> None:
    body = parameters["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": parameters["content_type"], **parameters["headers"]}
    data = text.encode("utf-8", "surrogatepass")
    connection.respond(Response(parameters["status"], data, headers))


def _delay(connection: "HttpConnection", parameters: Parameters, normal: NormalResponse) -> None:
    connection.pause(parameters["seconds"])
    connection.respond(normal())


def _truncate(connection: "HttpConnection", parameters: Parameters, normal: NormalResponse) -> None:
    response = normal()
    connection.send(head(response.status, _headers(response)))
    connection.send(response.body[: int(len(response.body) * parameters["keep"])])
    connection.end()


def _drip(connection: "HttpConnection", parameters: Parameters, normal: NormalResponse) -> None:
    response = normal()
    connection.send(head(response.status, _headers(response)))
    for n in range(len(response.body)):
        connection.send(response.body[n : n + 1])
        connection.pause(parameters["interval"])
    connection.end()


def _headers(response: Response) -> dict[str, str]:
    length = str(len(response.body))
    return {"Content-Type": "application/json", "Content-Length": length, "Connection": "close"}


def _response_keys(status: int) -> dict[str, tuple[fields.Check[Any], Any]]:
    return {
        "status": (_status, status),
        "body": (fields.anything, ""),
        "headers": (fields.headers, {}),
        "content_type": (fields.header, "application/json"),
    }


FAULT_KINDS = (
    FaultKind("refuse", None),
    FaultKind("close", lambda connection, *_: connection.end()),
    FaultKind("reset", lambda connection, *_: connection.end(reset=True)),
    FaultKind("silent", lambda connection, *_: connection.hang()),
    FaultKind("status", _respond, _response_keys(503)),
    FaultKind("body", _respond, _response_keys(200)),
    FaultKind("delay", _delay, {"seconds": (fields.number, 1.0)}),
    FaultKind("drip", _drip, {"interval": (fields.number, 1.0)}),
    FaultKind("truncate", _truncate, {"keep": (fields.share, 0.5)}),
)
