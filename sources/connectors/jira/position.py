"""How far the issues have been read, and the query that goes on from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from sources.connectors.base import Json

# Search lags behind writes, for seconds, after bulk changes for minutes.
OVERLAP = 600_000


@dataclass(frozen=True, slots=True)
class Position:
    """A poll's place, as it is kept between pages and between polls.

    `watermark`: all changes before it are read, for `projects`; a project that
    comes later is read from its beginning. While a poll is under way, `started`
    (the server's clock then) and `reading` (its projects) are set: at its end
    they become the watermark. Never now, and never the newest change seen:
    both would step over what search had not noticed yet.
    """

    watermark: int | None = None
    projects: tuple[str, ...] = ()
    started: int | None = None
    reading: tuple[str, ...] = ()
    total: int | None = None
    # Cloud: the ids of the page under way, and the token of the next one.
    ids: tuple[str, ...] = ()
    token: str = ""
    # Data Center: the change that the next page begins at, and how many to skip.
    at: int | None = None
    skip: int = 0

    @classmethod
    def of(cls, stored: Json) -> Self:
        """What a page's `resume` was; anything else is the beginning."""
        if not isinstance(stored, Mapping):
            return cls()
        return cls(
            watermark=_number(stored.get("watermark")),
            projects=_texts(stored.get("projects")),
            started=_number(stored.get("started")),
            reading=_texts(stored.get("reading")),
            total=_number(stored.get("total")),
            ids=_texts(stored.get("ids")),
            token=_text(stored.get("token")),
            at=_number(stored.get("at")),
            skip=_number(stored.get("skip")) or 0,
        )

    def stored(self) -> Json:
        """As JSON, without what is empty."""
        names = self.__dataclass_fields__
        values = {name: getattr(self, name) for name in names}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value not in (None, (), "", 0)
        }

    def under_way(self, projects: Sequence[str]) -> bool:
        """Whether a poll of just these projects was begun and not ended."""
        return self.started is not None and self.reading == tuple(projects)

    def began(self, projects: Sequence[str], started: int) -> Self:
        """A new poll, from the watermark on."""
        kept = type(self)(watermark=self.watermark, projects=self.projects)
        return replace(kept, reading=tuple(projects), started=started)

    def ended(self) -> Self:
        """Everything before the beginning of this poll is read."""
        return type(self)(watermark=self.started, projects=self.reading)

    def query(self, *, moment: int | None = None) -> str:
        """The JQL of this poll, oldest change first, from `moment` on if given.

        Times are epoch milliseconds: written as dates they would be read in the
        zone of the account's profile, to the minute.
        """
        known = [one for one in self.reading if one in self.projects]
        fresh = [one for one in self.reading if one not in self.projects]
        parts = []
        if known and self.watermark is not None:
            parts.append(f"(project in ({_list(known)}) AND updated >= {self.watermark - OVERLAP})")
        elif known:
            fresh = list(self.reading)
        if fresh:
            parts.append(f"project in ({_list(fresh)})")
        where = " OR ".join(parts)
        where = f"({where}) AND updated >= {moment}" if moment is not None else where
        return f"{where} ORDER BY updated ASC, id ASC"


def everything(projects: Sequence[str]) -> str:
    """The JQL of a sweep: no time, and an order that no change disturbs."""
    return f"project in ({_list(projects)}) ORDER BY id ASC"


def _list(projects: Sequence[str]) -> str:
    return ", ".join(projects)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
