"""A certificate authority for tests, made anew for each run."""

import trustme

AUTHORITY = trustme.CA()
