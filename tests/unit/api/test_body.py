"""Bodies: decompressed, and never more of them than allowed."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from gcore_tasks_cli.api.responses import read_body
from tests.unit.api.sessions import error_of

TEXT = b"All is well that ends well. " * 40
ZIPPED = gzip.compress(TEXT, mtime=0)


def read(pieces: list[bytes], encoding: str = "", limit: int = 2**20) -> bytes:
    return read_body(pieces, encoding, limit, "host")


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (TEXT, " Identity "),
        # A mistake for a character set, and what no client asked for.
        (TEXT, "utf-8"),
        (TEXT, "none"),
        (ZIPPED, "gzip"),
        (ZIPPED, " GZIP"),
        (ZIPPED, "x-gzip"),
        (zlib.compress(TEXT), "deflate"),
        # Members may follow each other.
        (gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0), "gzip"),
    ],
)
def test_a_body_is_decompressed(data: bytes, encoding: str, size: int) -> None:
    assert read(in_pieces(data, size), encoding) == TEXT


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_a_body_may_be_empty(encoding: str) -> None:
    assert read([], encoding) == b""
    assert read([b""], encoding) == b""


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_body_that_was_cut_short_is_said_to_be(size: int) -> None:
    error = error_of(lambda: read(in_pieces(ZIPPED[:-1], size), "gzip"))
    assert (error.message, error.transient) == ("the answer of host was cut short", True)


@pytest.mark.parametrize(
    "data",
    [TEXT, ZIPPED[:-8] + b"x" * 8, ZIPPED + b"more"],
    ids=["not compressed", "wrong check sum", "followed by more"],
)
def test_broken_compression_is_said_to_be(data: bytes) -> None:
    error = error_of(lambda: read([data], "gzip"))
    assert (error.message, error.transient) == ("host answered with broken compression", True)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_a_body_is_as_large_as_the_limit_allows(encoding: str) -> None:
    limit = 3 * 2**20
    packs: dict[str, Callable[[bytes], bytes]]
    packs = {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}
    pack = packs[encoding]
    full, more = pack(bytes(limit)), pack(bytes(2 * limit))
    for size in (1000, 10**9):
        assert read(in_pieces(full, size), encoding, limit) == bytes(limit)
        assert read(in_pieces(more, size), encoding, limit) == bytes(limit + 1)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(50 * 2**20))
    tracemalloc.start()
    try:
        read([bomb], "deflate")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * 2**20
