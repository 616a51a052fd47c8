"""What holds for all tests."""

import os

from hypothesis import settings

# Each run has the same examples, so that a red one is red again; GTASK_FUZZ_EXAMPLES looks for
# others. There is no deadline for an example, since the machine may be busy.
settings.register_profile(
    "gtask", deadline=None, derandomize="GTASK_FUZZ_EXAMPLES" not in os.environ
)
settings.load_profile("gtask")
