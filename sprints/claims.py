"""What a hypothesis's text states in lines of its own. Pure.

    Claim: Focal loss lifts F1 on rare classes
    Metric: valid/f1
    Threshold: above 0.93        (or >= 0.93, at least 0.93, below 0.2, <= 0.2)
    Baseline: DOC-2690

A team that writes such lines in Jira types nothing twice; what a person
enters here counts over them.
"""

import math
import re
from dataclasses import dataclass

# Marks of lists, tables and bold text may stand round a line and its word.
LINE = re.compile(
    r"^[^\w]*(?P<word>claim|metric|threshold|baseline)[\s*_]*[:=](?P<rest>.+)$", re.IGNORECASE
)
MARKS = " \t*|`"
NUMBER = re.compile(r"[-−]?(?:\d+(?:[.,]\d+)*|\.\d+)(?:e[-+]?\d+)?\s?%?", re.IGNORECASE)
DOWNWARD = re.compile(r"<|≤|\b(?:below|under|at most|less|lower|smaller|fewer)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(?:no|not|never)\s+(?:\w+\s+)?$", re.IGNORECASE)
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")


@dataclass(frozen=True, slots=True)
class Claimed:
    """`baseline` is a task's key or a run's handle, as written."""

    claim: str = ""
    metric: str = ""
    direction: str = "max"
    threshold: float | None = None
    baseline: str = ""

    def as_json(self) -> dict[str, str | float | None]:
        return {
            "claim": self.claim,
            "metric": self.metric,
            "direction": self.direction,
            "threshold": self.threshold,
            "baseline": self.baseline,
        }


def claimed(text: str) -> Claimed:
    """The last line of each kind counts."""
    lines = {
        found["word"].lower(): found["rest"].strip(MARKS)
        for line in text.splitlines()
        if (found := LINE.match(line))
    }
    threshold = lines.get("threshold", "")
    return Claimed(
        claim=lines.get("claim", ""),
        metric=lines.get("metric", ""),
        direction=direction(threshold),
        threshold=number(threshold),
        baseline=baseline(lines.get("baseline", "")),
    )


def direction(text: str) -> str:
    """ "not below 0.9" and "no less than 0.9" are lower bounds."""
    found = DOWNWARD.search(text)
    if not found:
        return "max"
    return "max" if DENIED.search(text[: found.start()]) else "min"


def number(text: str) -> float | None:
    """0.93, 0,93, 93 % or 1e-3. A number that may be read in two ways is none:
    a wrong threshold would be worse than a missing one. So is one beyond all floats."""
    found = NUMBER.search(text)
    if not found:
        return None
    written = found[0].replace("−", "-").replace(" ", "")
    percent = written.endswith("%")
    plain = _with_a_point(written.rstrip("%"))
    if plain is None:
        return None
    read = float(plain)
    if not math.isfinite(read):
        return None
    return round(read / 100, 12) if percent else read


def _with_a_point(written: str) -> str | None:
    """A comma with three digits behind it may part thousands, unless a 0 stands before."""
    whole, comma, rest = written.partition(",")
    if not comma:
        return written if written.count(".") <= 1 else None
    if "," in rest or "." in written:
        return None
    if len(rest) == 3 and whole.lstrip("-") != "0":
        return None
    return f"{whole}.{rest}"


def baseline(text: str) -> str:
    """A key in upper case where there is one; else the first word, as it is:
    a tracker may name its runs in any way."""
    words = [word.strip(".,;()[]\"'`*") for word in text.split()]
    keys = [word for word in words if KEY.fullmatch(word)]
    if keys:
        return keys[0].upper()
    return words[0] if words else ""
