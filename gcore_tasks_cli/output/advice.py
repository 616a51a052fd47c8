"""Errors of tasks that a user can do something about: named in words, with what helps."""

import re
from dataclasses import dataclass

from gcore_tasks_cli.printable import one_line

_QUOTA = re.compile(r"\bquotas?\b", re.IGNORECASE)
_QUOTA_OF = re.compile(
    r"quota limit (?:for|of) ['\"]?([\w.-]+)['\"]?(?: (?:is |was )?exceeded by (\d[\d.]*))?",
    re.IGNORECASE,
)
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
        kind = "quota exceeded"
        if match := _QUOTA_OF.search(error):
            excess = f" by {match[2].rstrip('.')}" if match[2] else ""
            kind = one_line(f"the quota for {match[1]} is exceeded{excess}")
        return Advice(kind, "delete what is no longer needed, or ask Gcore for a higher quota")
    if _CAPACITY.search(error):
        return Advice(
            "the region has no capacity for this now",
            "try another flavor or region, or the same again later",
        )
    return None
