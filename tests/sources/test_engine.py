"""The loop: cursors, claims, and what becomes of troubles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sources import claims, engine
from sources.connectors.base import Beat, Gap, Json, Page, Spent, Unauthorized, Unavailable, no_beat
from sources.models import Cursor, Source, Sync
from sources.store import Stored, mirror
from sources.store.gone import UNLISTED
from tracking.models import TrackerProject

pytestmark = pytest.mark.django_db


@dataclass
class Shelf:
    """A tiny tracker: names in order, two a page, that can break at a page."""

    names: list[str]
    breaks_at: int | None = None
    trouble: Exception | None = None
    requests: int = 0
    retries: int = 0
    closed: bool = False
    beat: Beat = no_beat
    asked: list[Json] = field(default_factory=list)

    def close(self) -> None:
        self.closed = True

    def use_beat(self, beat: Beat) -> None:
        self.beat = beat

    def pages(self, since: Json) -> Iterator[Page[str]]:
        self.asked.append(since)
        start = since if isinstance(since, int) else 0
        for at in range(start, len(self.names), 2):
            self.requests += 1
            if self.breaks_at == at and self.trouble:
                raise self.trouble
            yield Page(self.names[at : at + 2], at + 2, total=len(self.names))


def store(source: Source, names: Sequence[str]) -> Stored:
    records = [(name, {"name": name}) for name in names]
    return mirror(source, TrackerProject, "project", records, dict).stored


STREAM: engine.Stream[Any, Any] = engine.Stream("projects", pages=Shelf.pages, store=store)


def run(source: Source, shelf: Shelf, *streams: engine.Stream[Any, Any]) -> Sync:
    source.refresh_from_db()
    Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now(), claim=None)
    source.refresh_from_db()
    sync = engine.claim(source)
    assert sync is not None
    engine.read(source, sync, lambda: shelf, streams or (STREAM,))
    sync.refresh_from_db()
    return sync


def test_a_sync_counts_what_it_did_and_sets_the_next_one(source: Source) -> None:
    shelf = Shelf(["a", "b", "c"])
    sync = run(source, shelf)
    assert (sync.outcome, sync.inserted, sync.records, sync.requests) == ("done", 3, 3, 2)
    assert sync.total == 3
    source.refresh_from_db()
    assert source.claim is None
    assert source.next_sync_at > timezone.now() + source.interval - timedelta(minutes=1)
    assert shelf.closed


def test_a_trouble_keeps_what_was_stored_and_the_next_sync_goes_on_from_there(
    source: Source,
) -> None:
    shelf = Shelf(["a", "b", "c", "d"], breaks_at=2, trouble=Unavailable("The server is away."))
    sync = run(source, shelf)
    assert (sync.outcome, sync.error) == ("failed", "The server is away.")
    assert TrackerProject.objects.count() == 2
    healed = Shelf(["a", "b", "c", "d"])
    assert run(source, healed).outcome == "done"
    assert healed.asked == [2]
    assert TrackerProject.objects.count() == 4


def test_a_page_that_cannot_be_stored_moves_no_cursor(source: Source) -> None:
    def broken(source: Source, names: Sequence[str]) -> Stored:
        store(source, names)
        raise RuntimeError("a bug of ours")

    stream: engine.Stream[Any, Any] = engine.Stream("projects", pages=STREAM.pages, store=broken)
    with pytest.raises(RuntimeError):
        run(source, Shelf(["a"]), stream)
    assert not TrackerProject.objects.exists()
    assert Cursor.objects.get().position is None
    sync = Sync.objects.get()
    assert sync.outcome == "failed"
    assert "a bug of ours" not in sync.error


def test_a_refused_credential_waits_for_a_person(source: Source) -> None:
    shelf = Shelf(["a"], breaks_at=0, trouble=Unauthorized("The token is not accepted."))
    sync = run(source, shelf)
    assert sync.outcome == "refused"
    source.refresh_from_db()
    assert source.next_sync_at > timezone.now() + timedelta(minutes=50)


def test_a_client_that_cannot_even_start_ends_as_words(source: Source) -> None:
    def connect() -> Shelf:
        raise Unavailable("No such host.")

    sync = engine.claim(source)
    assert sync is not None
    engine.read(source, sync, connect, (STREAM,))
    sync.refresh_from_db()
    assert (sync.outcome, sync.error) == ("failed", "No such host.")


def test_a_wait_that_the_source_asked_for_is_kept(source: Source) -> None:
    later = timezone.now() + timedelta(hours=3)
    trouble = Unavailable("The hourly quota is used up.", retry_at=later)
    sync = run(source, Shelf(["a"], breaks_at=0, trouble=trouble))
    source.refresh_from_db()
    assert source.next_sync_at == later
    assert sync.outcome == "parked"
    assert sync.error == (
        f"The hourly quota is used up. It asks to wait until {later:%d %B %H:%M} UTC, and so we do."
    )


def test_a_wait_shorter_than_the_interval_is_no_longer_than_asked(source: Source) -> None:
    """A backfill of hours goes on as soon as its quota lets it."""
    Source.objects.update(interval=timedelta(hours=6))
    soon = timezone.now() + timedelta(minutes=9)
    run(source, Shelf(["a"], breaks_at=0, trouble=Unavailable("Wait.", retry_at=soon)))
    source.refresh_from_db()
    assert source.next_sync_at == soon


def test_who_asks_to_wait_for_no_time_is_not_asked_at_once(source: Source) -> None:
    trouble = Unavailable("Busy.", retry_at=timezone.now())
    run(source, Shelf(["a"], breaks_at=0, trouble=trouble))
    source.refresh_from_db()
    assert source.next_sync_at > timezone.now() + timedelta(seconds=50)


def test_a_spent_budget_is_no_failure(source: Source) -> None:
    sync = run(source, Shelf(["a"], breaks_at=0, trouble=Spent("5,000 requests are made.")))
    assert (sync.outcome, sync.error) == ("parked", "5,000 requests are made.")


def test_gaps_make_a_sync_partial_and_are_kept_in_words(source: Source) -> None:
    def pages(shelf: Shelf, since: Json) -> Iterator[Page[str]]:
        yield Page(["a"], 1, gaps=[Gap("part 2 of DOC-4", "is cut short")])

    stream: engine.Stream[Any, Any] = engine.Stream("projects", pages=pages, store=store)
    sync = run(source, Shelf([]), stream)
    assert sync.outcome == "partial"
    assert sync.gaps == [{"what": "part 2 of DOC-4", "why": "is cut short"}]


def test_only_one_of_two_workers_gets_a_source(source: Source) -> None:
    same = Source.objects.get(pk=source.pk)
    assert engine.claim(source) is not None
    assert engine.claim(same) is None
    same.refresh_from_db()
    assert engine.claim(same) is None, "a running sync cannot be started over"


def test_a_claim_that_is_never_renewed_runs_out_and_the_dead_sync_is_closed(
    source: Source,
) -> None:
    dead = engine.claim(source)
    assert dead is not None
    assert claims.begin(source, dead)
    Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now() - timedelta(seconds=1))
    source.refresh_from_db()
    assert list(Source.objects.due(timezone.now())) == [source]
    assert engine.claim(source) is not None
    dead.refresh_from_db()
    assert dead.outcome == "failed"
    assert "worker stopped" in dead.error


def test_a_worker_that_lost_its_claim_writes_nothing_more(source: Source) -> None:
    def pages(shelf: Shelf, since: Json) -> Iterator[Page[str]]:
        yield Page(["a"], 1)
        Source.objects.filter(pk=source.pk).update(next_sync_at=timezone.now())
        source.refresh_from_db()
        assert engine.claim(source) is not None
        yield Page(["b"], 2)

    stream: engine.Stream[Any, Any] = engine.Stream("projects", pages=pages, store=store)
    run(source, Shelf([]), stream)
    assert list(TrackerProject.objects.values_list("name", flat=True)) == ["a"]
    assert Source.objects.get().claim is not None, "the winner's claim stays"


def test_a_slow_stream_rests_until_its_time(source: Source) -> None:
    slow: engine.Stream[Any, Any] = engine.Stream(
        "projects", pages=STREAM.pages, store=store, every=timedelta(hours=6)
    )
    shelf = Shelf(["a"])
    run(source, shelf, slow)
    run(source, shelf, slow)
    assert len(shelf.asked) == 1
    Cursor.objects.update(finished_at=timezone.now() - timedelta(hours=7))
    run(source, shelf, slow)
    assert len(shelf.asked) == 2


def test_slow_work_of_a_page_is_done_before_its_transaction(source: Source) -> None:
    seen: list[bool] = []

    def prepare(source: Source, names: Sequence[str], beat: Any) -> list[str]:
        seen.append(connection.in_atomic_block and len(connection.savepoint_ids) > 0)
        beat()
        return [name.upper() for name in names]

    stream: engine.Stream[Any, Any] = engine.Stream(
        "projects", pages=STREAM.pages, store=store, prepare=prepare
    )
    run(source, Shelf(["a"]), stream)
    assert TrackerProject.objects.get().name == "A"
    assert seen == [False]


def test_a_page_slower_than_the_lease_keeps_its_claim_by_beats(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them another worker would take it over again and again."""
    monkeypatch.setattr(claims, "RENEWED_EVERY", 0.0)
    due: list[int] = []

    def pages(shelf: Shelf, since: Json) -> Iterator[Page[str]]:
        Source.objects.update(next_sync_at=timezone.now())  # as if minutes had passed
        shelf.beat()
        due.append(Source.objects.due(timezone.now()).count())
        yield Page(["a"], 1)

    stream: engine.Stream[Any, Any] = engine.Stream("projects", pages=pages, store=store)
    assert run(source, Shelf([]), stream).outcome == "done"
    assert due == [0]


