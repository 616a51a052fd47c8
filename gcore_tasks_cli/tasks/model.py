"""The Task model: every known field of the API, and unknown ones. The only user of pydantic."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler
from pydantic.functional_validators import WrapValidator

from gcore_tasks_cli.tasks.document import TaskFields, as_text


def _keep_what_does_not_fit(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A value of an unexpected type is kept as its JSON text instead of being an error."""
    try:
        return handler(value)
    except ValidationError:
        return value if isinstance(value, str) else as_text(value)


_T = TypeVar("_T")
# A string replaces a value of an unexpected type.
Lenient = Annotated[_T | str | None, WrapValidator(_keep_what_does_not_fit)]


class Task(BaseModel, TaskFields):
    """One task, as the API describes it. Only `id` and `state` are required."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, protected_namespaces=())

    id: str
    state: str
    task_type: Lenient[str] = None
    user_id: Lenient[int] = None
    created_on: Lenient[str] = None
    acknowledged_at: Lenient[str] = None
    acknowledged_by: Lenient[int] = None
    client_id: Lenient[int] = None
    created_resources: Lenient[dict[str, Any]] = None
    data: Any = None
    detailed_state: Lenient[str] = None
    error: Lenient[str] = None
    finished_on: Lenient[str] = None
    job_id: Lenient[str] = None
    lifecycle_policy_id: Lenient[int] = None
    project_id: Lenient[int] = None
    region_id: Lenient[int] = None
    request_id: Lenient[str] = None
    schedule_id: Lenient[str] = None
    updated_on: Lenient[str] = None
    user_client_id: Lenient[int] = None

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Task":
        """The model of a task document.

        Raises:
            ValueError: if it is not a task (without a string `id` or `state`).
        """
        named = _with_good_names(fields)
        if isinstance(resources := named.get("created_resources"), dict):
            named["created_resources"] = _with_good_names(resources)
        return cls.model_validate(named)

    @property
    def fields(self) -> dict[str, Any]:
        """All fields, those included that the API's published description does not have."""
        return dict(self)


def _with_good_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """pydantic rejects names with lone surrogates; these are escaped."""
    return {name.encode("utf-8", "backslashreplace").decode(): v for name, v in fields.items()}
