"""The base of all objects of a scenario file, the types of their values, and their mistakes."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    model_validator,
)

# pydantic's messages begin with "Input should be"; these would not be understood.
_PLAIN_WORDS = {
    "missing": "is missing",
    "union_tag_not_found": ".do is missing",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be a list of two numbers",
    "too_long": "must be a list of two numbers",
}


class Entry(BaseModel):
    """An object of the file: null stands for the default, and unknown keys are refused."""

    model_config = ConfigDict(strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_with_values(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for name in value:
            if name not in cls.model_fields:
                known = ", ".join(sorted(cls.model_fields))
                instead = _suggestion(name, cls.model_fields) or f"; it is one of {known}"
                raise ValueError(f".{name} is not known{instead}")
        return {name: given for name, given in value.items() if given is not None}


def _must(words: str, holds: Callable[[Any], bool]) -> AfterValidator:
    """A check of a value; the words say what it must be or do."""

    def check(value: Any) -> Any:
        if not holds(value):
            raise ValueError(f"must {words}")
        return value

    return AfterValidator(check)


# Neither infinity nor NaN is between these bounds.
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Share = Annotated[float, Field(ge=0, le=1)]
Whole = Annotated[int, Field(ge=0, le=2**40)]
Positive = Annotated[int, Field(ge=1, le=2**40)]
StatusCode = Annotated[int, Field(ge=200, le=999)]
# The name or the value of an HTTP header.
Header = Annotated[
    str, _must("be printable ASCII", lambda text: text.isprintable() and text.isascii())
]
_WITHOUT_SPACE = _must("be text without white space", lambda text: text.split() == [text])
TaskId = Annotated[str, _WITHOUT_SPACE]
Key = Annotated[Header, _WITHOUT_SPACE]
PathPattern = Annotated[
    str, _must("be a path, or a pattern such as */tasks/*", lambda text: text[:1] in set("/*?["))
]
_FORWARD = _must("not go backwards", lambda pair: pair[1] is None or pair[0] <= pair[1])
# Lists in the file; None means no end.
Span = Annotated[tuple[Seconds, Seconds | None], Strict(False), _FORWARD]
# In the file, a number or a list of two.
Range = Annotated[
    tuple[Seconds, Seconds],
    Strict(False),
    BeforeValidator(lambda value: [value, value] if isinstance(value, int | float) else value),
    _FORWARD,
]


def sentence(mistakes: ValidationError) -> str:
    """The place in the file of the first mistake, and what is wrong there."""
    error = mistakes.errors()[0]
    kind, context = error["type"], error.get("ctx", {})
    where = [step for step in error["loc"] if step != "[key]"]
    if where[:1] == ["faults"]:
        del where[2:3]  # the kind of the fault
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    if kind == "literal_error":
        what = _not_one_of(context["expected"], error["input"])
    elif kind == "union_tag_invalid":
        what = ".do " + _not_one_of(context["expected_tags"], context["tag"])
    elif kind == "value_error":
        what = str(context["error"])
    else:
        what = _PLAIN_WORDS.get(kind) or error["msg"].replace("Input should be", "must be")
    return f"{place}{'' if what.startswith('.') else ' '}{what}".lstrip(". ")


def _not_one_of(quoted: str, given: object) -> str:
    choices = re.findall("'([^']*)'", quoted)
    typed = str(given)[:50]
    return f"must be one of {', '.join(choices)}, not {typed!r}{_suggestion(typed, choices)}"


def _suggestion(typed: str, known: Iterable[str]) -> str:
    by_lower = {word.lower(): word for word in known}
    near = get_close_matches(typed.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[near[0]]}?" if near else ""
