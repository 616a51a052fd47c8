"""One file a command: a class that has its options as fields, and wires what it does."""

from importlib import import_module

from gcore_tasks_cli.options import Command

# What people want → the commands for it.
GROUPS = {
    "Wait for tasks": ("watch", "resources"),
    "Look and tidy up": ("list", "get", "ack"),
    "Try it, set it up, learn": ("sandbox", "completion", "help"),
}
NAMES = [name for names in GROUPS.values() for name in names]


def command_named(name: str) -> type[Command]:
    """The command, which is imported now: seven of eight are not needed in a run."""
    command: type[Command] = getattr(import_module(f"{__name__}.{name}"), name.capitalize())
    return command
