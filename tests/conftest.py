"""What holds for all tests: hypothesis sets no time limits (the machine is shared)."""

from hypothesis import settings

settings.register_profile("gtask", deadline=None)
settings.load_profile("gtask")
