"""The completion scripts and the manual page, and what generates them."""
