"""One file a command: its options and its wiring, nothing else."""
