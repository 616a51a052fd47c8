"""What is typed wrongly is answered in gtask's words, with what was meant, and nothing is sent."""

import re
import subprocess
import sys
from functools import cache

import pytest

from tests.e2e.harness import TASK, Ran, command, environment, gtask, sandbox, task
from tests.e2e.listing import active, failed, past, task_id

# What parsers say to programmers.
PARSER_WORDS = r"unexpected extra|Missing|Invalid value|No such|not a valid|requires an"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("get T --json id,state", "--json takes no value\nhint: for chosen fields: --fields id,s"),
        ("watch T --json=id", "--json takes no value\nhint: for chosen fields: --fields id,state"),
        ("list -j id", "--json takes no value\nhint: for chosen fields: --fields id,state"),
        ("resources T --json volumes", "--json takes no value\nhint: see gtask resources --help"),
        ("list -n all", "not 'all'\nhint: --all shows all tasks"),
        ("list -n 0", "--limit is a number from 1 on, not '0'"),
        ("list T", f"gtask: list takes no task ID: '{TASK}'\nhint: gtask get {TASK}"),
        ("list failed", "gtask: list takes no argument 'failed'\nhint: did you mean --failed?"),
        ("list --order up", "--order is one of desc, asc, not 'up'"),
        ("get", "gtask: no task ID is given\nhint: see gtask get --help"),
        ("completion", "gtask: no SHELL is given"),
        ("completion bash zsh", "gtask: completion takes no argument 'zsh'"),
        ("watch T --timeout", "--timeout needs a value: --timeout DURATION"),
        ("watch T -i fast", "--interval: 'fast' is not a duration"),
        ("watch T --progress loud", "--progress is one of auto, live, plain, none, not 'loud'"),
        ("sandbox --port x", "--port is a number up to 65535, not 'x'"),
        ("resources T --wai", "gtask: resources has no option '--wai'\nhint: did you mean --wait?"),
        ("watch T --polling-timeout-seconds 9", "hint: did you mean --timeout?"),
        ("watch T --polling-interval-seconds 9", "hint: did you mean --interval?"),
        ("resources T --wait-seconds 9", "hint: did you mean --timeout?"),
        ("get T --api-key k", "hint: other users can read a command line; set GCORE_API_KEY"),
        ("get T --apikey=k", "has no option '--apikey'\nhint: other users can read a command line"),
        ("--api-key k list", "hint: other users can read a command line; set GCORE_API_KEY"),
        ("--apikey=k list", "no option '--apikey' before the command\nhint: other users can read"),
        ("get T --profile p", "hint: gtask no longer reads a configuration file"),
        ("resources T --wait --type network", "'network'\nhint: did you mean networks?"),
        ("resources T -T lbpools,volumes", "'lbpools'\nhint: did you mean pools?"),
        ("resources T --type VMs", "'VMs'\nhint: did you mean instances?"),
        ("wacth T", "hint: did you mean watch?"),
        ("watch T --timout 3", "hint: did you mean --timeout?"),
        ("get T -o json", "hint: did you mean --json?"),
        ("--ids get T", "hint: options follow the command: gtask COMMAND --ids …"),
        ("-n 5 list", "hint: options follow the command: gtask COMMAND -n …"),
        ("--versoin", "hint: did you mean --version?"),
        ("help exit", "hint: did you mean exit-codes?"),
        ("completion zhs", "hint: did you mean zsh?"),
        ("T", f"hint: gtask get {TASK}"),
    ],
)
@pytest.mark.measured
def test_what_is_mistyped_is_answered_with_what_was_meant(arguments: str, said: str) -> None:
    with sandbox(tasks=[task()]) as server:
        ran = gtask(server, *arguments.replace("T", TASK, "T" in arguments).split(" "))
        assert not server.requests
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("gtask: ")
    assert said in ran.err
    assert not re.search(PARSER_WORDS, ran.err)


