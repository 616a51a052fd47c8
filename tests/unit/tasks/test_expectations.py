"""What is known of a task type: documented, asked for, and seen in this wait."""

from pathlib import Path

import pytest

from gcore_tasks_cli.tasks.expectations import (
    _ASK_AFTER_SECONDS,
    Durations,
    Expectations,
)
from tests.unit.documents import document, ended_after


@pytest.mark.parametrize("task_type", [None, "", "resize"])
def test_of_an_undocumented_type_nothing_is_known(task_type: str | None) -> None:
    expectations = Expectations()
    assert expectations.durations(task_type) is None
    assert expectations.usual(task_type) is None
    # Scale-free: half of those that are still there end before they are twice as old.
    assert expectations.hazard(task_type, 4.0) == 0.25


def test_a_documented_range_is_shown_as_it_is_and_planned_for_wider() -> None:
    usual, durations = Expectations().usual("create_vm"), Expectations().durations("create_vm")
    assert usual is not None
    assert durations is not None
    assert usual.usual == pytest.approx((15.0, 30.0))
    assert durations.usual == pytest.approx((15.0 / 1.3, 30.0 * 1.3))


def test_long_before_and_long_after_its_usual_time_a_task_can_still_end() -> None:
    assert Expectations().hazard("create_vm", 1.0) > 0.1
    assert Expectations().hazard("create_vm", 5000.0) == pytest.approx(1 / 5000)


def test_failures_of_a_type_say_how_far_to_trust_the_rest() -> None:
    expectations = Expectations()
    failed = [ended_after(1.0, "ERROR") for _ in range(4)]
    expectations.learn([*failed, *(ended_after(s) for s in (10.0, 10.0, 20.0, 20.0, 10.0, 20.0))])
    assert expectations.durations("resize") == Durations.of_samples([10.0] * 3 + [20.0] * 3)
    assert expectations.hazard("resize", 0.5) == pytest.approx((1 - 0.6 * 0.6) / 0.5)
    expectations.learn([ended_after(1.0, "ERROR")])
    assert expectations.hazard("resize", 4.0) == pytest.approx(1 / 4.0)


def test_what_was_asked_for_is_shown_and_sharpened_by_what_is_documented() -> None:
    expectations = Expectations()
    seconds = [20.0, 22.0, 24.0]
    others = [
        document(state="RUNNING", task_type="create_vm"),
        document(state="FINISHED"),
        ended_after(5.0, task_type="rare"),
    ]
    expectations.learn([*(ended_after(s, task_type="create_vm") for s in seconds), *others])
    learned = Durations.of_samples(seconds, Durations.of_range(15.0, 30.0))
    assert learned != Durations.of_samples(seconds)
    assert expectations.durations("create_vm") == learned
    assert expectations.usual("create_vm") == learned
    assert expectations.durations("rare") is None
    # All of those that ended were FINISHED: no less trust than before.
    before = Expectations().hazard("create_vm", 1.0)
    assert expectations.hazard("create_vm", 1.0) == pytest.approx(before)


def test_the_history_of_a_type_is_asked_for_once_when_one_is_old_enough() -> None:
    expectations = Expectations()
    assert not expectations.asks_for_history("resize", 0.99 * _ASK_AFTER_SECONDS)
    assert expectations.asks_for_history("resize", _ASK_AFTER_SECONDS)
    assert not expectations.asks_for_history("resize", 9.0)
    assert not expectations.asks_for_history(None, 9.0)
    expectations.learn(ended_after(5.0, task_type="known") for _ in range(3))
    assert not expectations.asks_for_history("known", 9.0)


def test_of_many_types_only_eight_are_asked_for() -> None:
    expectations = Expectations()
    asked = [expectations.asks_for_history(f"type-{n}", 5.0) for n in range(10)]
    assert asked == [True] * 8 + [False] * 2


def test_many_ends_in_this_wait_say_when_the_rest_will_end() -> None:
    expectations = Expectations()
    lessons: list[int] = []
    known = None
    for n in range(100):
        expectations.saw_end(ended_after(10.0 + n, task_type="create_volume"))
        if (now := expectations.durations("create_volume")) != known:
            known = now
            lessons.append(n + 1)
    assert lessons == [1, 20, 40, 80]  # the first is what is documented
    documented = Durations.of_range(5.0, 15.0)
    assert known == Durations.of_samples([10.0 + n for n in range(80)], documented)
    # Those that end first are the short ones: they are not shown as usual.
    assert expectations.usual("create_volume") == documented


def test_failures_and_odd_tasks_are_no_examples() -> None:
    expectations = Expectations()
    for _ in range(19):
        expectations.saw_end(ended_after(10.0))
    expectations.saw_end(ended_after(10.0, "ERROR"))
    expectations.saw_end(ended_after(10.0, task_type=None))
    expectations.saw_end(ended_after(10.0, task_type="rare"))
    expectations.saw_end(document(state="FINISHED", task_type="resize"))
    assert expectations.durations("resize") is None
    expectations.saw_end(ended_after(10.0))
    assert expectations.durations("resize") is not None


def test_only_histories_are_kept_and_hostile_types_are_not(tmp_path: Path) -> None:
    env, host = {"XDG_CACHE_HOME": str(tmp_path)}, "api.gcore.com"
    first = Expectations()
    for _ in range(40):
        first.saw_end(ended_after(10.0, task_type="create_volume"))
    first.keep(env, host)
    assert not (tmp_path / "gtask").exists()
    for kind in ("resize", "a\tb", "a\nb", "ü", "x" * 99):
        first.learn(ended_after(seconds, task_type=kind) for seconds in (10.0, 12.0, 15.0))
    first.keep(env, host)
    later = Expectations()
    later.learn(ended_after(seconds, task_type="other") for seconds in (1.0, 2.0, 3.0))
    later.keep(env, "127.0.0.1:8000")
    later.recall(env, host)
    known, kept = first.usual("resize"), later.usual("resize")
    assert known is not None
    assert kept is not None
    assert kept.usual == pytest.approx(known.usual, abs=0.01)
    assert later.overdue("resize", 2 * known.usual[1]) == pytest.approx(2.0, rel=0.01)
    lines = (tmp_path / "gtask" / "durations").read_text().splitlines()
    assert [line.split("\t")[:2] for line in lines] == [
        ["other", "127.0.0.1:8000"],
        ["resize", host],
    ]
    assert later.durations("resize") is None  # the pace goes by what this run has seen
