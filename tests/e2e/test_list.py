"""`gtask list`, and `gtask watch` without IDs, as their users meet them."""

import json
import re
import signal
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.harness import (
    AT_ONCE_SECONDS,
    ENOUGH,
    gtask,
    shell,
    signalled,
    started,
    wait_for_requests,
    wait_until_full,
    without_times,
)
from tests.e2e.listing import active, failed, past, sandbox, task_id
from tests.servers.sandbox import SandboxServer

QUOTA = "Quota limit for volume_size exceeded by 20"
LIST = "/cloud/v1/tasks"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    tasks = [
        active(0, task_type="create_vm"),
        past(
            1,
            task_type="create_volume",
            document={"project_id": 5, "user_id": 9, "data": {"instance_id": "vm-1"}},
        ),
        failed(2, QUOTA),
        failed(3, "No valid host was found.\nTraceback \x1b[31m"),
        *(past(n, task_type="delete_volume") for n in range(4, 40)),
        *(past(n, task_type="create_subnet", document={"region_id": 8}) for n in range(3000, 3004)),
        past(
            3004,
            task_type="create_subnet",
            document={"region_id": 8},
            created_resources={"instances": ["vm-1"]},
        ),
    ]
    with sandbox(tasks) as server:
        yield server


@pytest.fixture(scope="module")
def many() -> Iterator[SandboxServer]:
    with sandbox([past(n) for n in range(2500)]) as server:
        yield server


def asked(server: SandboxServer) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(path).query) for _, _, path in server.requests]


def ids(*numbers: int) -> list[str]:
    return [task_id(number) for number in numbers]


def test_the_newest_twenty_and_a_word_on_the_rest(server: SandboxServer) -> None:
    done = gtask(server, "list", "--ids")
    assert done.status == 0
    assert done.out.split() == ids(*range(20))
    assert done.err == ("gtask: the newest 20 of 45 tasks; --limit N shows more, --all shows all\n")


def test_quiet_says_nothing_of_the_rest(server: SandboxServer) -> None:
    done = gtask(server, "list", "--quiet")
    nothing = gtask(server, "list", "-q", "--type", "delete_vm", "--failed")
    assert (len(done.out.splitlines()), done.err) == (21, "")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "")


def test_all_and_nothing_to_add(server: SandboxServer) -> None:
    done = gtask(server, "list", "--ids", "--all")
    assert len(done.out.split()) == 45
    assert done.err == ""


def test_an_element_that_is_no_task_costs_only_itself_and_is_named_once() -> None:
    one, other = ({"id": f"task-{n}", "state": "NEW"} for n in (1, 2))
    results = [one, {"no": "task"}, other]
    page = {"count": 3, "results": results}
    fault = {"do": "body", "path": "/cloud/v1/tasks", "body": page}
    with sandbox([], faults=[fault]) as server:
        for more in ([], ["--all"], ["--limit", "2"]):
            ran = gtask(server, "list", "--ids", *more)
            assert (ran.status, ran.out) == (0, "task-1\ntask-2\n")
            assert ran.err.count("1 element of the list left out: not a task: no id") == 1
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--state", "Error", "--state", "running"], [0, 2, 3]),
        (["--failed", "--active"], [0, 2, 3]),
        (["--type", "create_", "--since", "2h"], [0, 1, 2, 3]),
        (["--type", "create_", "--since", "2 hours ago"], [0, 1, 2, 3]),
        (["--type", "*_subnet", "-n", "2"], [3000, 3001]),
        (["--type", "create_subnet", "--type", "create_volume"], [1, *range(3000, 3005)]),
        (["--region", "8", "--limit", "1"], [3000]),
        (["--project", "5", "--project", "1234", "--limit", "2"], [0, 1]),
        (["--user", "9"], [1]),
        (["--order", "asc", "--limit", "2"], [3004, 3003]),
        (["--acknowledged"], []),
        (["--unacknowledged", "--limit", "1"], [0]),
    ],
)
def test_filters(server: SandboxServer, options: list[str], expected: list[int]) -> None:
    done = gtask(server, "list", "--ids", *options)
    assert done.status == 0, done.err
    assert done.out.split() == ids(*expected)


def test_a_span_of_time() -> None:
    # A server of its own: on one that other tests used before, the tasks would be older.
    with sandbox([past(n) for n in range(8)]) as fresh:
        done = gtask(fresh, "list", "--ids", "--since", "5m", "--until", "2m")
    assert done.out.split() == ids(2, 3, 4)


