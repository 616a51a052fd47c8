"""What `gtask help TOPIC` and the manual page say beside the commands: one source for both."""

from gcore_tasks_cli.errors import ExitCode

EXIT_CODES: tuple[tuple[ExitCode, str], ...] = (
    (ExitCode.OK, "Done; for watch and resources --wait: every task FINISHED."),
    (ExitCode.TASK_ERROR, "A task ended in ERROR (watch, resources)."),
    (ExitCode.USAGE, "Wrong usage, settings or standard input; nothing was sent."),
    (ExitCode.KEY_REFUSED, "The API refused the key (401, 403)."),
    (
        ExitCode.NOT_FOUND,
        "No such task (404); resources --type T: FINISHED, but created no T.",
    ),
    (
        ExitCode.NO_ANSWER,
        "No usable answer: network, TLS, 5xx, redirects, nonsense.",
    ),
    (
        ExitCode.INTERNAL_ERROR,
        "An error that gtask does not know, its own fault: please report it.",
    ),
    (
        ExitCode.NOT_FINISHED,
        "Still not finished: the timeout passed, or resources without --wait on an unfinished "
        "task.",
    ),
    (ExitCode.INTERRUPTED, "Interrupted (Ctrl-C)."),
    (ExitCode.OUTPUT_CLOSED, "The reader closed the pipe."),
    (ExitCode.TERMINATED, "Terminated."),
)
SEVERAL_CODES = "Where several apply: the first of 3, 5, 4, 1, 124."

VARIABLES: tuple[tuple[str, str], ...] = (
    (
        "GCORE_API_KEY",
        "The API key. In single quotes: a shell eats the $ in it otherwise. Never an option, "
        "because other users of the machine can read those.",
    ),
    ("GCORE_API_KEY_FILE", "A file to read the key from, if GCORE_API_KEY is not set."),
    (
        "GCORE_API_KEY_COMMAND",
        "A command that prints the key, of a password manager say: run without a shell, only where "
        "neither variable above gives a key. Its first line is the key.",
    ),
    (
        "GCORE_CONFIG",
        "The configuration file of gcore-cli, ~/.gcorecli/config.yaml unless set: key, base URL, "
        "project and region where no variable gives them. --profile chooses among its profiles.",
    ),
    (
        "GCORE_API_URL, GCORE_CLOUD_PROJECT, GCORE_CLOUD_REGION",
        "What gcore-cli calls base URL, project and region: read where the variables below are not "
        "set.",
    ),
    (
        "GCORE_BASE_URL",
        "The API, https://api.gcore.com unless set. Plain http only to this machine.",
    ),
    (
        "GCORE_CLOUD_PROJECT_ID, GCORE_CLOUD_REGION_ID",
        "Default filters of list, of watch without IDs and of ack --all.",
    ),
    (
        "HTTPS_PROXY, ALL_PROXY, NO_PROXY",
        "The proxy to use, and the hosts, addresses and CIDR blocks to reach without it, as curl "
        "reads them.",
    ),
    ("GTASK_PROGRESS", "As --progress: auto, live, plain or none."),
    ("CI", "Set by CI systems: progress is plain lines, at a terminal too."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Certificates to trust instead of the usual ones."),
    ("NO_COLOR, FORCE_COLOR", "Never colours; in a pipe too, but for JSON."),
    (
        "GTASK_NO_HISTORY",
        "Set to anything: keep no list of recent task IDs for completion, and offer none.",
    ),
    (
        "XDG_CACHE_HOME",
        "Where that list is kept, as gtask/recent-tasks; ~/.cache unless set, on Windows "
        "%LOCALAPPDATA%.",
    ),
    (
        "GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, GITHUB_OUTPUT",
        "Set by GitHub Actions: a failed task becomes an annotation, all of them a table in the "
        "job's summary, and what was created the step's outputs. --no-ci leaves them out.",
    ),
    ("GTASK_SANDBOX_TASK_IDS", "Set by gtask sandbox: the IDs of its tasks that move."),
)

# Topic → the heading of its page. Other spellings find it too.
TOPICS = {
    "exit-codes": "What gtask's exit status says",
    "environment": "The environment variables that gtask reads",
}
ALSO_KNOWN_AS = {
    "exit-code": "exit-codes",
    "exit-status": "exit-codes",
    "status": "exit-codes",
    "env": "environment",
    "variables": "environment",
    "settings": "environment",
}


def rows_of(topic: str) -> tuple[tuple[str, str], ...]:
    """The rows of a topic's table: a term and what it means."""
    if topic == "exit-codes":
        return tuple((str(int(code)), meaning) for code, meaning in EXIT_CODES)
    return VARIABLES


def closing_of(topic: str) -> str:
    """What is said after the table."""
    if topic == "exit-codes":
        return SEVERAL_CODES
    return (
        "An option beats its variable, a variable the file. A bad setting ends with status 2 "
        "before anything is sent."
    )
