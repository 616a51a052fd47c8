"""What was probably meant by a type or an ID that fits nothing the API is known to have."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from gcore_tasks_cli.tasks.ids import is_abbreviation
from gcore_tasks_cli.tasks.query import TaskQuery, type_fits

# `l7polices` is the API's spelling.
RESOURCE_TYPES = (
    *("ai_clusters", "api_keys", "caas_containers", "clusters", "ddos_profiles", "faas_functions"),
    *("faas_namespaces", "file_shares", "floatingips", "healthmonitors", "images"),
    *("inference_instances", "instances", "k8s_clusters", "k8s_pools", "l7polices", "l7rules"),
    *("laas_topic", "listeners", "loadbalancers", "members", "networks", "pools", "ports"),
    *("postgresql_clusters", "projects", "registry_registries", "registry_users", "routers"),
    *("secrets", "security_group_rules", "security_groups", "servergroups", "snapshots"),
    *("subnets", "volumes"),
)
_ELSEWHERE = {"vm": "instances", "server": "instances", "disk": "volumes"}
_NEAR = 0.7
_MOST_MEANT = 4


def task_types() -> list[str]:
    """All types of tasks that the API is known to have."""
    return Path(__file__).with_name("task_types.txt").read_text(encoding="ascii").split()


def doubts(query: TaskQuery) -> Iterator[tuple[str, str]]:
    """For each filter that can hardly fit a task, where none was found: what is wrong, and a hint.

    The API may have types that are newer than gtask's list.
    """
    known = task_types()
    for text in query.types:
        if not any(type_fits(text, name) for name in known):
            about = [name for name in known if text.strip("_") in name.split("_")]
            meant = ", ".join((about or _near(text, known))[:_MOST_MEANT])
            hint = f"did you mean {meant}?" if meant else "gtask list shows which types there are"
            yield f"no known task type fits {text!r}", hint
    for text in query.resources:
        if is_abbreviation(text) and not text.isdecimal():
            yield f"{text!r} is only the beginning of an ID", "give the full resource ID"


def resource_type_meant(text: str) -> str | None:
    """Which type of what tasks create was probably meant by one that is not known."""
    elsewhere = _ELSEWHERE.get(text.lower().rstrip("s"))
    return elsewhere or next(iter(_near(text.lower(), RESOURCE_TYPES)), None)


def _near(text: str, known: Sequence[str]) -> list[str]:
    return get_close_matches(text, known, _MOST_MEANT, _NEAR)
