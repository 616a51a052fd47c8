"""One run of gtask: its streams, settings, environment and deadline, made once and handed down."""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gcore_tasks_cli.errors import DeadlinePassed
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.settings.key import CurrentKey, find_api_key, key_file_note
from gcore_tasks_cli.settings.network import tls_context
from gcore_tasks_cli.settings.settings import Settings
from gcore_tasks_cli.tasks.ids import collect_ids
from gcore_tasks_cli.tasks.recent import recent_ids
from gcore_tasks_cli.times import Deadline, format_duration, steady_seconds

if TYPE_CHECKING:
    from ssl import SSLContext

    from gcore_tasks_cli.api.fetcher import Fetcher
    from gcore_tasks_cli.polling.requests import Requests

# How long a command other than a wait may read its input, and how long it retries.
ONE_SHOT_SECONDS = 20.0

_LONGEST_BLOCK_SECONDS = 0.2
_SILENT_SECONDS = 1.0

_T = TypeVar("_T")
_Result = Callable[..., _T]


class Invocation(NamedTuple):
    """What every command that calls the API works with.

    With `is_verbose` each request is logged to standard error, with `is_quiet` only errors are
    printed there; the key is hidden everywhere. `began` is on the clock of the deadline.
    """

    streams: Streams
    settings: Settings
    env: Mapping[str, str]
    deadline: Deadline
    began: float
    is_verbose: bool = False
    is_quiet: bool = False
    heartbeat_seconds: float = 0.0
    # Waits for the certificates, which are loaded in the background; None for plain http.
    certificates: "_Result[SSLContext] | None" = None

    @classmethod
    def begin(
        cls,
        env: Mapping[str, str],
        *,
        verbose: bool = False,
        quiet: bool = False,
        timeout_seconds: float = ONE_SHOT_SECONDS,
        heartbeat_seconds: float = 0.0,
    ) -> "Invocation":
        """The invocation with the settings in these variables; its deadline counts from now.

        Raises:
            UsageError: for a setting that is missing or wrong, or an argument that holds the key.
            DeadlinePassed: if the file of the key blocks.
        """
        began, deadline = steady_seconds(), Deadline.after(timeout_seconds)
        settings = _in_background(partial(Settings.of, env, sys.argv[1:]))(deadline, "no API key")
        load = partial(tls_context, settings.ca_file, settings.ca_dir)
        certificates = _in_background(load) if settings.base_url.startswith("https:") else None
        streams = Streams.standard(settings.secrets)
        if (note := key_file_note(env)) and not quiet:
            streams.note(f"gtask: {note}")
        if verbose:
            settings = settings._replace(log=streams.log)
        heartbeat = 0.0 if quiet else heartbeat_seconds
        return cls(streams, settings, env, deadline, began, verbose, quiet, heartbeat, certificates)

    def task_ids(self, arguments: Sequence[str]) -> list[str]:
        """The task IDs in the arguments, `-` being those in standard input; perhaps none.

        Raises:
            UsageError: for an argument, or a standard input, without a task ID.
            DeadlinePassed: if standard input does not end in time.
        """
        stdin = self.streams.stdin
        if "-" in arguments and stdin is not None and stdin.isatty():
            note = "reading task IDs from the terminal; Ctrl-D on a new line ends them"
            self.streams.note(f"gtask: {note}")
        recent = partial(recent_ids, self.env, self.settings.host)
        collect = partial(collect_ids, arguments, stdin, recent, self.streams.secrets.hide)
        last_line = self.began

        def observe() -> None:
            nonlocal last_line
            self.streams.check_reader()
            now = steady_seconds()
            if 0 < self.heartbeat_seconds <= now - last_line:
                last_line = now
                after = format_duration(now - self.began)
                self.streams.log(f"still waiting for the end of standard input after {after}")

        found = _in_background(collect)(self.deadline, "no end of standard input", observe)
        if not found and not self.is_quiet:
            self.streams.note("gtask: nothing to wait for: no task was started")
        return found

    def connect(self, observe: Callable[[], None] | None = None) -> "Fetcher":
        """A way to the API; all through a wait it calls `observe`, or sees whether a reader left.

        Raises:
            UsageError: if the certificates to trust cannot be read.
            DeadlinePassed: if reading them blocks.
        """
        # httpx is imported here and no sooner: while the certificates are being loaded, and not at
        # all by a run that sends nothing.
        from gcore_tasks_cli.api.fetcher import Fetcher
        from gcore_tasks_cli.api.session import Session

        tls = self.certificates and self.certificates(self.deadline, "no certificates")
        key = CurrentKey(
            self.settings.api_key, self.streams.secrets, lambda: find_api_key(self.env)[0]
        )
        return Fetcher(
            lambda: Session(self.settings, tls, key), observe or self.streams.check_reader
        )

    def requests(self) -> "Requests":
        """A way to the API on which each job gets one answer, after a few tries at most.

        At a terminal a temporary line says after a second what is waited for.
        """
        from random import uniform

        from gcore_tasks_cli.polling.requests import ONE_ANSWER, Requests

        streams, began = self.streams, steady_seconds()
        is_shown = streams.may_paint and not self.is_quiet and not self.is_verbose

        def observe() -> None:
            streams.check_reader()
            if is_shown and steady_seconds() - began >= _SILENT_SECONDS:
                waiting, outage = f"waiting for {self.settings.host}", requests.outage()
                text = f"{outage.error.message}; trying again" if outage else waiting
                streams.show_briefly(f"gtask: {text}")

        requests = Requests(self.connect(observe), ONE_ANSWER, uniform)
        return requests


def _in_background(work: Callable[[], _T]) -> "_Result[_T]":
    """Starts work that may take long or block for ever (a pipe, a FIFO) in a thread of its own.

    Returns what waits for its result, not longer than until the deadline. That raises
    DeadlinePassed with what is missing then, or what the work raised; it calls `observe` meanwhile.
    """
    found: list[_T | Exception] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001  (raised by the caller)
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def result(deadline: Deadline, missing: str, observe: Callable[[], None] = lambda: None) -> _T:
        end = Deadline.after(ONE_SHOT_SECONDS) if deadline.checks_once else deadline
        # In small steps: a lock's own clock stands still while the machine sleeps, and on Windows
        # no signal gets through while it waits.
        while thread.is_alive() and (left := end.at - steady_seconds()) > 0:
            observe()
            thread.join(min(left, _LONGEST_BLOCK_SECONDS))
        if not found:
            raise DeadlinePassed(f"{missing} after {end.timeout_words}")
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    return result
