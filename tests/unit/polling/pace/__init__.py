"""Tests of `gcore_tasks_cli/polling/pace`."""
