"""Reads the body of an answer: decompressed, and bounded in size."""

import zlib
from collections.abc import Iterator

from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.errors import NoAnswer

BODY_LIMIT_BYTES = 32 * 1024 * 1024


def read_body(response: httpx.Response, limit: int, host: str) -> bytes:
    """The decompressed body, never more than `limit` bytes of it in memory."""
    body = bytearray()
    for piece in _decompressed(response, limit, host):
        body += piece
        if len(body) > limit:
            if not 200 <= response.status_code < 300:
                break
            raise NoAnswer(f"the answer of {host} is larger than {limit // 2**20} MiB")
    del body[limit:]
    return bytes(body)


def _decompressed(response: httpx.Response, limit: int, host: str) -> Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise NoAnswer(f"{host} answered in an unknown encoding: {encoding[:50]}", transient=True)
    inflate = None
    try:
        for piece in response.iter_raw():
            # Members of gzip may follow each other (RFC 1952, section 2.2).
            while piece:
                if inflate is None or inflate.eof:
                    # +32: zlib finds out by itself whether it is gzip or zlib.
                    inflate = zlib.decompressobj(zlib.MAX_WBITS + 32)
                yield inflate.decompress(piece, limit + 1)
                if inflate.unconsumed_tail:
                    raise NoAnswer(f"the answer of {host} is larger than {limit // 2**20} MiB")
                piece = inflate.unused_data
    except zlib.error:
        raise NoAnswer(f"{host} answered with broken compression", transient=True) from None
    if inflate is not None and not inflate.eof:
        raise NoAnswer(f"the answer of {host} was cut short", transient=True)
