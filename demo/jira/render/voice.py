"""How one caller is spoken to: manner, version, zone, and where the site is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from demo.jira.bodies import adf, wiki
from demo.jira.things import Body, User
from demo.jira.truth import Truth

type Answer = dict[str, Any]


@lru_cache(maxsize=200_000)
def stamp(at: int, zone: ZoneInfo) -> str:
    """2022-03-20T06:21:50.520+0530"""
    there = datetime.fromtimestamp(at // 1000, zone)
    return f"{there:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}{there:%z}"


@dataclass(frozen=True, slots=True)
class Voice:
    """`api` is 2 or 3. On 3, bodies of text are ADF."""

    truth: Truth
    cloud: bool
    api: str
    base: str
    caller: User | None

    @property
    def viewer(self) -> str | None:
        """The caller's user name; None for a stranger."""
        return self.caller.name if self.caller else None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the caller's profile."""
        return ZoneInfo(self.caller.zone if self.caller else "UTC")

    def rest(self, path: str) -> str:
        """An address of the platform's API."""
        return f"{self.base}/rest/api/{self.api}/{path}"

    def agile(self, path: str) -> str:
        """An address of the Agile API."""
        return f"{self.base}/rest/agile/1.0/{path}"

    def time(self, at: int | None) -> str | None:
        """A time in the caller's zone, with a colonless offset."""
        return None if at is None else stamp(at, self.zone)

    def agile_time(self, at: int) -> str:
        """Cloud's Agile API says Z; Data Center's says the zone, with a colon."""
        zone = UTC if self.cloud else self.zone
        text = datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z") if self.cloud else text

    def body(self, body: Body) -> Any:
        """A body of text in the form of this version."""
        return adf(body) if self.api == "3" else wiki(body)