# ── turns ────────────────────────────────────────────────────────────────────


@pytest.fixture
def other(source: Source) -> Source:
    """Due for a minute already: no worker is free."""
    long_ago = timezone.now() - timedelta(minutes=1)
    return Source.objects.create(slug="b", name="B", kind="neptune-archive", next_sync_at=long_ago)


def test_a_long_reading_makes_room_when_others_wait_and_goes_on_after_them(
    source: Source, other: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "TURN", timedelta(0))
    names = [f"run {number}" for number in range(20)]
    sync = run(source, Shelf(names))
    assert (sync.outcome, sync.inserted) == ("parked", 2)
    assert "others were waiting" in sync.error
    assert [one.slug for one in Source.objects.due(timezone.now())] == ["b", "lab"]
    turns = 1
    while run(source, Shelf(names)).outcome == "parked":
        turns += 1
    assert (turns, TrackerProject.objects.count()) == (9, 20), "each turn comes further"


def test_a_long_reading_goes_on_while_nobody_waits(
    source: Source, other: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "TURN", timedelta(0))
    Source.objects.filter(pk=other.pk).update(paused=True)
    assert run(source, Shelf(["a", "b", "c"])).outcome == "done"


def test_a_sync_that_no_worker_took_up_waits_too(
    source: Source, other: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "TURN", timedelta(0))
    queued = engine.claim(other)
    assert queued is not None
    Sync.objects.filter(pk=queued.pk).update(started_at=timezone.now() - timedelta(minutes=1))
    assert run(source, Shelf(["a", "b", "c"])).outcome == "parked"
    assert claims.begin(other, queued)
    assert run(source, Shelf(["a", "b", "c"])).outcome == "done"


