"""What gtask uses of Typer beyond its documentation, in one form that holds from 0.26 to 0.29.

Typer 0.25 and before has the parser of another package, click; 0.26 brings its own. 0.29 makes an
option in another way (so gtask has Typer make all of them) and words help anew (so gtask reads
nothing of a parameter but what `Parameter` holds).
"""

from typing import Any, NamedTuple

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


class Parameter(NamedTuple):
    """An option or an argument, as help, hints, completion and the manual page need it."""

    names: tuple[str, ...]  # the short one first; an argument has none
    opposites: tuple[str, ...]  # what switches it off
    metavar: str  # empty where an option takes no value
    help: str
    default: str  # empty where there is none to show
    is_required: bool
    is_repeatable: bool  # for an argument: it takes all the words that are left


def parameters_of(command: Any, context: Context) -> list[Parameter]:
    """The parameters of this command in their order, `--help` last."""
    return [_parameter(each) for each in command.get_params(context) if not each.hidden]


def _parameter(each: Any) -> Parameter:
    is_option = each.param_type_name == "option"
    takes_value = not is_option or not (each.is_flag or each.count)
    shows_default = takes_value and each.show_default and each.default is not None
    return Parameter(
        names=_shortest_first(each.opts) if is_option else (),
        opposites=_shortest_first(each.secondary_opts),
        metavar=(each.metavar or each.name.upper()) if takes_value else "",
        help=each.help or "",
        default=str(each.default) if shows_default else "",
        is_required=each.required,
        is_repeatable=bool(each.multiple or each.count) if is_option else each.nargs != 1,
    )


def _shortest_first(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (len(name), name)))
