"""Which fault a request gets."""

from gcore_tasks_cli.sandbox.fault_kinds import FAULT_KINDS
from gcore_tasks_cli.sandbox.faults import Fault, FaultTable

REFUSE, CLOSE, RESET = FAULT_KINDS[:3]


def first_met(faults: list[Fault], *requests: tuple[str, str, float]) -> list[str | None]:
    table = FaultTable(faults)
    met = [table.meet(method, target, now) for method, target, now in requests]
    return [None if fault is None else fault.kind.name for fault in met]


def test_a_fault_counts_only_the_requests_that_it_matches() -> None:
    fault = Fault(CLOSE, method="GET", path="/a*", requests=(2, 3))
    requests = [("GET", "/a", 0.0), ("POST", "/a", 0.0), ("GET", "/b", 0.0), ("GET", "/a?q=1", 0.0),
                ("GET", "/ab", 0.0), ("GET", "/a", 0.0)]  # fmt: skip
    assert first_met([fault], *requests) == [None, None, None, "close", "close", None]


def test_the_first_fault_in_the_file_wins_and_the_others_count_on() -> None:
    faults = [Fault(RESET, requests=(1, 1)), Fault(CLOSE, requests=(1, 2))]
    assert first_met(faults, *[("GET", "/", 0.0)] * 3) == ["reset", "close", None]


def test_a_fault_is_on_from_its_begin_until_just_before_its_end() -> None:
    fault = Fault(CLOSE, between=(1.0, 2.0))
    requests = [("GET", "/", now) for now in (0.99, 1.0, 1.99, 2.0)]
    assert first_met([fault], *requests) == [None, "close", "close", None]


def test_refuse_affects_the_port_and_not_a_request() -> None:
    table = FaultTable([Fault(REFUSE, between=(1.0, 2.0))])
    assert table.meet("GET", "/", 1.5) is None
    assert [table.refuses(now) for now in (0.5, 1.0, 2.0)] == [False, True, False]
