"""How far the issues have been read, and the query that goes on from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Self

from sources.connectors.base import Json
from sources.connectors.jira.records import project_of
from sources.connectors.jira.site import Record

# Search lags behind writes, for seconds, after bulk changes for minutes.
OVERLAP = 600_000
NONE: Mapping[str, str] = MappingProxyType({})
NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Position:
    """A poll's place, as it is kept between pages and between polls.

    `watermark`: all changes before it are read, for `projects` (keys by id). A
    project that comes later is read from its beginning, and so is one whose key
    has changed: that changes the key of each issue, and no issue's `updated`.
    While a poll is under way, `started` (the server's clock then) and `reading`
    (its projects) are set: at its end they become the watermark. Never now, and
    never the newest change seen: both would step over what search had not
    noticed yet.
    """

    watermark: int | None = None
    projects: Mapping[str, str] = NONE
    started: int | None = None
    reading: Mapping[str, str] = NONE
    # Data Center: since when search tells old keys of a project. One of this poll
    # has an empty key in `reading`, which is none: the next one reads it again.
    late: Mapping[str, int] = NOBODY
    total: int | None = None
    done: int = 0  # of them, for people to watch
    # Cloud: the ids of the page under way, and the token of the next one; `listed`
    # once search was asked, so that no ids and no token then mean the end.
    listed: bool = False
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
            projects=_keys(stored.get("projects")),
            started=_number(stored.get("started")),
            reading=_keys(stored.get("reading")),
            late=_moments(stored.get("late")),
            total=_number(stored.get("total")),
            done=_number(stored.get("done")) or 0,
            listed=stored.get("listed") is True,
            ids=_texts(stored.get("ids")),
            token=_text(stored.get("token")),
            at=_number(stored.get("at")),
            skip=_number(stored.get("skip")) or 0,
        )

    def stored(self) -> Json:
        """As JSON, without what is empty."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: _plain(value) for name, value in values.items() if value}

    def under_way(self, projects: Mapping[str, str]) -> bool:
        """Whether a poll of just these projects was begun and not ended."""
        return self.started is not None and set(self.reading) == set(projects)

    def began(self, projects: Mapping[str, str], started: int) -> Self:
        """A new poll, from the watermark on."""
        kept = type(self)(watermark=self.watermark, projects=self.projects, late=self.late)
        return replace(kept, reading=dict(projects), started=started)

    def ended(self) -> Self:
        """Everything before the beginning of this poll is read."""
        late = {one: at for one, at in self.late.items() if not self.reading.get(one)}
        return type(self)(watermark=self.started, projects=self.reading, late=late)

    def doubting(self, issues: Sequence[Record]) -> Self:
        """After issues that search gave as it remembers them: a project of which it
        tells another key than it has is read once more by the next poll. For as long
        as search may lag, and no longer: an index that nobody renews stays so."""
        started = self.started or 0
        late = {
            project: self.late.get(project, started)
            for issue in issues
            if (project := project_of(issue)) and self._is_other_key(project, issue)
        }
        late = {one: since for one, since in late.items() if started - since <= OVERLAP}
        if not late:
            return self
        reading = {**self.reading, **dict.fromkeys(late, "")}
        return replace(self, reading=reading, late={**self.late, **late})

    def _is_other_key(self, project: str, issue: Record) -> bool:
        key = self.reading.get(project)
        return bool(key) and str(issue.get("key")).rpartition("-")[0] != key

    def query(self, *, moment: int | None = None) -> str:
        """The JQL of this poll, oldest change first, from `moment` on if given.

        Times are epoch milliseconds: written as dates they would be read in the
        zone of the account's profile, to the minute.
        """
        old = self.projects if self.watermark is not None else NONE
        known = [one for one, key in self.reading.items() if key and old.get(one) == key]
        fresh = [one for one in self.reading if one not in known]
        parts = []
        if known and self.watermark is not None:
            parts.append(f"(project in ({_list(known)}) AND updated >= {self.watermark - OVERLAP})")
        if fresh:
            parts.append(f"project in ({_list(fresh)})")
        where = " OR ".join(parts)
        where = f"({where}) AND updated >= {moment}" if moment is not None else where
        return f"{where} ORDER BY updated ASC, id ASC"


def everything(projects: Sequence[str]) -> str:
    """The JQL of a sweep: no time, and an order that no change disturbs."""
    return f"project in ({_list(projects)}) ORDER BY id ASC"


def _list(projects: Sequence[str]) -> str:
    """In an order of their own: a token goes on with the very same words only, and a
    stored position gives its projects back in another order."""
    return ", ".join(sorted(projects))


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _keys(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        return NONE
    return {str(number): str(key) for number, key in value.items()}


def _moments(value: Any) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        return NOBODY
    return {str(name): at for name, at in value.items() if _number(at) is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
