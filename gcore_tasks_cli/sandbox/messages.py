"""HTTP requests and responses as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses


@dataclass(frozen=True)
class Request:
    """A request: `target` is the path with its query; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """A response: its status, its body, and headers beyond those that every response has."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and the headers of a response."""
    lines = [f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
