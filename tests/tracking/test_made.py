"""What is made of a run's record ahead of the store is what the store would have made."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sources.connectors.base import Attribute, Gap, RunRecord
from sources.models import Document, Source
from sources.store import Stored, digest
from tracking.models import Column, Mention, Metric, Run
from tracking.streams import store
from tracking.streams.made import Ready, made_of, ready

STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def record(name: str = "r1", **more: Any) -> RunRecord:
    attributes = {
        "sys/creation_time": Attribute("datetime", STARTED),
        "sys/tags": Attribute("string_set", ["DOC-7", "ü"]),
        "parameters/lr": Attribute("float", 0.001),
        "parameters/shape": Attribute("string", "(1, 2)"),
        "parameters/none\x00": Attribute("string", "half \ud83d"),
        "best": Attribute("float", float("nan")),
    }
    gaps = (Gap("commit", "was not logged"),)
    return RunRecord("1", name, attributes, gaps=gaps, provenance={"seen": "1+"}, **more)


def test_the_digest_of_a_record_is_the_one_that_stored_rows_have() -> None:
    """A changed one would write every run anew after an upgrade: these were made by an
    older release."""
    told = {
        "sys/creation_time": Attribute("datetime", STARTED),
        "parameters/lr": Attribute("float", 0.001),
        "parameters/n": Attribute("int", 3),
        "sys/tags": Attribute("string_set", ["a", "ü"]),
        "best": Attribute("float", float("nan")),
    }
    gaps = (Gap("commit", "was not logged"),)
    provenance = {"tracker": "mlflow", "seen": "1+"}
    body = made_of(RunRecord("1", "r1", told, gaps=gaps, provenance=provenance)).body
    assert digest(body).hex() == "283820b9dfe53edfa9256ab2772ce116"
    assert digest(body, reading="2").hex() == "4e751189e5d17fcb1aaed7e4c2a9b449"


def test_a_record_that_is_ready_is_the_same_record() -> None:
    one = record(trashed=True, project_name="documents")
    told = ready(one)
    assert isinstance(told, Ready)
    assert {name: getattr(told, name) for name in RunRecord.__slots__} == {
        name: getattr(one, name) for name in RunRecord.__slots__
    }
    assert made_of(told).body == made_of(one).body
    assert isinstance(ready(RunRecord("1", "r2", None)), Ready)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_what_was_made_ahead_is_stored_like_what_was_not(source: Source) -> None:
    records = [record(f"r{n}", trashed=n == 2) for n in range(3)]
    runs = Stored(inserted=4)  # and their project
    assert store(source, [ready(one) for one in records]) == runs
    ahead = tables()
    assert store(source, records) == Stored(unchanged=4)
    assert tables() == ahead
    for model in (Run, Mention, Metric, Column, Document):
        model.objects.all().delete()
    assert store(source, records) == Stored(inserted=3, unchanged=1)
    assert tables() == ahead


def tables() -> list[list[str]]:
    models = (Run, Mention, Metric, Column, Document)
    return [sorted(repr({**row, "id": None}) for row in model.objects.values()) for model in models]
