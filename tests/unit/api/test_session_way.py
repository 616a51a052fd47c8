"""The way to the API: this machine only, or TLS, perhaps through a proxy."""

import socket
import sys

import pytest

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.polling.jobs import GetTask
from gcore_tasks_cli.settings.network import Proxy
from tests.servers.prepared import answer, prepared
from tests.servers.raw import answering
from tests.unit.api.sessions import TASK, error_of, session_at
from tests.unit.certificates import server_tls


@pytest.mark.parametrize(
    ("addresses", "elsewhere"),
    [
        (["127.0.0.1", "192.0.2.1"], "192.0.2.1"),
        (["192.0.2.1", "127.0.0.1"], "192.0.2.1"),
        (["::1", "fe80::1%eth0"], "fe80::1%eth0"),
        (["127.0.0.1", "::1%lo"], None),
    ],
)
def test_each_address_of_a_name_has_to_be_of_this_machine(
    addresses: list[str], elsewhere: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def found(host: str, port: object, *more: object) -> object:
        if host != "here":
            return look_up(host, port, *more)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (each, port)) for each in addresses]

    with prepared(*([answer(TASK)] if elsewhere is None else [])) as server:
        monkeypatch.setattr(socket, "getaddrinfo", found)
        with session_at(f"http://here:{server.port}") as session:
            if elsewhere is None:
                session.do(GetTask("a"))
                return
            message = f"plain http to here, and that is {elsewhere}, not this"
            with pytest.raises(UsageError, match=message):
                session.do(GetTask("a"))
    assert not server.asked


def test_a_url_that_only_httpx_refuses_is_a_wrong_setting() -> None:
    for url in ("ftp://127.0.0.1", "https://a\x00b", "https://a..b"):
        with session_at(url) as session, pytest.raises(UsageError) as caught:
            session.do(GetTask("a"))
        assert caught.value.message == "GCORE_BASE_URL or a proxy's variable is not a usable URL"


def test_an_api_that_has_answered_is_no_wrong_port() -> None:
    with prepared(answer(TASK)) as server, session_at(server.url) as session:
        session.do(GetTask("a"))
        error = error_of(lambda: session.do(GetTask("a")))
        assert error.message.endswith("closed the connection without an answer")
    with prepared() as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
        assert error.message.endswith("without an answer (is it an https port?)")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "{proxy} closed the connection without an answer (is it an https port?)"),
        (answer("", "407 Who Are You"), "{proxy} refused the tunnel: 407 Who Are You"),
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
            "api.example closed the connection in the middle of TLS",
        ),
    ],
)
def test_until_there_is_a_tunnel_a_proxy_is_whom_an_error_names(said: bytes, words: str) -> None:
    with prepared(*[said] * 2) as server:
        proxy = Proxy(f"http://me:word@127.0.0.1:{server.port}", "HTTPS_PROXY")
        with session_at("https://api.example", proxy=proxy) as session:
            errors = [error_of(lambda: session.do(GetTask("a"))) for _ in range(2)]
    name = f"the proxy 127.0.0.1:{server.port} (from HTTPS_PROXY)"
    assert [error.message for error in errors] == [words.format(proxy=name)] * 2
    assert server.asked[0].line == "CONNECT api.example:443 HTTP/1.1"
    assert server.asked[0].headers["proxy-authorization"] == "Basic bWU6d29yZA=="
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("schemes", "hint"),
    [
        ((), "put the user name and password into its URL: "),
        (('Basic realm="x"',), "put the user name and password into its URL: "),
        (("NTLM", "basic realm=x"), "put the user name and password into its URL: "),
        (("Negotiate", "NTLM"), "it asks for Negotiate, which gtask does not support"),
    ],
)
def test_a_proxy_is_given_a_password_only_where_that_helps(
    schemes: tuple[str, ...], hint: str
) -> None:
    refusal = answer("", "407 Who Are You", *(f"Proxy-Authenticate: {each}" for each in schemes))
    with prepared(refusal) as server:
        proxy = Proxy(f"http://127.0.0.1:{server.port}", "HTTPS_PROXY")
        with session_at("https://api.example", proxy=proxy) as session:
            error = error_of(lambda: session.do(GetTask("a")))
    assert (error.hint or "").startswith(hint)
    assert not error.transient


def test_a_proxy_may_be_reached_over_tls(authority_file: str) -> None:
    with answering(answer("", "407 Who Are You"), tls=server_tls()) as port:
        proxy = Proxy(f"https://127.0.0.1:{port}", "HTTPS_PROXY")
        with session_at("https://api.example", proxy=proxy, ca_file=authority_file) as session:
            error = error_of(lambda: session.do(GetTask("a")))
    assert error.message.endswith("(from HTTPS_PROXY) refused the tunnel: 407 Who Are You")


def test_without_socks_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    proxy = Proxy("socks5://127.0.0.1:1", "ALL_PROXY")
    with (
        session_at("https://api.example", proxy=proxy) as session,
        pytest.raises(UsageError, match=r"which the proxy .* \(from ALL_PROXY\) needs"),
    ):
        session.do(GetTask("a"))


def test_behind_a_socks_proxy_the_api_is_whom_an_error_names() -> None:
    no_password, connected = b"\x05\x00", b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
    with answering(no_password, connected, b"") as port:
        proxy = Proxy(f"socks5://127.0.0.1:{port}", "ALL_PROXY")
        with session_at("https://api.example", proxy=proxy) as session:
            error = error_of(lambda: session.do(GetTask("a")))
    assert error.message == "api.example closed the connection in the middle of TLS"
