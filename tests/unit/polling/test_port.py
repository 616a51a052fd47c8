"""What an answer says of a task's age."""

import pytest

from gcore_tasks_cli.polling.port import TaskAnswer, age_seconds
from tests.unit.documents import CREATED, document


@pytest.mark.parametrize(
    ("since", "age"), [(None, 0.0), (-60.0, 0.0), (0.0, 0.0), (0.5, 0.5), (90.0, 90.0)]
)
def test_the_age_is_measured_by_the_clock_of_the_server(since: float | None, age: float) -> None:
    server_time = None if since is None else CREATED.timestamp() + since
    created = document(created_on=CREATED.isoformat())
    assert age_seconds(TaskAnswer(created, server_time)) == age
    assert age_seconds(TaskAnswer(document(created_on="soon"), server_time)) == 0.0
