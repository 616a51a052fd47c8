"""When to check a task next. Pure."""
