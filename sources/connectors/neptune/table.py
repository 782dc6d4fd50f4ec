"""The runs table, in windows that lose no row.

Offsets are not used: a run that is written to while we page moves to the end,
and the rows behind it move up unseen; and no server shows more than 10,000.
Instead each page asks for what comes after the last one, oldest first. (The
client's own paging goes round in circles beyond 10,000 rows when it sorts the
other way, and skips rows of the same moment where its windows meet.)
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from sources.connectors.base import Kind, Unavailable
from sources.connectors.neptune.times import milliseconds, spoken
from sources.connectors.neptune.wire import Wire

MODIFIED = ("sys/modification_time", "datetime")
ID = ("sys/id", "string")
WIRE_KINDS: Mapping[Kind, str] = {"run": "run", "model": "model", "model_version": "modelVersion"}
ROWS = 100  # a page: whole rows, with up to thousands of fields each
IDS = 1_000  # a page of ids only
ASKED_BY_ID = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as the server tells it: fields are {name, type, <type>Properties}."""

    id: str
    fields: Sequence[Mapping[str, Any]]

    def value(self, path: str) -> Any:
        for field in self.fields:
            if field.get("name") == path:
                return self.properties(field).get("value")
        return None

    def properties(self, field: Mapping[str, Any]) -> Mapping[str, Any]:
        told = field.get(f"{field.get('type')}Properties")
        return told if isinstance(told, Mapping) else {}

    @property
    def sys_id(self) -> str:
        return str(self.value("sys/id") or "")

    @property
    def modified(self) -> int:
        """0 when the row does not say, or in no way that can be read."""
        told = self.value("sys/modification_time")
        try:
            return milliseconds(told) if told else 0
        except (ValueError, TypeError, OverflowError):
            return 0

    @property
    def fingerprint(self) -> int:
        """Another number when anything in the row is another."""
        return crc32(json.dumps(self.fields, sort_keys=True).encode())


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of a project's things."""

    wire: Wire
    project_id: str
    kind: Kind

    def changed(self, since: int | None) -> Iterator[Entry]:
        """Rows modified at or after `since` (epoch ms), oldest change first.

        A row comes twice only if it changes again meanwhile.
        """
        floor, seen = since, set[str]()
        while True:
            page, whole = self._page(modified_from(floor), MODIFIED, ROWS)
            fresh = [row for row in page if row.id not in seen or row.modified != floor]
            yield from fresh
            if whole:
                return
            floor = self._moment_of(page[-1])
            seen = {row.id for row in page if row.modified == floor}
            if page[0].modified == floor or not fresh:
                yield from self._rest_of(floor, seen)
                floor, seen = floor + 1, set()

    def _moment_of(self, row: Entry) -> int:
        """Where the next page begins. Without it we would go round in circles."""
        if not row.modified:
            raise Unavailable(
                f"{self.wire.host}: does not say when {row.sys_id} was changed, "
                "so that what comes after it cannot be asked for."
            )
        return row.modified

    def _rest_of(self, moment: int, seen: set[str]) -> Iterator[Entry]:
        """A whole page of one modification time: only the id tells rows apart."""
        for row in self._by_id(within(moment), ROWS):
            if row.id not in seen:
                yield row

    def running(self) -> Iterator[Entry]:
        """Runs at work now, whether or not the server counts that as a change."""
        yield from self._by_id('(`sys/state`:experimentState = "running")', ROWS)

    def named(self, ids: Sequence[str]) -> Iterator[Entry]:
        """The rows of these ids that are still there."""
        for start in range(0, len(ids), ASKED_BY_ID):
            wanted = ids[start : start + ASKED_BY_ID]
            query = " OR ".join(f"(`sys/id`:string = {quoted(one)})" for one in wanted)
            yield from self._by_id(f"({query})", ASKED_BY_ID)

    def ids(self) -> Iterator[str]:
        """Every id there is, in the trash too."""
        for row in self._by_id("", IDS, columns=("sys/id",)):
            yield row.sys_id

    def _by_id(self, query: str, limit: int, columns: Sequence[str] = ()) -> Iterator[Entry]:
        after = ""
        while True:
            page, whole = self._page(both(query, after), ID, limit, columns)
            yield from page
            if whole:
                return
            after = f"(`sys/id`:string > {quoted(page[-1].sys_id)})"

    def _page(
        self, query: str, sort: tuple[str, str], limit: int, columns: Sequence[str] = ()
    ) -> tuple[list[Entry], bool]:
        """A page, and whether it is all there is: a server may give fewer rows
        than were asked for, so a short page alone does not say so."""
        name, kind = sort
        parameters = {
            "query": {"query": query},
            "sorting": {
                "dir": "ascending",
                "aggregationMode": "none",
                "sortBy": {"name": name, "type": kind},
            },
            "pagination": {"limit": limit, "offset": 0},
            **({"attributeFilters": [{"path": path} for path in columns]} if columns else {}),
        }
        answer = self.wire.ask(
            "leaderboard",
            "searchLeaderboardEntries",
            projectIdentifier=self.project_id,
            type=[WIRE_KINDS[self.kind]],
            params=parameters,
        )
        page = [Entry(one["experimentId"], one["attributes"]) for one in answer["entries"]]
        return page, not page or len(page) >= int(answer["matchingItemCount"])


def modified_from(moment: int | None) -> str:
    """The client is only seen to ask with `>`, so one millisecond earlier."""
    if moment is None:
        return ""
    return f'(`sys/modification_time`:datetime > "{spoken(moment - 1)}")'


def within(moment: int) -> str:
    before = f'(`sys/modification_time`:datetime < "{spoken(moment + 1)}")'
    return f"({modified_from(moment)} AND {before})"


def both(*queries: str) -> str:
    meant = [query for query in queries if query]
    return f"({' AND '.join(meant)})" if len(meant) > 1 else "".join(meant)


def quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