def test_the_environment_is_the_default_and_an_option_beats_it(server: SandboxServer) -> None:
    here = {"GCORE_CLOUD_PROJECT_ID": "5", "GCORE_CLOUD_REGION_ID": ""}
    assert gtask(server, "list", "--ids", env=here).out.split() == ids(1)
    assert gtask(server, "list", "--ids", "-n1", "--project", "1234", env=here).out.split() == ids(
        0
    )
    assert len(gtask(server, "list", "--ids", "--project", "all", env=here).out.split()) == 20
    nothing = gtask(server, "list", "--failed", env=here)
    assert (nothing.status, nothing.out) == (0, "")
    assert nothing.err == "gtask: no task matches in project 5\n"


def test_a_resource_is_looked_for_in_all_tasks_and_standard_error_says_in_how_many(
    server: SandboxServer,
) -> None:
    done = gtask(server, "list", "--ids", "--resource", "vm-1")
    assert done.out.split() == ids(1, 3004)
    assert done.err == "gtask: searched 45 tasks\n"
    done = gtask(server, "list", "--ids", "--resource", "vm-1", "--since", "2h")
    assert done.out.split() == ids(1)
    assert done.err == "gtask: searched 40 tasks\n"
    done = gtask(server, "list", "--ids", "--resource", "vm-")
    assert (done.out, done.err) == ("", "gtask: no task matches; searched 45 tasks\n")


def test_what_the_api_can_filter_it_filters(server: SandboxServer) -> None:
    server.requests.clear()
    gtask(server, "list", "--failed", "--type", "create_vm", "--project", "1", "--limit", "3")
    (query,) = asked(server)
    assert query["state"] == ["ERROR"]
    assert query["task_type"] == ["create_vm"]
    assert query["project_id"] == ["1"]
    assert query["limit"] == ["3"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--state", "runing"], "NEW, RUNNING, FINISHED, ERROR\nhint: did you mean RUNNING?"),
        (["--since", "2026-13-01"], "is not a time; write 2h, 1w, yesterday"),
        (["--since", "-2h"], "is not a time"),
        (["--since", "1h", "--until", "2h"], "--until 2h is before --since 1h"),
        (["--limit", "-1"], "a number from 1 on"),
        (["--limit", "5", "--all"], "exclude each other"),
        (["--project", "prod"], "a project ID is a number"),
        (["--type", "create vm"], "is not a task type"),
        (["--resource", ""], "a resource ID is empty"),
        (["--state", "failed"], "did you mean ERROR?"),
        (["--json", "--ids"], "exclude each other"),
    ],
)
def test_bad_input_is_one_sentence(server: SandboxServer, options: list[str], says: str) -> None:
    server.requests.clear()
    done = gtask(server, "list", *options)
    assert done.status == 2
    assert done.out == ""
    assert says in done.err
    assert done.err.startswith("gtask: ")
    assert not server.requests


def test_a_bad_default_is_said(server: SandboxServer) -> None:
    done = gtask(server, "list", env={"GCORE_CLOUD_PROJECT_ID": "prod"})
    assert done.status == 2
    assert "GCORE_CLOUD_PROJECT_ID is not a number" in done.err


@pytest.mark.measured
def test_failures_explain_themselves(server: SandboxServer) -> None:
    done = gtask(server, "list", "--failed", "--since", "1d")
    quota, host = done.out.splitlines()
    assert re.match(f"ERROR +create_vm +{task_id(2)} +took 5 s +{QUOTA}, hint: the quota is", quota)
    assert re.search(r"request ID for support: req-.*, \d m ago, region 76, project 1234$", quota)
    assert "no capacity for this now: try another flavor or region" in host
    assert "\x1b" not in done.out


def test_get_of_a_failed_task_begins_with_the_reason_and_what_helps(server: SandboxServer) -> None:
    labels = [line.split()[0] for line in gtask(server, "get", task_id(2)).out.splitlines()]
    assert labels[:6] == ["state", "type", "error", "hint", "request", "task"]


@pytest.mark.measured
def test_a_pipe_gets_whole_lines(server: SandboxServer) -> None:
    heads, *lines = gtask(server, "list", "-n4").out.splitlines()
    assert heads.split() == ["state", "type", "age", "took", "region", "project", "ID"]
    state, kind, age, *rest = re.split("  +", lines[0])
    assert (state, kind, rest[:-1]) == ("RUNNING", "create_vm", ["-", "76", "1234", task_id(0)])
    assert re.fullmatch(r"\d+ [sm]", age)
    assert rest[-1].endswith("than usual (usually 15–30 s)")
    assert lines[2].endswith(f"{task_id(2)}  {QUOTA}")
    assert lines[3].endswith("No valid host was found.")


