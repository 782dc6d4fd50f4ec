"""What goes wrong on the way to Neptune, drawn by a seed: every kind that it can do."""

from random import Random
from typing import Any

from demo.neptune import Fault

PARTS = (
    "getFloatSeriesValues",
    "getStringSeriesValues",
    "getImageSeriesValues",
    "downloadAttribute",
    "getImageSeriesValue",
    "prepareForDownloadFileSetAttributeZip",
    "downloadZip",
    "listArtifactFiles",
)
TABLES = ("searchLeaderboardEntries", "getProject", "listProjects", "exchangeApiToken", "swagger")
ANY = ("*", *PARTS, *TABLES)

KINDS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (ANY, {"status": 429, "headers": {"Retry-After": "1"}}),
    (ANY, {"status": 429}),
    *((ANY, {"status": code}) for code in (500, 502, 503, 504)),
    (ANY, {"status": 401, "error_type": "AUTHORIZATION_TOKEN_EXPIRED"}),
    (("*", "exchangeApiToken"), {"status": 401}),
    (PARTS, {"status": 403}),
    (("getProject",), {"status": 404}),
    (ANY, {"drop": True}),
    (ANY, {"cut": True}),
    (ANY, {"slow": 0.7}),
    (("listProjects", "getProject"), {"drip": 0.001}),
)


def draw(chance: Random) -> Fault:
    operations, what = chance.choice(KINDS)
    return Fault(chance.choice(operations), times=chance.choice((1, 1, 2, 3, 12)), **what)
