"""Certificates for tests, made anew for each run."""

from pathlib import Path

import trustme

AUTHORITY = trustme.CA()


def certificate_files(authority: trustme.CA, folder: Path) -> tuple[str, str]:
    """The files of a client certificate and its key."""
    made = authority.issue_cert("client@example.org")
    cert, key = folder / "client.pem", folder / "client.key"
    made.cert_chain_pems[0].write_to_path(str(cert))
    made.private_key_pem.write_to_path(str(key))
    return str(cert), str(key)
