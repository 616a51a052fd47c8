"""What programs read: the API's documents, created resources, bare IDs. Standard library only."""

from collections.abc import Collection
from typing import Any

from gcore_tasks_cli.tasks.document import Document, encode_json


def chosen_resources(document: Document, types: Collection[str]) -> dict[str, list[Any]]:
    """What the task created, of these types, or of all where none is named."""
    created = document.created_resources()
    return {t: ids for t, ids in created.items() if t in types} if types else created


def resources_document(document: Document, types: Collection[str] = ()) -> str:
    """The compact JSON of `resources --json`: `task_id`, `state`, `created_resources`."""
    entry = {
        "task_id": document.id,
        "state": document.state,
        "created_resources": chosen_resources(document, types),
    }
    return encode_json(entry)


def bare_ids(document: Document, types: Collection[str]) -> list[str]:
    """The IDs of these types, for a command line that goes on with them."""
    return [
        item if isinstance(item, str) else encode_json(item)
        for ids in chosen_resources(document, types).values()
        for item in ids
    ]
