"""What gtask uses of Typer beyond its documentation, in one form for each release that it may meet:
from 0.27, the lowest that it may be installed with, to 0.29, the newest.

Before 0.26 the parser was another package, click. 0.29 makes an option in another way, so gtask
has Typer itself make all of them; and it words help anew, so gtask reads nothing of a parameter but
what `Parameter` holds.
"""

from typing import Any

from typer._click import ClickException as ParserError
from typer._click import Context, HelpFormatter
from typer._click.exceptions import NoSuchOption
from typer.core import TyperCommand, TyperGroup

__all__ = [
    "Context",
    "HelpFormatter",
    "NoSuchOption",
    "Parameter",
    "ParserError",
    "TyperCommand",
    "TyperGroup",
    "parameters_of",
]


class Parameter:
    """An option or an argument, as help, hints, completion and the manual page need it."""

    def __init__(self, parameter: Any) -> None:
        is_option = parameter.param_type_name == "option"
        takes_value = not is_option or not (parameter.is_flag or parameter.count)
        shows_default = takes_value and parameter.show_default and parameter.default is not None
        # The short one first; an argument has none.
        self.names = _shortest_first(parameter.opts) if is_option else ()
        # What switches it off.
        self.opposites = _shortest_first(parameter.secondary_opts)
        # Empty where an option takes no value.
        self.metavar: str = (parameter.metavar or parameter.name.upper()) if takes_value else ""
        self.help: str = parameter.help or ""
        # Empty where there is none to show.
        self.default = str(parameter.default) if shows_default else ""
        self.is_required: bool = parameter.required
        # For an argument: whether it takes all the words that are left.
        self.is_repeatable = bool(
            (parameter.multiple or parameter.count) if is_option else parameter.nargs != 1
        )


def parameters_of(command: Any, context: Context) -> list[Parameter]:
    """The parameters of this command in their order, `--help` last."""
    return [Parameter(each) for each in command.get_params(context) if not each.hidden]


def _shortest_first(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (len(name), name)))
