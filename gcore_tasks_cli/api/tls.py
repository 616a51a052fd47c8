"""How gtask speaks TLS: which certificates it trusts."""

import ssl

from gcore_tasks_cli.errors import UsageError
from gcore_tasks_cli.settings.settings import Settings


def tls_context(settings: Settings) -> ssl.SSLContext:
    """The context for all sessions to an API that is reached over https.

    Loading the roots costs some 25 ms: done once, and not per connection as httpx would.

    Raises:
        UsageError: if what `SSL_CERT_FILE` or `SSL_CERT_DIR` names holds nothing that can be used.
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
    return context
