"""Who is put through the table: gtask, the SDK's poll, and the documentation's curl loop."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.harness import command
from tests.fault_matrix.row import Row

_SDK_POLL = Path(__file__).with_name("sdk_poll.py")
_LOOP = """
for id in "$@"; do
  while true; do
    state=$(curl -s -H "Authorization: APIKey $GCORE_API_KEY" \
      "$GCORE_BASE_URL/cloud/v1/tasks/$id" | jq -r .state)
    case $state in FINISHED) break ;; ERROR) exit 1 ;; esac
    sleep "$INTERVAL"
  done
done
"""


@dataclass(frozen=True)
class Client:
    """A program that waits for tasks; `python` is that of the environment of the SDK."""

    name: str
    python: str = ""

    def command_line(self, row: Row) -> Sequence[str]:
        """How it is started for this row; the settings come through the environment."""
        if self.name == "gtask":
            pace = ["--interval", row.interval] if row.interval else []
            return command("watch", *row.ids, "--json", "--timeout", f"{row.deadline}", *pace)
        if self.name == "sdk":
            return [self.python, str(_SDK_POLL), *row.ids]
        return ["bash", "-c", _LOOP, "loop", *row.ids]

    def settings(self, row: Row) -> dict[str, str]:
        """Variables beyond those that all clients get."""
        return {"INTERVAL": row.interval or "3", "TIMEOUT": f"{row.deadline}"}


GTASK = Client("gtask")
CURL_LOOP = Client("curl loop")


def name_lookup_path() -> str:
    """What to put on PYTHONPATH to make name lookups fail."""
    return os.fspath(Path(__file__).with_name("name_lookup"))
