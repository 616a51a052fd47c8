"""Bodies: decompressed, and never more of them than allowed."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.api.response_body import BODY_LIMIT_BYTES, read_body
from gcore_tasks_cli.errors import NoAnswer

TEXT = b"All is well that ends well. " * 40
ZIPPED = gzip.compress(TEXT, mtime=0)


def read(
    pieces: list[bytes],
    encoding: str | None = None,
    *,
    limit: int = 2**20,
    status: int = 200,
) -> bytes:
    headers = {} if encoding is None else {"Content-Encoding": encoding}
    response = httpx.Response(status, headers=headers, content=iter(pieces))
    return read_body(response, limit, "host")


def error_of(pieces: list[bytes], encoding: str | None = None, **more: float) -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        read(pieces, encoding, **more)  # type: ignore[arg-type]
    return caught.value


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT, None),
        (TEXT, ""),
        (TEXT, "identity"),
        (TEXT, " Identity "),
        (ZIPPED, "gzip"),
        (ZIPPED, " GZIP"),
        (ZIPPED, "x-gzip"),
        (zlib.compress(TEXT), "deflate"),
        # Members may follow each other.
        (gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0), "gzip"),
    ],
)
def test_a_body_is_decompressed(data: bytes, encoding: str | None, size: int) -> None:
    assert read(in_pieces(data, size), encoding) == TEXT


@pytest.mark.parametrize("encoding", [None, "gzip", "deflate"])
def test_a_body_may_be_empty(encoding: str | None) -> None:
    assert read([], encoding) == b""
    assert read([b""], encoding) == b""


def test_an_unknown_encoding_is_named() -> None:
    error = error_of([TEXT], "br" + "x" * 99)
    assert error.message == "host answered in an unknown encoding: br" + "x" * 48
    assert error.transient


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_body_that_was_cut_short_is_said_to_be(size: int) -> None:
    error = error_of(in_pieces(ZIPPED[:-1], size), "gzip")
    assert (error.message, error.transient) == ("the answer of host was cut short", True)


@pytest.mark.parametrize(
    "data",
    [TEXT, ZIPPED[:-8] + b"x" * 8, ZIPPED + b"more"],
    ids=["not compressed", "wrong check sum", "followed by more"],
)
def test_broken_compression_is_said_to_be(data: bytes) -> None:
    error = error_of([data], "gzip")
    assert (error.message, error.transient) == ("host answered with broken compression", True)


@pytest.mark.parametrize("encoding", [None, "gzip", "deflate"])
def test_a_body_is_as_large_as_the_limit_allows(encoding: str | None) -> None:
    limit = 3 * 2**20
    packs: dict[str | None, Callable[[bytes], bytes]]
    packs = {"gzip": gzip.compress, "deflate": zlib.compress, None: bytes}
    pack = packs[encoding]
    full, more = pack(bytes(limit)), pack(bytes(limit + 1))
    for size in (1000, 10**9):
        assert read(in_pieces(full, size), encoding, limit=limit) == bytes(limit)
        error = error_of(in_pieces(more, size), encoding, limit=limit)
        assert error.message == "the answer of host is larger than 3 MiB"
        # Another try would bring as much.
        assert not error.transient


def test_the_usual_limit_is_32_mib() -> None:
    assert BODY_LIMIT_BYTES == 33_554_432


def test_no_more_is_read_than_shows_that_it_is_too_much() -> None:
    read_so_far = []

    def pieces() -> Iterator[bytes]:
        for n in range(1000):
            read_so_far.append(n)
            yield bytes(10)

    for status in (200, 503):
        read_so_far.clear()
        response = httpx.Response(status, content=pieces())
        if status == 200:
            with pytest.raises(NoAnswer):
                read_body(response, 25, "host")
        else:
            assert read_body(response, 25, "host") == bytes(25)
        assert read_so_far == [0, 1, 2]


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(50 * 2**20))
    tracemalloc.start()
    try:
        error_of([bomb], "deflate", limit=2**20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * 2**20


def test_of_an_errors_body_the_beginning_is_enough() -> None:
    assert read([b"abc", b"def", b"ghi"], limit=5, status=503) == b"abcde"
    assert read([b"abc", b"def"], limit=6, status=503) == b"abcdef"
