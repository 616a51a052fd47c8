"""What tests of several folders need."""

from pathlib import Path

import pytest

from tests.unit.certificates import AUTHORITY


@pytest.fixture
def authority_file(tmp_path: Path) -> str:
    """A file with the certificate of the tests' own authority."""
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)
