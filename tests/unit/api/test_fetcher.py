"""Requests beside each other: none holds up another, and none leaves a thread behind."""

import threading
from collections.abc import Iterator

import pytest

from gcore_tasks_cli.api.fetcher import Fetcher
from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job
from gcore_tasks_cli.settings.settings import Settings
from tests.servers.sandbox import SandboxServer, scenario_of
from tests.unit.api.sessions import KEY, key_of
from tests.unit.documents import document

SOON = 30.0  # far more than any of these takes


class Stub(Session):
    """Answers at once; but a task named `slow` after `abort`, and `stuck` when released."""

    release = threading.Event()
    made = 0
    asked: list[str]

    def __init__(self) -> None:
        super().__init__(Settings(KEY), None, key_of(Settings(KEY)))
        self._has_aborted = threading.Event()
        type(self).made += 1

    def do(self, job: Job) -> Answer:
        assert isinstance(job, GetTask)
        self.asked.append(job.task_id)
        if job.task_id == "slow":
            assert self._has_aborted.wait(SOON)
        if job.task_id == "stuck":
            assert self.release.wait(SOON)
        return Answer([document(job.task_id)], 1, None)

    def abort(self) -> None:
        self._has_aborted.set()


@pytest.fixture
def stub() -> Iterator[type[Stub]]:
    class Own(Stub):
        asked: list[str] = []  # noqa: RUF012
        release = threading.Event()

    yield Own
    Own.release.set()


def answered(fetcher: Fetcher, count: int) -> list[int]:
    """The numbers of so many requests that are answered."""
    found: list[int] = []
    until = fetcher.now() + SOON
    while len(found) < count and fetcher.now() < until:
        found += fetcher.wait(until)
    return sorted(found)


def test_one_that_hangs_keeps_no_other_waiting_and_gives_no_reply(stub: type[Stub]) -> None:
    fetcher = Fetcher(stub)
    fetcher.submit(0, GetTask("slow"))
    fetcher.submit(1, GetTask("a"))
    assert answered(fetcher, 1) == [1]
    fetcher.cancel(0)
    fetcher.submit(2, GetTask("b"))
    assert answered(fetcher, 1) == [2]
    assert fetcher.wait(fetcher.now() + 0.05) == {}
    assert stub.made <= 2


def test_an_interrupted_wait_is_over(stub: type[Stub]) -> None:
    fetcher = Fetcher(stub)
    fetcher.submit(0, GetTask("stuck"))
    threading.Timer(0.05, fetcher.interrupt, [15]).start()
    assert fetcher.wait(fetcher.now() + SOON) == {}
    assert fetcher.interrupted == 15


def test_what_is_cancelled_leaves_no_thread_behind_whenever_it_is() -> None:
    """Also before its thread has begun with it."""
    scenario = scenario_of(
        tasks=[{"id": "a"}, {"id": "silent"}], faults=[{"do": "silent", "path": "*/silent"}]
    )
    with SandboxServer(scenario) as server:
        settings = Settings(server.api_key, server.base_url)
        sessions: list[Session] = []

        def new_session() -> Session:
            sessions.append(Session(settings, None, key_of(settings)))
            return sessions[-1]

        fetcher = Fetcher(new_session)
        for number in range(100):
            fetcher.submit(number, GetTask("silent"))
            fetcher.cancel(number)
            fetcher.wait(fetcher.now() + 0.005)
        fetcher.submit(999, GetTask("a"))
        assert answered(fetcher, 1) == [999]
        for session in sessions:
            session.close()
