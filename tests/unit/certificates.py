"""A certificate authority for tests, made anew for each run."""

import ssl

import trustme

AUTHORITY = trustme.CA()


def server_tls() -> ssl.SSLContext:
    """What a server on this machine speaks that the authority vouches for."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(tls)
    return tls
