"""gtask: inspect and wait on asynchronous tasks of the Gcore Cloud API."""

__version__ = "0.3.0.dev0"
