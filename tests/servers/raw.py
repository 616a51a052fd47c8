"""A server that knows no HTTP: to each connection it answers the same bytes."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def answering(
    *answers: bytes, tls: ssl.SSLContext | None = None, after_request: bool = True
) -> Iterator[int]:
    """Its port. It reads before each answer (unless it should not), and closes after the last."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), connection:
                    wrapped = tls.wrap_socket(connection, server_side=True) if tls else connection
                    with wrapped:
                        for data in answers:
                            if after_request:
                                wrapped.recv(65536)
                            wrapped.sendall(data)
                        wrapped.shutdown(socket.SHUT_WR)
                        wrapped.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # ends `accept`
