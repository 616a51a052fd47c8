"""How long tasks of a type usually take."""

# Seconds, from the provider's documentation of its tasks API ("usual durations").
_DOCUMENTED_SECONDS = {
    "create_vm": (15.0, 30.0),
    "create_volume": (5.0, 15.0),
    "create_network": (5.0, 10.0),
    "create_subnet": (5.0, 10.0),
    "create_loadbalancer": (30.0, 90.0),
    "delete_vm": (15.0, 70.0),
    "delete_bm": (60.0, 120.0),
    "create_k8s_cluster_v2": (300.0, 900.0),
}


def usual_duration(task_type: str | None) -> tuple[float, float] | None:
    """Shortest and longest usual duration of the type in seconds, where it is documented."""
    return _DOCUMENTED_SECONDS.get(task_type or "")
