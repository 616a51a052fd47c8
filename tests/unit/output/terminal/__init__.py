"""Tests of `gcore_tasks_cli/output/terminal`."""