def test_what_may_be_repeated_may_be_a_comma_list() -> None:
    tasks = [past(0), active(1), failed(2, "no"), past(3, document={"region_id": 7})]
    with sandbox(tasks=tasks) as server:
        states = gtask(server, "list", "--state", "ERROR, running", "--ids")
        regions = gtask(server, "list", "--region", "7,8", "--type", "create_,x_y", "--ids")
    assert states.out.split() == [task_id(1), task_id(2)]
    assert regions.out.split() == [task_id(3)]


def test_a_type_that_gtask_does_not_know_is_watched_where_there_is_a_task_of_it() -> None:
    with sandbox(tasks=[task(task_type="create_ssh_key", lasts=1)]) as server:
        watched = gtask(server, "watch", "--type", "create_ssh_key", "--json")
    assert (watched.status, watched.documents[0]["id"]) == (0, TASK)


@pytest.mark.parametrize(
    ("arguments", "warning"),
    [
        ("--type create_vmm", "fits 'create_vmm'; did you mean create_vm"),
        ("--type x_y_z", "fits 'x_y_z'; gtask list shows which types there are"),
        ("--type vm", "fits 'vm'; did you mean attach_vm_interface, "),
        ("--resource 169942e0", "only the beginning of an ID; give the full resource"),
    ],
)
@pytest.mark.measured
def test_a_filter_that_can_fit_nothing_is_no_all_clear(arguments: str, warning: str) -> None:
    with sandbox(tasks=[past(0, task_type="create_vm")]) as server:
        nothing = gtask(server, "list", *arguments.split())
        known = gtask(server, "list", "--type", "delete_vm")
        watched = gtask(server, "watch", *arguments.split())
        awaited = gtask(server, "watch", *arguments.split(), "--appear", "1")
        followed = gtask(server, "watch", *arguments.split(), "--follow", "--timeout", "5")
        quiet = gtask(server, "watch", *arguments.split(), "--active", "--quiet")
    assert (nothing.status, nothing.out) == (0, "")
    assert warning in nothing.err
    for refused in (watched, awaited, quiet):
        assert (refused.status, refused.out) == (2, "")
        assert warning.replace("; ", "\nhint: ") in refused.err
    assert warning in awaited.err
    assert (followed.status, warning in followed.err) == (0, True)
    assert known.err == "gtask: no task matches\n"


@pytest.mark.measured
def test_a_type_that_gtask_does_not_know_yet_is_found() -> None:
    created = {"quantum_nets": ["q-1"]}
    new = task(age=60, task_type="entangle_x9", created_resources=created)
    with sandbox(tasks=[new]) as server:
        listed = gtask(server, "list", "--type", "entangle_x9", "--ids")
        printed = gtask(server, "resources", TASK, "--wait", "--type", "quantum_nets")
    assert (listed.out, listed.err) == (f"{TASK}\n", "")
    assert (printed.status, printed.out) == (0, "q-1\n")
    assert "gtask: 'quantum_nets' is not a type that gtask knows\n" in printed.err


@pytest.mark.measured
def test_help_is_complete_where_docstrings_are_stripped() -> None:
    for arguments in (["--help"], ["watch", "--help"], ["help", "ids"]):
        stripped = subprocess.run(
            [sys.executable, "-OO", "-m", "gcore_tasks_cli", *arguments],
            capture_output=True,
            env=environment(),
            check=True,
        )
        assert stripped.stdout.decode() == gtask(None, *arguments).out


@cache
def in_utf_8(arguments: str) -> Ran:
    return gtask(None, *arguments.split())


@pytest.mark.parametrize("encoding", ["latin-1", "cp437", "koi8-r", "cp1252", "ascii"])
@pytest.mark.parametrize("arguments", ["--help", "watch --help", "help waiting", "get --jsno"])
@pytest.mark.measured
def test_help_and_errors_can_be_read_in_any_encoding(arguments: str, encoding: str) -> None:
    done = subprocess.run(
        command(*arguments.split()),
        capture_output=True,
        env=environment(PYTHONIOENCODING=encoding),
        check=False,
    )
    whole = in_utf_8(arguments)
    text = (done.stdout + done.stderr).decode(encoding)
    assert done.returncode == whole.status
    assert "\\u" not in text
    lines = (whole.out + whole.err).splitlines()
    assert list(map(len, text.splitlines())) == list(map(len, lines))
