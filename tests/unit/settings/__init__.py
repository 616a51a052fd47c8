"""Tests of `gcore_tasks_cli/settings`."""
