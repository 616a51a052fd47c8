"""Sessions for tests, and what the API says to them."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.polling.jobs import Answer, GetTask, Job
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.settings.key import CurrentKey
from gcore_tasks_cli.settings.network import tls_context
from gcore_tasks_cli.settings.settings import Settings

KEY = "1234$abcdefgh"
TASK = json.dumps({"id": "a", "state": "NEW"})
PAGE = json.dumps({"count": 7, "results": [{"id": "a", "state": "NEW"}]})


@contextmanager
def session_at(url: str, key: str = KEY, **more: Any) -> Iterator[Session]:
    settings = Settings(key, url, **more)
    tls = tls_context(settings.ca_file, settings.ca_dir) if url.startswith("https:") else None
    with closing(Session(settings, tls, key_of(settings))) as session:
        yield session


def key_of(settings: Settings) -> CurrentKey:
    return CurrentKey(settings.api_key, Secrets(settings.secrets))


def id_of(session: Session, job: Job | None = None) -> str:
    """The ID of the task that is answered."""
    answer = session.do(job or GetTask("a"))
    assert isinstance(answer, Answer)
    return answer.documents[0].id


def error_of(call: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call()
    return caught.value