def test_a_terminal_gets_a_table_that_fits(server: SandboxServer) -> None:
    for width in (40, 60, 80, 120):
        done = gtask(
            server, "list", "-n30", env={"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": str(width)}
        )
        plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in done.out.splitlines()]
        assert max(map(len, plain)) <= width
        assert (task_id(4) in done.out) == (width >= 60)
        shown = [line.split()[-1] for line in plain[1:] if "  create_" in line]
        assert len(set(shown)) == len(shown) > 1


def test_json_is_whole_documents_and_every_page(many: SandboxServer) -> None:
    many.requests.clear()
    done = gtask(many, "list", "--json", "--all")
    documents = [json.loads(line) for line in done.out.splitlines()]
    assert [document["id"] for document in documents] == ids(*range(2500))
    assert done.err == ""
    assert len(documents[0]["created_resources"]) == 36
    assert len(many.requests) < 10


@pytest.mark.measured
def test_a_closed_pipe_ends_it_quietly(many: SandboxServer) -> None:
    done = shell("gtask list --json --all | head -1", many)
    assert json.loads(done.out)["id"] == task_id(0)
    assert done.err == ""


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["TERM", "INT"]
)
def test_a_signal_ends_it_even_behind_a_full_pipe(
    many: SandboxServer, number: signal.Signals, status: int
) -> None:
    with started(many, "list", "--json", "--all") as process:
        assert process.stdout is not None
        assert process.stdout.read(1)
        wait_until_full(process)
        ended = signalled(process, number)
    assert ended.status == status
    assert ended.seconds < AT_ONCE_SECONDS
    assert ended.err == ""


def test_a_signal_ends_it_while_the_api_is_silent() -> None:
    with (
        sandbox([active(0)], [{"do": "silent"}]) as server,
        started(server, "list") as process,
    ):
        wait_for_requests(server, 1)
        ended = signalled(process, signal.SIGTERM)
    assert (ended.status, ended.out, ended.err) == (143, "", "")
    assert ended.seconds < AT_ONCE_SECONDS


def test_transient_faults_are_met_with_another_try() -> None:
    faults: list[dict[str, object]] = [
        {**_status(503), "path": LIST, "requests": [1, 1]},
        {"do": "reset", "path": LIST, "requests": [2, 2]},
        {"do": "truncate", "path": LIST, "requests": [3, 3], "keep": 0.5},
    ]
    with sandbox([active(0)], faults) as server:
        done = gtask(server, "list", "--ids")
    assert (done.status, done.out.split(), done.err) == (0, ids(0), "")


@pytest.mark.parametrize(("status", "code"), [(401, 3), (403, 3), (400, 5), (302, 5)])
@pytest.mark.measured
def test_permanent_faults_end_at_once(status: int, code: int) -> None:
    with sandbox([active(0)], [_status(status)]) as server:
        done = gtask(server, "list")
        assert len(server.requests) == 1
    assert done.status == code
    assert done.err.startswith("gtask: ")


def test_a_list_that_is_not_found_is_asked_for_again_and_then_the_base_url_is_doubted() -> None:
    with sandbox([active(0)], [_status(404)]) as server:
        done = gtask(server, "list")
        assert len(server.requests) >= 2
    assert done.status == 5
    assert "is GCORE_BASE_URL right?" in done.err


def _status(status: int) -> dict[str, object]:
    body = {"message": "said the API", "request_id": "r-1"}
    return {"do": "status", "status": status, "body": body}


def test_pipelines(server: SandboxServer) -> None:
    done = shell(
        "set -o pipefail; gtask list --json --all | jq -r 'select(.state==\"ERROR\").id'", server
    )
    assert done.out.split() == ids(2, 3)
    done = shell(
        "set -o pipefail; gtask list --failed --ids | xargs gtask get --json | jq -r .id", server
    )
    assert done.out.split() == ids(2, 3)
    done = shell(
        "set -o pipefail; gtask list --failed --json | gtask get - --json | jq -r .id", server
    )
    assert done.out.split() == ids(2, 3)


