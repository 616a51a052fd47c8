"""How gtask speaks TLS: which certificates it trusts, and which one it shows."""

import ssl
from pathlib import Path

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.settings import Settings


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The context for all sessions to an API that is reached over https.

    Loading the roots costs some 25 ms: done once, and not per connection as httpx would.

    Raises:
        UsageError: if a file that `SSL_CERT_FILE`, `SSL_CERT_DIR`, `SSL_CLIENT_CERT` or
            `SSL_CLIENT_KEY` names holds nothing that can be used.
    """
    ca_file, ca_dir = settings.ca_file, settings.ca_dir
    if ca_file is None and ca_dir is None:
        import certifi  # comes with httpx

        ca_file = certifi.where()
    try:
        context = ssl.create_default_context(cafile=ca_file, capath=ca_dir)
    except ssl.SSLError:
        raise UsageError("SSL_CERT_FILE holds no certificate in PEM format") from None
    except OSError as error:
        names = "SSL_CERT_FILE, SSL_CERT_DIR or SSLKEYLOGFILE"
        raise UsageError(f"cannot use {names}: {error.strerror}") from None
    if settings.client_cert is not None:
        _load_client_certificate(context, settings.client_cert, settings.client_key)
    elif settings.client_key is not None:
        raise UsageError("SSL_CLIENT_KEY is set, but SSL_CLIENT_CERT is not")
    return context


def _load_client_certificate(context: ssl.SSLContext, cert_file: str, key_file: str | None) -> None:
    def refuse_to_ask() -> str:
        raise UsageError(
            "the key of the client certificate is locked by a passphrase",
            hint="SSL_CLIENT_KEY takes a key without one: openssl pkey -in KEY -out UNLOCKED",
        )

    key_name = "SSL_CLIENT_CERT" if key_file is None else "SSL_CLIENT_KEY"
    try:
        has_certificate = b"BEGIN CERTIFICATE" in Path(cert_file).read_bytes()
        context.load_cert_chain(cert_file, key_file, refuse_to_ask)
    except ssl.SSLError as error:
        problem = f"{key_name} holds no private key in PEM format"
        if not has_certificate:
            problem = "SSL_CLIENT_CERT holds no certificate in PEM format"
        elif error.reason == "KEY_VALUES_MISMATCH":
            problem = f"the key in {key_name} is not that of the certificate in SSL_CLIENT_CERT"
        raise UsageError(problem) from None
    except OSError as error:
        raise UsageError(
            f"cannot read SSL_CLIENT_CERT or SSL_CLIENT_KEY: {error.strerror}"
        ) from None
