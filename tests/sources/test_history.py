"""Thousands of syncs: asked for by index, and forgotten in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import freshness, tasks
from sources import history
from sources.models import Source, Sync
from sources.webhooks.models import Hint

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


def fill(source: Source, number: int, *, outcome: str = "done", ago: timedelta = HOUR) -> None:
    """So many, the newest of them so long ago, each an hour before the next."""
    moments = [NOW - ago - place * HOUR for place in range(number)]
    Sync.objects.bulk_create(
        Sync(source=source, started_at=at, begun_at=at, finished_at=at, outcome=outcome)
        for at in moments
    )


def test_the_newest_two_hundred_and_all_of_thirty_days_are_kept(source: Source) -> None:
    fill(source, 1_000)
    assert history.forget(NOW) == 1_000 - 30 * 24
    assert Sync.objects.earliest("started_at").started_at >= NOW - history.KEPT_FOR
    assert history.forget(NOW) == 0


def test_of_a_source_that_is_seldom_read_two_hundred_are_kept(source: Source) -> None:
    fill(source, 300, ago=timedelta(days=400))
    other = Source.objects.create(slug="o", name="O", kind="jira")
    fill(other, 150, ago=timedelta(days=400))
    tasks.forget_old_syncs()
    assert (source.syncs.count(), other.syncs.count()) == (200, 150)


def test_the_last_good_one_is_kept_however_old(source: Source) -> None:
    fill(source, 5, ago=timedelta(days=90))
    fill(source, 300, outcome="failed", ago=timedelta(days=40))
    assert history.forget(NOW) == 305 - 201
    assert freshness.standings([source], NOW)[0].good_at == NOW - timedelta(days=90)


def test_one_that_is_under_way_is_kept(source: Source) -> None:
    fill(source, 200)
    Sync.objects.create(source=source, started_at=NOW - timedelta(days=60))
    assert history.forget(NOW) == 0


def test_the_standing_of_a_source_is_a_few_steps_along_an_index(source: Source) -> None:
    fill(source, 3_000, outcome="failed")
    fill(source, 3_000, ago=timedelta(days=200))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sources_sync")
    with CaptureQueriesContext(connection) as asked:
        Source.objects.newest_syncs()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "syncs_that_made_fresh" in plan
    assert "syncs_of_a_source" in plan
    assert "Seq Scan on sources_sync" not in plan


@pytest.mark.parametrize("sources", [1, 30])
def test_standings_cost_two_queries(
    source: Source, sources: int, django_assert_num_queries: Any
) -> None:
    more = [Source(slug=f"s{number}", name="S", kind="jira") for number in range(1, sources)]
    held = [source, *Source.objects.bulk_create(more)]
    for one in held:
        fill(one, 3)
    with django_assert_num_queries(2):
        found = freshness.standings(held, NOW)
    assert {one.good_at for one in found} == {NOW - HOUR}


def test_hints_that_were_read_long_ago_go_and_waiting_ones_stay(source: Source) -> None:
    now = timezone.now()
    for name, read in (("old", now - timedelta(days=31)), ("new", now), ("waiting", None)):
        Hint.objects.create(source=source, identifier=name, ids=["1"], read_at=read)
    history.forget(now)
    assert set(Hint.objects.values_list("identifier", flat=True)) == {"new", "waiting"}