def test_a_reading_that_cannot_go_on_from_where_it_is_comes_to_its_end(
    source: Source, other: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list without positions, broken off each time, would never be read."""
    monkeypatch.setattr(claims, "TURN", timedelta(0))

    def pages(shelf: Shelf, since: Json) -> Iterator[Page[str]]:
        yield Page(["a"], None)
        yield Page(["b"], None)
        yield Page([], "the end")

    stream: engine.Stream[Any, Any] = engine.Stream("projects", pages=pages, store=store)
    assert run(source, Shelf([]), stream).outcome == "done"
    assert Cursor.objects.get().finished_at


# ── pace, retries, the kind of a trouble ─────────────────────────────────────


def test_a_sync_keeps_how_often_it_had_to_ask_again(source: Source) -> None:
    shelf = Shelf(["a"])
    shelf.retries = 3
    assert run(source, shelf).retries == 3


def test_what_an_earlier_sync_read_is_among_the_records_and_not_in_the_pace(
    source: Source,
) -> None:
    def pages(shelf: Shelf, since: Json) -> Iterator[Page[str]]:
        yield Page(["g", "h"], 1, total=20, done=8)
        yield Page(["i", "j", "k"], 2, total=20, done=11)

    stream: engine.Stream[Any, Any] = engine.Stream("projects", pages=pages, store=store)
    sync = run(source, Shelf([]), stream)
    assert (sync.records, sync.phase_from, sync.total) == (11, 6, 20)
    assert sync.phase_began_at is not None


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Unauthorized("The token is not accepted.", kind="token"), "token"),
        (Unavailable("No such host.", kind="away"), "away"),
        (Spent("5,000 requests are made."), "spent"),
        (Unavailable("Busy.", retry_at=timezone.now(), kind="quota"), "quota"),
    ],
)
def test_a_troubles_kind_is_kept(source: Source, trouble: Exception, kind: str) -> None:
    assert run(source, Shelf(["a"], breaks_at=0, trouble=trouble)).trouble == kind


def test_a_sync_from_what_is_stored_leaves_the_source_due_when_it_was(source: Source) -> None:
    due = timezone.now() + timedelta(minutes=7)
    Source.objects.update(next_sync_at=due)
    source.refresh_from_db()
    sync = engine.claim(source, from_stored=True)
    assert sync is not None
    engine.read(source, sync, lambda: Shelf(["a"]), (STREAM,))
    source.refresh_from_db()
    assert (source.claim, source.next_sync_at) == (None, due)
    assert not Sync.objects.whole().exists()
    assert not Sync.objects.hinted().exists()


def test_cursors_set_back_behind_the_last_page_stay_so(source: Source) -> None:
    """Settings changed after the last page was stored: the sync has nothing more to
    say, above all not that a stream that is to be read anew was read to its end."""

    def pages(shelf: Shelf, since: Json) -> Iterator[Page[str]]:
        yield from shelf.pages(since)
        Source.objects.get(pk=source.pk).read_anew()

    rare = engine.Stream("projects", pages=pages, store=store, every=timedelta(days=1))
    sync = run(source, Shelf(["a", "b"]), rare)
    cursor = Cursor.objects.get(source=source)
    assert (cursor.position, cursor.finished_at) == (None, None)
    assert (sync.outcome, "settings were changed" in sync.error) == ("parked", True)


def list_that_lacks(gaps: Sequence[Gap], **rhythm: Any) -> engine.Stream[Any, Any]:
    return engine.Stream("list", lambda *_: iter([Page([], None, tuple(gaps))]), store, **rhythm)


LACKS = Gap("30 of 30 tasks", f"{UNLISTED}; so they stay as they were")


def held_to_be_listed_no_more() -> Any:
    return Cursor.objects.get(stream="list").unlisted


def test_what_is_listed_no_more_is_known_until_its_list_is_read_again(source: Source) -> None:
    """However many other gaps come before it, and other syncs after it."""
    others = [Gap(f"board {number}", "is hidden") for number in range(engine.GAPS_KEPT + 1)]
    told = run(source, Shelf([]), list_that_lacks([*others, LACKS]))
    assert len(told.gaps) == engine.GAPS_KEPT
    kept = [{"what": LACKS.what, "why": LACKS.why}]
    assert held_to_be_listed_no_more() == kept
    run(source, Shelf([]), list_that_lacks([], every=timedelta(hours=1)))
    assert held_to_be_listed_no_more() == kept, "it rested"
    run(source, Shelf([]), list_that_lacks([]))
    assert held_to_be_listed_no_more() == []


def test_a_list_that_breaks_off_says_nothing_of_what_is_listed_no_more(source: Source) -> None:
    run(source, Shelf([]), list_that_lacks([LACKS]))

    def broken(client: Shelf, since: Json) -> Iterator[Page[str]]:
        yield Page([], None)
        raise Unavailable("The server is away.")

    run(source, Shelf([]), engine.Stream("list", broken, store))
    assert len(held_to_be_listed_no_more()) == 1


@pytest.mark.parametrize("bad", ["\x00", "\ud800"])
def test_a_gap_may_hold_what_postgres_refuses(source: Source, bad: str) -> None:
    def store_with_a_gap(source: Source, names: Sequence[str]) -> Stored:
        gap = Gap(f"plots/{bad}a", f"{UNLISTED}{bad}")
        return store(source, names) + Stored(gaps=(gap,))

    stream: engine.Stream[Any, Any] = engine.Stream("projects", Shelf.pages, store_with_a_gap)
    sync = run(source, Shelf(["a"]), stream)
    plain = {"what": "plots/\ufffda", "why": f"{UNLISTED}\ufffd"}
    assert (sync.outcome, sync.gaps) == ("partial", [plain])
    assert source.cursors.get().unlisted == [plain]


@pytest.mark.parametrize("bad", ["\x00", "\ud800"])
def test_a_position_may_hold_what_postgres_refuses(source: Source, bad: str) -> None:
    def pages(_shelf: Shelf, _since: Json) -> Iterator[Page[str]]:
        yield Page(["a"], {"series": {f"lo{bad}ss": [1, 0.5]}})

    sync = run(source, Shelf([]), engine.Stream("projects", pages, store))
    assert sync.outcome == "done"
    assert source.cursors.get().position == {"series": {"lo\ufffdss": [1, 0.5]}}
