"""What goes wrong on the way to Jira, drawn by a seed."""

from random import Random
from typing import Any

KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "retry_after": 1},
    {"kind": "status", "status": 429, "retry_after": 1, "as_date": True},
    {"kind": "status", "status": 429},
    *({"kind": "status", "status": code} for code in (500, 502, 503, 504)),
    {"kind": "reset"},
    {"kind": "lost"},
    {"kind": "lost-status", "status": 502},
    {"kind": "truncated"},
    {"kind": "garbage"},
    {"kind": "html"},
    {"kind": "slow", "seconds": 0.7},
    {"kind": "anonymous"},
    {"kind": "unauthorized"},
)


def draw(chance: Random) -> dict[str, Any]:
    return {**chance.choice(KINDS), "times": chance.randrange(1, 4), "skip": chance.randrange(0, 6)}
