"""Requests that are not answered are repeated over another connection."""

from tests.unit.polling.retried_jobs import Run
from tests.unit.polling.scripted import Said, fault


def test_a_silent_request_is_repeated_over_another_connection() -> None:
    run = Run(lambda _job, n: None if n < 2 else (0.1, "a!")).submit("a").until(20.0)
    assert run.port.times == [0.0, 4.0, 8.0]
    assert run.replies == [(8.1, "a", "a!")]


def test_the_longest_silent_request_is_repeated_first_and_a_fresh_one_before_it() -> None:
    run = Run(lambda _job, _n: None).submit("a").until(1.0).submit("b").until(12.0)
    assert run.port.sent == [(0.0, "a"), (1.0, "b"), (5.0, "a"), (9.0, "b")]
    many = [f"{n}" for n in range(17)]
    run = Run(lambda _job, _n: None).submit(*many).until(9.0)
    assert run.port.sent[16:] == [(4.0, "16"), (8.0, "0")]


def test_an_api_that_has_been_slow_is_given_twice_the_time() -> None:
    def say(job: str, n: int) -> Said[str]:
        seconds = {"slow": 3.5, "fast": 0.5, "last": 9.0}[job]
        return (seconds, "!") if n == 0 else None

    run = Run(say).submit("slow").until(3.5).submit("last").until(11.0)
    assert run.port.sent[1:] == [(3.5, "last"), (10.5, "last")]
    # With each answer, half of that is forgotten.
    run = Run(say).submit("slow").until(3.5).submit("fast").until(4.0).submit("last").until(9.0)
    assert run.port.sent[2:] == [(4.0, "last"), (8.0, "last")]


def test_how_slow_the_api_was_is_forgotten_by_and_by() -> None:
    def say(job: str, n: int) -> Said[str]:
        return None if job == "silent" else (6.0 if job == "slow" else 0.5, "!")

    run = Run(say).submit("slow").until(3.0).submit("fast").until(6.0)
    run.submit("fast").until(6.5).submit("silent").until(15.0)
    assert [t for t, job in run.port.sent if job == "silent"] == [6.5, 12.5]


def test_a_request_and_its_repetition_give_one_answer() -> None:
    answers: dict[int, Said[str]] = {0: (6.0, "late"), 1: (1.0, "early")}
    run = Run(lambda job, n: answers[n] if job == "a" else (0.1, "!"))
    run.submit("a").until(5.5).submit(*(f"{n}" for n in range(16))).until(9.0)
    assert run.replies[0] == (5.0, "a", "early")
    assert len(run.replies) == 17
    # One request is still under way.
    assert run.port.times[2:] == [5.5] * 15 + [5.6]


def test_a_failure_waits_for_the_repetition_under_way() -> None:
    answers: dict[int, Said[str]] = {0: (5.0, fault()), 1: (3.0, "good")}
    run = Run(lambda _job, n: answers[n]).submit("a").until(20.0)
    assert run.replies == [(7.0, "a", "good")]
    assert run.port.times == [0.0, 4.0]
