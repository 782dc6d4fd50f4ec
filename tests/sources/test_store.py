"""The bulk store, against a real Postgres."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db.models import Q
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from sources.models import Payload, Source, Word
from sources.store import Stored, append, clean, mirror, packed_json, plain, raw_of, sweep, upsert
from tracking.models import Metric, TrackerProject

pytestmark = pytest.mark.django_db


def name_of(raw: dict[str, Any]) -> dict[str, Any]:
    return {"name": raw["name"]}


def mirrored(source: Source, *names: str) -> Stored:
    records = [(name, {"name": name}) for name in names]
    return mirror(source, TrackerProject, "project", records, name_of).stored


def test_a_second_reading_of_the_same_records_stores_nothing(source: Source) -> None:
    assert mirrored(source, "a", "b") == Stored(inserted=2)
    assert mirrored(source, "a", "b") == Stored(unchanged=2)


def test_only_the_changed_record_is_updated(source: Source) -> None:
    mirrored(source, "a", "b")
    changed = [("a", {"name": "a"}), ("b", {"name": "B"})]
    stored = mirror(source, TrackerProject, "project", changed, name_of)
    assert stored.stored == Stored(updated=1, unchanged=1)
    assert [one.raw["name"] for one in stored.fresh] == ["B"]
    assert set(TrackerProject.objects.values_list("name", flat=True)) == {"a", "B"}


def test_two_sources_may_hold_the_same_name(source: Source) -> None:
    other = Source.objects.create(slug="other", name="Other", kind="neptune-archive")
    mirrored(source, "a")
    assert mirrored(other, "a") == Stored(inserted=1)
    assert TrackerProject.objects.count() == 2


def test_a_table_of_one_column_is_filled_like_any_other(source: Source) -> None:
    assert append(Word, [{"word": "loss"}, {"word": "rate"}]) == 2
    assert set(Word.objects.values_list("word", flat=True)) == {"loss", "rate"}


def test_the_raw_record_is_kept_and_comes_back_whole(source: Source) -> None:
    record = {"name": "a", "deep": {"list": [1, 2.5, None, "ü"]}}
    mirror(source, TrackerProject, "project", [("a", record)], name_of)
    assert raw_of(Payload.objects.get()) == record


def test_a_record_that_cannot_be_understood_is_a_gap_and_the_rest_is_stored(
    source: Source,
) -> None:
    records = [("good", {"name": "good"}), ("bad", {"title": "no name"})]
    kept = mirror(source, TrackerProject, "project", records, name_of)
    assert kept.stored.inserted == 1
    assert [gap.what for gap in kept.stored.gaps] == ["project bad"]
    assert "name" in kept.stored.gaps[0].why


def test_only_what_was_not_there_is_new(source: Source) -> None:
    mirrored(source, "a", "b")
    TrackerProject.objects.filter(name="b").update(removed_at=timezone.now())
    records = [("a", {"name": "A"}), ("b", {"name": "b"}), ("c", {"name": "c"})]
    kept = mirror(source, TrackerProject, "project", records, name_of)
    assert kept.stored == Stored(inserted=1, updated=2)
    assert {one.raw["name"]: one.new for one in kept.fresh} == {"A": False, "b": False, "c": True}


def test_a_name_twice_in_one_page_is_stored_once_and_the_last_counts(source: Source) -> None:
    records = [("a", {"name": "first"}), ("a", {"name": "last"})]
    mirror(source, TrackerProject, "project", records, name_of)
    assert TrackerProject.objects.get().name == "last"


def test_nul_bytes_and_surrogate_halves_do_not_stop_a_page(source: Source) -> None:
    records = [("a", {"name": "nul \x00 and half \ud83d"})]
    mirror(source, TrackerProject, "project", records, name_of)
    assert TrackerProject.objects.get().name == "nul \ufffd and half \ufffd"


@given(st.text(st.characters(codec=None, categories=None), max_size=50))
def test_any_text_is_storable_after_cleaning(text: str) -> None:
    clean(text).encode()
    assert "\x00" not in clean(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
@example(2**63)
@example([float("nan"), None])
@example({"nul": "\x00", "half": "\ud800"})
def test_any_value_becomes_json_that_postgres_takes(value: object) -> None:
    """By the quick way the same bytes as by the slow one: digests are of them."""
    body = packed_json(value)
    assert b"\\u0000" not in body
    assert body == orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS)


def test_rows_without_a_digest_are_compared_by_their_columns(source: Source) -> None:
    row = {"source_id": source.pk, "run_id": source.key("run", "a"), "name": "f1", "last": 0.9}
    row |= {"points": 0}
    keys = ("run_id", "name")
    assert upsert(Metric, [row], on=keys, compare=("last",)) == Stored(inserted=1)
    assert upsert(Metric, [row], on=keys, compare=("last",)) == Stored(unchanged=1)
    better = row | {"last": 0.91}
    assert upsert(Metric, [better], on=keys, compare=("last",)) == Stored(updated=1)
    assert Metric.objects.get().last == 0.91


def test_rows_that_are_not_so_new_as_was_thought_are_merged_like_any(source: Source) -> None:
    row = {"source_id": source.pk, "run_id": source.key("run", "a"), "points": 0}
    keys = ("run_id", "name")
    first, better = row | {"name": "f1", "last": 0.9}, row | {"name": "f1", "last": 0.91}
    other = row | {"name": "loss", "last": 0.1}
    told = {"on": keys, "compare": ("last",), "new": True}
    assert upsert(Metric, [first], **told) == Stored(inserted=1)
    assert upsert(Metric, [other, better], **told) == Stored(inserted=1, updated=1)
    assert upsert(Metric, [other, better], **told) == Stored(unchanged=2)
    assert set(Metric.objects.values_list("name", "last")) == {("f1", 0.91), ("loss", 0.1)}


def old(source: Source) -> None:
    Payload.objects.filter(source=source).update(fetched_at=timezone.now() - timedelta(hours=1))


def test_a_row_that_is_listed_no_more_is_hidden_and_comes_back_when_it_is_read(
    source: Source,
) -> None:
    mirrored(source, "a", "b")
    old(source)
    started = timezone.now()
    assert sweep(source, TrackerProject, ["a"], started_at=started).removed == 1
    assert TrackerProject.objects.get(name="b").removed_at is not None
    assert mirrored(source, "b") == Stored(updated=1)
    assert TrackerProject.objects.get(name="b").removed_at is None


def test_a_row_younger_than_the_listing_is_left_alone(source: Source) -> None:
    started = timezone.now()
    mirrored(source, "a", "b")
    assert sweep(source, TrackerProject, ["a"], started_at=started) == Stored()


@pytest.mark.parametrize(
    ("held", "gone", "believed"),
    [
        (1, 1, False),
        (2, 1, True),
        (2, 2, False),
        (7, 3, True),
        (7, 4, False),
        (40, 20, True),
        (40, 21, False),
        (60, 20, True),
        (60, 21, False),
        (110, 22, True),
        (110, 23, False),
    ],
)
def test_so_many_of_so_many_may_go_in_one_sweep(
    source: Source, held: int, gone: int, believed: bool
) -> None:
    names = [f"p{number}" for number in range(held)]
    mirrored(source, *names)
    old(source)
    stored = sweep(source, TrackerProject, names[gone:], started_at=timezone.now())
    assert stored.removed == (gone if believed else 0)
    assert len(stored.gaps) == (not believed)
    assert TrackerProject.objects.exclude(removed_at=None).count() == stored.removed


def test_a_sweep_of_little_is_judged_by_that_little(source: Source) -> None:
    mirrored(source, *(f"p{number}" for number in range(100)))
    old(source)
    two = Q(name__in=("p1", "p2"))
    everything = [f"p{number}" for number in range(3, 100)]
    stored = sweep(source, TrackerProject, everything, started_at=timezone.now(), within=two)
    assert (stored.removed, stored.gaps[0].what) == (0, "2 of 2 tracker projects")


def test_an_empty_listing_where_nothing_is_held_is_no_gap(source: Source) -> None:
    assert sweep(source, TrackerProject, [], started_at=timezone.now()) == Stored()


def test_losing_most_rows_at_once_is_not_believed(source: Source) -> None:
    mirrored(source, *(f"p{number}" for number in range(30)))
    old(source)
    stored = sweep(source, TrackerProject, [], started_at=timezone.now())
    assert stored.removed == 0
    assert "30 of 30" in stored.gaps[0].what
    assert not TrackerProject.objects.exclude(removed_at=None).exists()


def test_what_a_person_says_has_gone_is_hidden_for_an_hour_however_much(source: Source) -> None:
    mirrored(source, "a", "b", "c")
    old(source)
    source.believe(timezone.now() - timedelta(seconds=1))
    assert sweep(source, TrackerProject, [], started_at=timezone.now()).removed == 0
    source.believe(timezone.now() + timedelta(hours=1))
    assert sweep(source, TrackerProject, [], started_at=timezone.now()) == Stored(removed=3)
