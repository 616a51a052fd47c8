"""What holds for all tests."""

import gc
import os
import signal
import sys

from hypothesis import settings

# Each run has the same examples, so that a red one is red again; GTASK_FUZZ_EXAMPLES looks for
# others. There is no deadline for an example, since the machine may be busy.
settings.register_profile(
    "gtask", deadline=None, derandomize="GTASK_FUZZ_EXAMPLES" not in os.environ
)
settings.load_profile("gtask")

# A shell starts its background jobs with SIGINT ignored, and nohup with SIGHUP. gtask leaves them
# ignored where it finds them so, but the tests send them to see it end.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _name in ("SIGHUP", "SIGQUIT"):
    if hasattr(signal, _name):
        signal.signal(getattr(signal, _name), signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """Spares the collector the modules and the 2,600 tests: a tenth of the properties' time."""
    # On 3.14 hypothesis would not see what holds its random numbers, and warn.
    if sys.version_info < (3, 14):
        gc.freeze()