def test_watch_takes_what_list_says() -> None:
    tasks = [past(n, lasts=60.0 * n + 31.5) for n in (1, 2)]
    with sandbox(tasks) as server:
        done = shell(
            "set -o pipefail; gtask list --active --json | gtask watch - -i 0.2 --json", server
        )
    assert done.status == 0
    assert {json.loads(line)["state"] for line in done.out.splitlines()} == {"FINISHED"}
    assert len(done.out.splitlines()) == 2


def test_watch_without_ids_waits_for_all_that_is_active() -> None:
    tasks = [
        past(1, lasts=91.5, task_type="create_vm"),
        past(2, lasts=151.5, task_type="create_volume", document={"region_id": 7}),
        active(3, task_type="delete_vm"),
        past(4),
    ]
    with sandbox(tasks) as server:
        done = gtask(server, "watch", "--type", "create_", "--json", "-i", "0.2")
        assert {json.loads(line)["id"] for line in done.out.splitlines()} == set(ids(1, 2))
        assert done.status == 0
        late = gtask(server, "watch", "--region", "76", "--timeout", ENOUGH, "-q")
        assert late.status == 124
        assert f"gtask watch {task_id(3)}" in late.err
        nothing = gtask(server, "watch", "--region", "7")
        assert (nothing.status, nothing.out) == (0, "")
        assert without_times(nothing.err) == "gtask: no task is active in region 7\n"
        for option in ("--region", "--resource"):
            both = gtask(server, "watch", task_id(1), option, "7")
            assert both.status == 2


@pytest.mark.measured
def test_watch_without_ids_can_wait_for_the_tasks_about_a_resource() -> None:
    about = {"data": {"instance_id": "vm-1"}}
    with sandbox([past(1, lasts=91.0, document=about), active(2)]) as server:
        done = gtask(server, "watch", "--resource", "vm-1", "--json", "-i", "0.2")
        nothing = gtask(server, "watch", "--resource", "vm-2", "--region", "76")
    assert [document["id"] for document in done.documents] == ids(1)
    assert done.status == 0
    assert nothing.status == 0
    assert without_times(nothing.err) == (
        "gtask: no active task is about vm-2: searched 1 active task in region 76; "
        "gtask list --resource finds those that are over\n"
    )


@pytest.mark.measured
def test_watch_without_ids_says_nothing_where_nothing_is_wanted() -> None:
    with sandbox([past(1)]) as server:
        done = gtask(server, "watch", "--quiet", "--unacknowledged", "--until", "2h")
    assert (done.status, done.out, done.err) == (0, "", "")


@pytest.mark.measured
def test_an_outage_before_the_list_is_told_like_any_other() -> None:
    fault = {**_status(503), "path": LIST, "between": [0, 6]}
    with sandbox([past(1)], [fault]) as server:
        done = gtask(server, "watch", "--active", "--heartbeat", "0.5")
    assert done.status == 0
    reported = [
        line.split(",")[0].partition(" after")[0] for line in without_times(done.err).splitlines()
    ]
    assert "trying again" in done.err
    assert "still waiting for the list of active tasks" in reported
    assert "the API answers again" in reported
    assert "gtask: no task is active" in reported


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_list_says_how_to_go_on(number: signal.Signals, status: int) -> None:
    with sandbox([active(0)], [{"do": "silent", "path": LIST}]) as server:
        process = started(server, "watch", "--active")
        wait_for_requests(server, 1)
        done = signalled(process, number)
    assert done.status == status
    assert done.seconds < AT_ONCE_SECONDS
    assert done.err == (
        f"gtask: interrupted ({number.name})\nhint: to go on waiting: gtask watch --active\n"
    )


@pytest.mark.measured
def test_watch_without_ids_waits_until_its_deadline_for_a_long_retry_after() -> None:
    busy = {"do": "status", "status": 503, "path": LIST, "headers": {"Retry-After": "3600"}}
    with sandbox([active(0)], [busy]) as server:
        done = gtask(server, "watch", "--active", "--timeout", "6s")
    assert done.seconds > 6
    assert done.status == 124
    assert "trying again after 1 h 00 m, as the API asks" in done.err


def test_watch_without_ids_keeps_its_deadline() -> None:
    with sandbox([active(0)], [{**_status(503), "path": LIST}]) as server:
        done = gtask(server, "watch", "--active", "--timeout", "6s")
    assert done.seconds < 6 + AT_ONCE_SECONDS
    assert done.status == 124
    assert done.err.count("trying again") == 1
    assert "no list of the active tasks after 6 s: " in done.err
