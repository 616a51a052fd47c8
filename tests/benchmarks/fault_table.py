"""gtask, the SDK's poll and the documentation's curl loop through the same fault matrix."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks import rivals
from tests.benchmarks.tables import markdown
from tests.fault_matrix.clients import CURL_LOOP, GTASK, Client
from tests.fault_matrix.row import Row
from tests.fault_matrix.rows import ROWS
from tests.fault_matrix.run import complaints, gtask_complaints, key_of, run

_AT_ONCE = 8


def main() -> None:
    """Prints the table: a tick, or what the client is to be blamed for."""
    clients = [GTASK, Client("sdk", rivals.python())]
    if shutil.which("curl") and shutil.which("jq"):
        clients.append(CURL_LOOP)
    jobs = [
        (row, client)
        for client in clients
        for row in ROWS
        if client is GTASK or can_happen_to_all(row)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(lambda job: _verdict(*job), jobs))
    names = [(row.name, client.name) for row, client in jobs]
    verdicts = dict(zip(names, results, strict=True))
    rows = []
    for row in ROWS:
        said = [verdicts.get((row.name, client.name), "–") for client in clients]
        rows.append([row.name, ", ".join(row.promises), *said])
    common = [row for row in ROWS if can_happen_to_all(row)]
    passed = [
        f"{sum(verdicts.get((row.name, client.name)) == '✓' for row in common)} of {len(common)}"
        for client in clients
    ]
    rows.append(["comes through, of those that can happen to all", "", *passed])
    print(markdown(["fault", "promise", *(client.name for client in clients)], rows))


def can_happen_to_all(row: Row) -> bool:
    """Whether the fault can happen to each client.

    How a name lookup is made to fail works for Python programs only; a wrong setting of gtask's
    is nothing to blame another for.
    """
    return row.name_lookup is None and "settings" not in row.promises


def _verdict(row: Row, client: Client) -> str:
    outcome = run(row, client)
    if client is GTASK:
        found = gtask_complaints(row, outcome, key_of(row))
    else:
        found = complaints(row, outcome)
    return "✓" if not found else "; ".join(found)
