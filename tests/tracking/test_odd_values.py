"""Values of runs that no index, no float or no calendar takes: the run is kept."""

import math
import random
import string
from typing import Any

import pytest

from sources.connectors.base import Attribute, RunRecord
from sources.models import Source
from sources.store import mirror, packed_json
from tests.tracking.making import NOON, PROJECT, run, store
from tracking.models import Metric, Run, TrackerProject


def noise(length: int) -> str:
    """What cannot be made small, as repeated letters can."""
    return "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=length))


def with_one(path: str, one: Attribute, **own: Any) -> RunRecord:
    return RunRecord(PROJECT, "DOC-1", {**run("DOC-1", **own).attributes, path: one})


def test_a_name_without_end_is_cut(source: Source) -> None:
    long = noise(5_000)
    git = Attribute("git", {"commit": "abc", "email": long})
    store(source, with_one("source_code/git", git, owner=long), run("DOC-2"))
    held = Run.objects.get(handle="DOC-1")
    assert (held.owner, held.code["email"]) == (long[:300], long[:300])
    assert held.code["commit"] == "abc"


@pytest.mark.parametrize("where", ["acc", "sys/running_time"])
def test_a_number_that_no_float_holds_keeps_its_run(source: Source, where: str) -> None:
    store(source, with_one(where, Attribute("float", 10**400), name="odd"), run("DOC-2"))
    assert Run.objects.get(handle="DOC-1").seconds is None
    assert not Metric.objects.exists()
    assert Run.objects.count() == 2


@pytest.mark.parametrize("seconds", [math.inf, -math.inf, math.nan, 1e300, 1e12])
def test_a_running_time_without_end_keeps_its_run(source: Source, seconds: float) -> None:
    gaps = store(source, run("DOC-1", running_time=seconds, creation_time=NOON)).gaps
    held = Run.objects.get()
    assert (gaps, held.started_at, held.finished_at) == ((), NOON, None)
    assert held.seconds == (seconds if seconds in {1e300, 1e12} else None)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("name"), "it has no name"),
        (TypeError("'NoneType' object"), "a value in it is of another kind than expected"),
        (AttributeError("'str' object"), "a value in it is of another kind than expected"),
        (OverflowError("int too large"), "a number in it is too large"),
        (RecursionError("maximum"), "it is nested too deep"),
        (ValueError("x" * 5_000), f"a value in it cannot be read ({'x' * 200})"),
        (KeyError("nul \x00, half \ud83d"), "it has no nul \ufffd, half \ufffd"),
        (KeyError("x" * 5_000), f"it has no {'x' * 200}"),
    ],
)
def test_a_record_that_is_not_understood_is_told_in_words(
    source: Source, error: Exception, words: str
) -> None:
    def row(_: Any) -> dict[str, Any]:
        raise error

    (gap,) = mirror(
        source, TrackerProject, "project", [("a", {})], row, json_of=packed_json
    ).stored.gaps
    assert (gap.what, gap.why) == ("project a", f"could not be understood: {words}")
