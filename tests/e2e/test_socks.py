"""A SOCKS proxy that is none, or refuses, over real sockets; with `gcore-tasks-cli[socks]` only."""

import socket
from contextlib import closing

import pytest

from tests.e2e.harness import TASK, gtask
from tests.servers.raw import answering

pytest.importorskip("socksio", reason="needs gcore-tasks-cli[socks]")


def said_of(proxy: str) -> tuple[int, str]:
    env = {"GCORE_API_KEY": "k", "GCORE_BASE_URL": "https://127.0.0.1:1", "HTTPS_PROXY": proxy}
    ran = gtask(None, "watch", TASK, "--timeout", "3", env=env)
    return ran.status, ran.err


@pytest.mark.parametrize("answer", [b"", b"\x05", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_is_no_socks_proxy_is_named(answer: bytes) -> None:
    with answering(answer) as port:
        status, err = said_of(f"socks5://127.0.0.1:{port}")
    assert status == 124
    assert f"the proxy 127.0.0.1:{port} (from HTTPS_PROXY) answered with something" in err


def test_a_proxy_that_is_dead_is_named() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as bound:
        port = bound.getsockname()[1]
    status, err = said_of(f"socks5://127.0.0.1:{port}")
    assert status == 124
    assert f"cannot reach the proxy 127.0.0.1:{port} (from HTTPS_PROXY)" in err
