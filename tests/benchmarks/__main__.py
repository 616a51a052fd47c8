"""Runs all benchmarks, or those that are named."""

import sys

from tests.benchmarks import fault_table, listing, many, schedule, start_up

BENCHMARKS = {
    "start-up": start_up.main,
    "schedule": schedule.main,
    "many": many.main,
    "list": listing.main,
    "faults": fault_table.main,
}


def main(names: list[str]) -> None:
    """Prints the tables of the named benchmarks, or of all."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}"
        )
    for name in names or BENCHMARKS:
        print(f"\n== {name}\n", flush=True)
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
