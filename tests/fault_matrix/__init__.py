"""Every fault that a wait has to come through, as data: rows, the clients, and the verdicts."""
