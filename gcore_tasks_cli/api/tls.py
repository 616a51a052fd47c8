"""How gtask speaks TLS: which certificates it trusts."""

import ssl

from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.errors import UsageError


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """The context for all sessions; None where the API is on plain http.

    Loading the roots costs some 25 ms: done once, and not per connection as httpx would.

    Raises:
        UsageError: if `SSL_CERT_FILE` or `SSL_CERT_DIR` holds no certificates.
    """
    if not settings.uses_tls:
        return None
    if settings.ca_file or settings.ca_dir:
        try:
            return ssl.create_default_context(cafile=settings.ca_file, capath=settings.ca_dir)
        except (ssl.SSLError, OSError) as error:
            reason = getattr(error, "reason", None) or error.strerror or error
            raise UsageError(
                f"cannot read certificates from SSL_CERT_FILE or SSL_CERT_DIR: {reason}"
            ) from None
    import certifi  # comes with httpx

    try:
        return ssl.create_default_context(cafile=certifi.where())
    except OSError as error:  # SSLKEYLOGFILE, for one, is opened here
        raise UsageError(f"cannot set up TLS: {error}") from None
