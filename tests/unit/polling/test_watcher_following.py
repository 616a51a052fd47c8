"""A wait that adds tasks which are started later."""

from collections.abc import Callable

from gcore_tasks_cli.errors import KeyRefused
from gcore_tasks_cli.polling.events import Failed, Stopped, StopReason
from gcore_tasks_cli.polling.goal import Following, Goal
from gcore_tasks_cli.polling.port import Answer, Job
from gcore_tasks_cli.polling.watcher import LIST_ID
from gcore_tasks_cli.tasks.page_request import PageRequest
from tests.unit.polling.finished_wait import Wait, outcomes, page, seen, state_at, task
from tests.unit.polling.scripted import Said

PAGE = PageRequest((("state", "RUNNING"),), 1000, 0)


def following(say_page: Callable[[float], Said[Answer]]) -> Wait:
    def say(time: float, job: Job, _n: int) -> Said[Answer]:
        if job == PAGE:
            return say_page(time)
        return seen(task(str(job), state_at(time, ends=12)))

    goal = Goal(following=Following(PAGE, lambda d: not d.id.startswith("other")))
    return Wait(say, ["a"], goal=goal, timeout=30.0, tick_seconds=60.0)


def test_every_five_seconds_new_tasks_are_looked_for() -> None:
    wait = following(lambda _t: page())
    assert wait.asked(PAGE) == [5.0, 10.0, 15.0, 20.0, 25.0]
    assert wait.events[-1] == Stopped(30.0, StopReason.DEADLINE)


def test_the_deadline_holds_before_anything_else_is_due() -> None:
    goal = Goal(following=Following(PAGE, lambda _: True))
    wait = Wait(
        lambda _t, _job, _n: seen(task("a")),
        goal=goal,
        timeout=3.0,
        interval=500.0,
        tick_seconds=60.0,
    )
    assert wait.events[-1] == Stopped(3.0, StopReason.DEADLINE)


def test_a_new_task_is_waited_for_once() -> None:
    shown = [task("done", "FINISHED"), task(".."), task("other"), task("b"), task("a")]
    wait = following(lambda _t: page(*shown))
    assert outcomes(wait) == [("Settled", "a"), ("Settled", "b")]
    assert wait.asked("b")[0] == 5.5
    assert {job for _, job in wait.sent} == {PAGE, "a", "b"}


def test_new_tasks_are_not_looked_for_while_the_api_is_silent() -> None:
    wait = following(lambda time: None if time < 8 else page(task("b")))
    # It is repeated after 4 s of silence, which begin when the task has ended.
    assert wait.asked(PAGE)[:3] == [5.0, 17.0, 17.5]


def test_a_list_that_is_refused_ends_the_looking_for_new_tasks() -> None:
    refused = KeyRefused("refused", status=403)
    wait = following(lambda _t: (0.5, refused))
    assert wait.of(Failed) == [Failed(5.5, LIST_ID, refused, None)]
    assert wait.asked(PAGE) == [5.0]
    assert wait.events[-1] == Stopped(13.0, StopReason.ALL_SETTLED)
