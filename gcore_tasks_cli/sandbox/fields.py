"""The fields of a scenario file: their types, and errors that name the place of a mistake."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

_T = TypeVar("_T")
_D = TypeVar("_D")
# Takes the place of a field and its value; returns the value or raises a `ScenarioError`.
Check = Callable[[str, Any], _T]


class ScenarioError(ValueError):
    """The scenario is wrong; the message is one sentence that names the place."""


class Fields:
    """An object of the file, and its place for error messages."""

    def __init__(self, place: str, value: Any) -> None:
        self.place = place
        self._values = an_object(place, value)

    def only(self, known: Iterable[str]) -> None:
        """Raises a `ScenarioError` for a key that is not one of the known ones."""
        names = sorted(known)
        for name in self._values:
            if name not in names:
                instead = _suggestion(name, names) or f"; it is one of {', '.join(names)}"
                raise ScenarioError(f"{self.place}.{name} is not known{instead}")

    def get(self, name: str, check: Check[_T], default: _D) -> _T | _D:
        """The checked value of a field; the default if it is absent or null."""
        if self._values.get(name) is None:
            return default
        return check(f"{self.place}.{name}", self._values[name])

    def items(self, name: str) -> "list[Fields]":
        """The objects of a list; empty if the field is absent or null."""
        return [Fields(f"{name}[{n}]", item) for n, item in enumerate(self.get(name, a_list, []))]


def _check(
    kind: type[_T], words: str, is_right: Callable[[_T], bool] = lambda _: True
) -> Check[_T]:
    """The check for a value of this kind; `words` say what it must be."""

    def check(place: str, value: Any) -> _T:
        if not isinstance(value, kind) or not is_right(value):
            raise ScenarioError(f"{place} must be {words}")
        return value

    return check


text = _check(str, "a string")
boolean = _check(bool, "true or false")
an_object: Check[dict[str, Any]] = _check(dict, "an object")
a_list: Check[list[Any]] = _check(list, "a list")
# The name or the value of an HTTP header.
header = _check(str, "a string of printable ASCII", lambda t: t.isprintable() and t.isascii())
whole = _check(
    int,
    "a whole number of 0 or more",
    lambda number: not isinstance(number, bool) and 0 <= number <= 2**40,
)


def anything(_place: str, value: Any) -> Any:
    """Any JSON value."""
    return value


def texts(place: str, value: Any) -> tuple[str, ...]:
    """A list of strings."""
    return tuple(text(f"{place}[{n}]", item) for n, item in enumerate(a_list(place, value)))


def headers(place: str, value: Any) -> Mapping[str, str]:
    """HTTP headers."""
    fields = an_object(place, value)
    for name, content in fields.items():
        header(f"a name in {place}", name)
        header(f"{place}.{name}", content)
    return fields


def one_of(*choices: str) -> Check[str]:
    """One of these strings."""

    def check(place: str, value: Any) -> str:
        if value not in choices:
            instead = _suggestion(value, choices) if isinstance(value, str) else ""
            wrong = f"must be one of {', '.join(choices)}, not {str(value)[:50]!r}"
            raise ScenarioError(f"{place} {wrong}{instead}")
        return str(value)

    return check


def number(place: str, value: Any) -> float:
    """A number of 0 or more: of seconds, mostly."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1e9:  # neither NaN nor infinity passes
        raise ScenarioError(f"{place} must be a number of 0 or more")
    return float(value)


def share(place: str, value: Any) -> float:
    """A number from 0 to 1."""
    if (part := number(place, value)) > 1:
        raise ScenarioError(f"{place} must be between 0 and 1")
    return part


def span(place: str, value: Any) -> tuple[float, float | None]:
    """Two numbers, the second not less than the first, or null for no end."""
    if not isinstance(value, list) or len(value) != 2:
        raise ScenarioError(f"{place} must be two numbers; the second may be null")
    low = number(f"{place}[0]", value[0])
    high = None if value[1] is None else number(f"{place}[1]", value[1])
    if high is not None and high < low:
        raise ScenarioError(f"{place} must not go backwards")
    return low, high


def range_or_number(place: str, value: Any) -> tuple[float, float]:
    """A number, or two, the second not less than the first."""
    low, high = span(place, value if isinstance(value, list) else [value, value])
    if high is None:
        raise ScenarioError(f"{place} must be a number, or two")
    return low, high


def _suggestion(typed: str, known: Iterable[str]) -> str:
    by_lower = {word.lower(): word for word in known}
    near = get_close_matches(typed.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[near[0]]}?" if near else ""
