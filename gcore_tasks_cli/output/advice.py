"""Errors of tasks that a user can do something about: named in words, with what helps."""

import re
from dataclasses import dataclass
from itertools import islice

from gcore_tasks_cli.sanitize import one_line

_QUOTA = re.compile(r"\bquotas?\b", re.IGNORECASE)
# As Gcore says it ("Quota limit for volume_size exceeded by 20"), and OpenStack below it ("Quota
# exceeded for instances: Requested 1, but already used 10 of 10", "exceeds allowed gigabytes
# quota. Requested 10G, quota is 1000G and 995G has been consumed").
_QUOTA_OF = re.compile(
    r"\bquotas?(?: limits?)?(?: (?:is|was))?(?: exceeded)? (?:for|of)(?: resources?:)?"
    r" ['\"\[]{0,2}([\w.-]*\w)|\ballowed ([\w.-]+) quota",
    re.IGNORECASE,
)
_AMOUNT = r"\d{1,18}(?:\.\d{1,6})?(?:\s?[KMGT]i?B?\b)?"
_NUMBERS = re.compile(
    rf"\b(?P<name>exceeded by|requested|required|used|consumed|limit|quota is|available|allowed)"
    rf"(?: is)?\W{{0,3}}(?P<amount>{_AMOUNT}(?: of {_AMOUNT})?)"
    rf"|\b(?P<before>{_AMOUNT}) has been (?P<after>consumed|used)",
    re.IGNORECASE,
)
_MOST_NUMBERS = 4
_CAPACITY = re.compile(
    r"\bcapacity\b|\bno valid host\b|\bout of stock\b|\bsold out\b|\binsufficient resources\b"
    r"|\bnot enough (?:\w+ )?(?:hosts?|nodes?|servers?|resources?)\b"
    r"|\bno (?:\w+ )?(?:hosts?|nodes?|servers?) (?:is |are )?available\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """What kind of failure it is, in words, and what to do."""

    kind: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.remedy}"


def advice(error: str | None) -> Advice | None:
    """Advice on a task's error text, where there is any; harmless to print."""
    if not error:
        return None
    if _QUOTA.search(error):
        return Advice(
            one_line(_quota_words(error)),
            "delete what is no longer needed, or ask Gcore for a higher quota",
        )
    if _CAPACITY.search(error):
        return Advice(
            "the region has no capacity for this now",
            "try another flavor or region, or the same again later",
        )
    return None


def _quota_words(error: str) -> str:
    """Which quota is exceeded, and by how much, as far as the error says it."""
    match = _QUOTA_OF.search(error)
    if match is None:
        return "quota exceeded"
    excess, numbers = "", []
    for found in islice(_NUMBERS.finditer(error), _MOST_NUMBERS):
        name = (found["name"] or found["after"]).lower()
        amount = (found["amount"] or found["before"]).strip()
        if name == "exceeded by":
            excess = f" by {amount}"
        else:
            numbers.append(f"{'limit' if name == 'quota is' else name} {amount}")
    told = f" ({', '.join(numbers)})" if numbers else ""
    return f"the quota for {(match[1] or match[2])[:100]} is exceeded{excess}{told}"
