"""Answers that are asked for side by side and taken one by one."""

import math
from collections.abc import Callable

import pytest

from gcore_tasks_cli.errors import ApiError, Interrupted, KeyRefused, NoAnswer
from gcore_tasks_cli.polling.answers import Answers, Observer
from gcore_tasks_cli.polling.retry import ONE_ANSWER, Outage, RetryPolicy
from tests.unit.polling.scripted import Said, ScriptedPort, fault


def answers(
    say: Callable[[str, int], Said[str]],
    policy: RetryPolicy = ONE_ANSWER,
    observer: Observer | None = None,
) -> tuple[ScriptedPort[str, str], Answers[str, str]]:
    port: ScriptedPort[str, str] = ScriptedPort(say)
    return port, Answers(port, lambda _low, high: high, policy=policy, observer=observer)


def test_what_comes_for_others_is_kept_for_them() -> None:
    port, asked = answers(lambda job, _n: (0.5 if job == "a" else 0.1, f"{job}!"))
    asked.ask("a")
    asked.ask("b")
    assert asked.answer("a") == "a!"
    assert port.clock == 0.5
    assert asked.answer("b") == "b!"
    assert port.clock == 0.5


def test_an_answer_is_given_once() -> None:
    _, asked = answers(lambda _job, n: (0.1, f"{n}"))
    asked.ask("a")
    assert asked.answer("a") == "0"
    asked.ask("a")
    assert asked.answer("a") == "1"


def test_a_fault_is_raised_after_the_tries_of_the_policy() -> None:
    for policy, tries in ((ONE_ANSWER, 5), (RetryPolicy(most_tries=2), 2)):
        port, asked = answers(lambda _job, _n: (0.1, fault()), policy)
        asked.ask("a")
        with pytest.raises(NoAnswer):
            asked.answer("a")
        assert len(port.sent) == tries


def test_the_observer_sees_each_second_and_any_outage() -> None:
    seen: list[tuple[float, Outage | None]] = []
    _, asked = answers(
        lambda _job, n: (2.5, fault()) if n == 0 else (0.2, "!"),
        observer=lambda at, outage: seen.append((round(at, 6), outage)),
    )
    asked.ask("a")
    assert asked.answer("a") == "!"
    assert [at for at, _ in seen] == [1.0, 2.0, 2.5, 3.5, 3.7]
    assert [outage is not None for _, outage in seen] == [False, False, True, True, False]


def test_a_failure_is_not_observed() -> None:
    seen: list[float] = []
    _, asked = answers(
        lambda job, _n: (0.1, KeyRefused("no", status=403)) if job == "a" else None,
        observer=lambda at, _outage: seen.append(at),
    )
    asked.ask("a")
    with pytest.raises(KeyRefused):
        asked.answer("a")
    assert seen == []


def test_an_interrupted_wait_is_left() -> None:
    port, asked = answers(lambda _job, _n: None)
    port.interrupt_at = 2.0
    asked.ask("a")
    with pytest.raises(Interrupted):
        asked.answer("a")
    assert port.clock == 2.0


def test_what_is_abandoned_is_forgotten() -> None:
    _, asked = answers(lambda job, n: ({"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}[job], f"{job}{n}"))
    for job in "abcd":
        asked.ask(job)
    assert asked.answer("b") == "b0"
    # The answer to one of them is here, and to another one on its way.
    asked.abandon("a")
    asked.abandon("c")
    assert asked.answer("d") == "d0"
    for job in "ac":
        asked.ask(job)
        assert asked.answer(job) == f"{job}1"


def outcomes(error: ApiError) -> tuple[ScriptedPort[str, str], list[tuple[str, str | ApiError]]]:
    def say(job: str, _n: int) -> Said[str]:
        if job in "cd":
            return (9.0, "c!") if isinstance(error, KeyRefused) and error.status == 401 else None
        return (0.3, "a!") if job == "a" else (0.1, error)

    port, asked = answers(say, RetryPolicy(math.inf, math.inf, deadline=3.0))
    return port, list(asked.in_order(["a", "b", "c", "d"]))


def test_answers_come_in_order_and_an_error_is_only_that_of_its_job() -> None:
    forbidden = KeyRefused("forbidden", status=403)
    port, taken = outcomes(forbidden)
    assert taken[:2] == [("a", "a!"), ("b", forbidden)]
    assert taken[2][0] == "c"
    assert isinstance(taken[2][1], NoAnswer)
    assert port.clock == 3.0
    # All of them were asked for at once.
    assert port.sent[:4] == [(0.0, "a"), (0.0, "b"), (0.0, "c"), (0.0, "d")]


def test_a_refused_key_answers_for_the_rest() -> None:
    refused = KeyRefused("refused", status=401)
    port, taken = outcomes(refused)
    assert taken == [("a", "a!"), *((job, refused) for job in "bcd")]
    assert port.clock == 0.3


def test_another_error_with_that_status_is_only_its_own() -> None:
    _, taken = outcomes(ApiError("odd", status=401))
    assert isinstance(taken[2][1], NoAnswer)
