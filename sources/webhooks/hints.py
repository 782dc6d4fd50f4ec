"""Hints, given to whoever holds the source: between two pages of a sync, or alone.

Never beside a sync: a page that was fetched before a change, and stored after
it, would put the older state back.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from sources.connectors.base import Json, Page
from sources.engine import Stream
from sources.models import Source
from sources.store import Stored
from sources.webhooks.models import Hint

AT_ONCE = 100  # things asked for by one page

type Asking = Callable[[Any, Sequence[str]], Iterator[Page[Any]]]
type Hide = Callable[[Source, Sequence[str]], Stored]


@dataclass(frozen=True, slots=True)
class Heard:
    """Ends a hint's pages: these hints are answered, and these things are gone."""

    hints: tuple[int, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """How hints of one kind of source are followed.

    `ask` reads things by their ids, `named` gives a record's id, `hide` takes
    away what was asked for and not found.
    """

    ask: Asking
    named: Callable[[Any], str]
    hide: Hide

    def to(self, stream: Stream[Any, Any]) -> Stream[Any, Any]:
        """The same stream, which follows hints between its pages."""

        def pages(client: Any, since: Json) -> Iterator[Page[Any]]:
            place = since
            for page in stream.pages(client, since):
                yield page
                place = page.resume
                yield from self.pages(client, place)

        return replace(stream, pages=pages, store=self.storing(stream.store))

    def alone(self, stream: Stream[Any, Any]) -> Stream[Any, Any]:
        """Only the hints, stored as this stream stores its records."""
        return replace(
            stream, name="webhooks", pages=self.pages, store=self.storing(stream.store), every=None
        )

    def pages(self, client: Any, place: Json) -> Iterator[Page[Any]]:
        """What the waiting hints are about, as it is now. `place` stays where it was."""
        while waiting := _waiting(client.source):
            wanted = list(dict.fromkeys(one for hint in waiting for one in hint.ids))
            found: set[str] = set()
            doubtful = False
            for page in self.ask(client, wanted):
                found.update(self.named(record) for record in page.records)
                doubtful = doubtful or bool(page.gaps)
                yield Page(page.records, place, page.gaps)
            gone = () if doubtful else tuple(one for one in wanted if one not in found)
            yield Page([Heard(tuple(hint.pk for hint in waiting), gone)], place)

    def storing(
        self, store: Callable[[Source, Sequence[Any]], Stored]
    ) -> Callable[[Source, Sequence[Any]], Stored]:
        def stored(source: Source, records: Sequence[Any]) -> Stored:
            done = store(source, [one for one in records if not isinstance(one, Heard)])
            for heard in records:
                if isinstance(heard, Heard):
                    done += self.hide(source, heard.gone)
                    Hint.objects.filter(pk__in=heard.hints).update(read_at=timezone.now())
            return done

        return stored


def _waiting(source: Source) -> list[Hint]:
    """The oldest few. Their things are asked for once, however often they were told of."""
    return list(Hint.objects.waiting().filter(source=source).order_by("id")[:AT_ONCE])
