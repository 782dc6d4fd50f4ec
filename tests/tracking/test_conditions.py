"""The filter language against real rows."""

import contextlib
import itertools
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.connectors.base import Attribute, RunRecord
from sources.models import Source, visible_sources
from tests.tracking.making import PROJECT, run, series, store
from tracking.models import Run
from tracking.runs import fields, parameters, table
from tracking.runs.conditions import condition
from tracking.runs.language import COMPARISONS, Misread, parse, written

SEED = 2**60 + 1  # more digits than a float has
DAY = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def lab(source: Source, reader: Any) -> Any:
    """A few runs that differ in everything; the person who sees them."""
    git = {"source_code/git": Attribute("git", {"commit": "3f2b9c1d", "branch": "main"})}
    first = run(
        "DOC-1",
        name="focal loss",
        owner="mia",
        tags=["sprint 49", "DOC-2698", "best"],
        description="with UTF-8",
        creation_time=DAY + timedelta(hours=9, minutes=5),
        running_time=90.0,
        parameters={
            "lr": 3e-4, "batch": 64, "augment": True, "dense": "(64, 128)", "optimizer": "Adam",
            "seed": SEED, "0": "zero", 'a "b" c': 1, "gone": None, "100%": "a_b",
        },
        numbers={"test/f1": 0.91, "grad.max": 7.0},
    )  # fmt: skip
    store(
        source,
        RunRecord(PROJECT, "DOC-1", {**first.attributes, **git}),
        run(
            "DOC-2",
            name="100% \\ plain",
            owner="ben",
            tags=["s48", "doc-2701"],
            creation_time=DAY + timedelta(days=1),
            parameters={
                "lr": "3e-4",
                "batch": "64",
                "augment": "yes",
                "dense": [64],
                "lr2": math.nan,
            },
            numbers={"test/f1": math.nan},
        ),
        run(
            "DOC-3",
            failed=True,
            running_time=30.0,
            parameters={
                "lr": 1,
                "batch": 1.0,
                "augment": False,
                "optimizer": "adamw",
                "dense": "64",
            },
            numbers={"test/f1": math.inf},
        ),
        run("DOC-4", state="Active", name="x'; DROP TABLE tracking_run; --"),
        run("DOC-5", trashed=True, name="old", parameters={"lr": 3e-4}),
    )
    store(
        source,
        series("DOC-1", "valid/f1", [0.5, 0.9, 0.8]),
        series("DOC-3", "valid/f1", [0.4, math.nan]),
        series("DOC-2", "grad", [1.0, 2.0]),
    )
    return reader


def found(person: Any, text: str) -> set[str]:
    """The handles that a filter finds, as numbers; raises what the page would say."""
    page = table.read(person, query=text)
    if page.problem:
        raise Misread(page.problem)
    return {row.handle.removeprefix("DOC-") for row in page.rows}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", "1234"),
        ("focal", "1"),
        ("doc-1", "1"),
        ("'100% \\\\'", "2"),
        ("name ~ FOCAL", "1"),
        ("name ~ '%'", "2"),
        ("name ~ 'l_s'", ""),
        ("name is missing", "3"),
        ("owner = mia", "1"),
        ("owner in (mia, ben)", "12"),
        ("owner != mia", "234"),
        ("owner is not missing", "12"),
        ("state = FAILED", "3"),
        ("state != failed and state != running", "12"),
        ("project ~ documents", "1234"),
        ("source = lab", "1234"),
        ("commit ~ 3F2B", "1"),
        ("commit !~ 3f2b", "234"),
        ("commit = 3f2b9c1d", "1"),
        ("commit != 3f2b9c1d", "234"),
        ("commit is missing", "234"),
        ("duration > 30", "1"),
        ("duration >= 30", "13"),
        ("duration != 30", "124"),
        ("not duration > 30", "234"),
        ("duration is missing", "24"),
        ("partial = no", "1234"),
        ("trashed = yes", "5"),
        ("trashed in (yes, no)", "12345"),
        ("trashed is missing", ""),
        ("name ~ old", ""),
        # what words name
        ("sprint = 49", "1"),
        ("sprint = 'sprint 049'", "1"),
        ("sprint != 49", "234"),
        ("sprint in (48, s49)", "12"),
        ("sprint is missing", "34"),
        ("task = doc-2698", "1"),
        ("task in (DOC-2698, DOC-2701)", "12"),
        ("task != DOC-2698", "234"),
        ("task is missing", "34"),
        ("tag = best", "1"),
        ("tag = Best", ""),
        ("tag ~ SPRINT", "1"),
        ("tag !~ sprint", "234"),
        ("tag is missing", "34"),
        # parameters: as what they are
        ("lr = 3e-4", "12"),
        ("lr = 0.0003", "1"),
        ("lr = '3e-4'", "2"),
        ("lr < 0.5", "1"),
        ("lr >= 1", "3"),
        ("not lr < 0.5", "234"),
        ("lr != 3e-4", "34"),
        ("lr is missing", "4"),
        ("batch = 64", "12"),
        ("batch in (64, 1)", "123"),
        ("batch = '64'", "2"),
        ("batch = 1.0", "3"),
        ("augment = true", "1"),
        ("augment = False", "3"),
        ("augment > 0", ""),
        ("augment = yes", "2"),
        ("optimizer ~ adam", "13"),
        ("optimizer !~ adam", "24"),
        ("optimizer = Adam", "1"),
        (f"seed = {SEED}", "1"),
        (f"seed = {SEED - 1}", ""),
        ("dense = '(64, 128)'", "1"),
        ("dense = '[64, 128]'", "1"),
        ("dense = '[64]'", "2"),
        ("dense = 64", "3"),
        ("dense ~ 128", "1"),
        ("`0` = zero", "1"),
        ("`0` ~ ER", "1"),
        ('`a "b" c` = 1', "1"),
        ('`a "b" c` >= 1', "1"),
        ("`100%` ~ '_'", "1"),
        ("`100%` ~ '%'", ""),
        ("gone = none", "1"),
        ("gone is missing", "234"),
        ("lr2 = nan", "2"),
        ("param:lr = 1", "3"),
        # metrics
        ("valid/f1.max > 0.85", "1"),
        ("valid/f1 = 0.8", "1"),
        ("valid/f1.min <= 0.4", "3"),
        ("valid/f1.last > 0", "1"),
        ("valid/f1 = nan", "3"),
        ("valid/f1 != nan", "124"),
        ("valid/f1 is missing", "24"),
        ("not valid/f1.max > 0.85", "234"),
        ("test/f1 > 0.5", "13"),
        ("test/f1 = inf", "3"),
        ("test/f1 = nan", "2"),
        ("test/f1 in (0.91, nan)", "12"),
        ("metric:grad.max = 2", "2"),
        ("grad.max.last = 7", "1"),
        # joined
        ("lr = 3e-4 and batch = 64 and sprint = 49", "1"),
        ("lr = 1 or sprint = 48", "23"),
        ("not (lr = 1 or sprint = 48)", "14"),
        ("not (owner = mia and not commit ~ 3f)", "1234"),
    ],
)
def test_a_filter_finds(lab: Any, text: str, numbers: str) -> None:
    assert found(lab, text) == set(numbers)


def test_a_common_value_is_found_by_walking_as_by_the_index(
    lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["optimizer = Adam", f"seed = {SEED}", "dense = '[64]'", "dense = 64", "gone = none"]
    texts += ["batch in (64, 65)", "batch != 64", "augment = true", "not optimizer = Adam"]
    by_index = [found(lab, text) for text in texts]
    monkeypatch.setattr(parameters, "is_common", lambda *_: True)
    assert [found(lab, text) for text in texts] == by_index


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("started = soon", "is a time such as"),
        ("started ~ 2026", "is a time"),
        ("started < 9999-12-31", "is a time such as"),
        ("started < 0001-01-01T00:00+14:00x", "is a time such as"),
        ("duration > long", "is a number"),
        ("duration ~ 3", "can be compared"),
        ("duration > nan", "finite"),
        ("lr > big", "is a number"),
        ("lr < inf", "finite"),
        ("valid/f1 ~ 3", "can be compared"),
        ("valid/f1 > none", "is a number"),
        ("owner > mia", "can be compared"),
        ("sprint > 3", "can be compared"),
        ("sprint = best", "is a number"),
        ("tag < 3", "can be compared"),
        ("task ~ DOC", "can be compared"),
        ("trashed = maybe", "yes or no"),
        ("partial > no", "can be compared"),
        ("lrr = 3", "Did you mean lr"),
        ("vaild/f1 > 0", "Did you mean valid/f1"),
        ("param:valid/f1 = 3", "No run has"),
        ("metric:lr = 3", "No run has"),
        ("order by tag", "cannot be put in order"),
    ],
)
def test_a_comparison_that_cannot_be_says_why(lab: Any, text: str, words: str) -> None:
    with pytest.raises(Misread, match=words):
        found(lab, text)


@pytest.mark.parametrize(
    "name", ["started", "lr", "valid/f1", "owner", "`' OR 1=1 --`", "tag", "task", '`"); x`']
)
def test_what_people_type_is_never_a_statement(lab: Any, name: str) -> None:
    attack = "x'; DELETE FROM tracking_run; --"
    for sign in COMPARISONS:
        for text in (f'{name} {sign} "{attack}"', f"{name} order by `{attack}`"):
            page = table.read(lab, query=text)
            assert page.problem or not page.rows or sign.startswith("!")
    assert Run.objects.count() == 5
    assert found(lab, f'name ~ "{attack[:5]}"') == {"4"}


# ── not is the rest ──────────────────────────────────────────────────────────

FIELDS = [
    "name", "run", "state", "owner", "project", "source", "started", "finished", "modified",
    "duration", "commit", "trashed", "partial", "sprint", "task", "tag", "lr", "batch", "augment",
    "dense", "optimizer", "seed", "`0`", '`a "b" c`', "gone", "lr2", "valid/f1", "valid/f1.max",
    "test/f1", "test/f1.min", "grad.max",
]  # fmt: skip
VALUES = ["3e-4", "64", "nan", "true", "49", "DOC-2698", "'(64, 128)'", "2026-11-20"]


def conditions() -> list[str]:
    compared = itertools.product(FIELDS, COMPARISONS, VALUES)
    missing = [f"{name} is {word}missing" for name in FIELDS for word in ("", "not ")]
    return [*(" ".join(one) for one in compared), *missing]


def known_names(person: Any) -> dict[str, fields.Field]:
    asked = (parse(f"{name} is missing").fields() for name in FIELDS)
    return fields.resolve(set().union(*asked), visible_sources(person))


def shared_out(person: Any, text: str, named: dict[str, fields.Field]) -> bool:
    """Whether the filter and its `not` find each run exactly once; Misread if it cannot be."""
    runs = Run.objects.visible_to(person).order_by("handle").values_list("handle", flat=True)
    those, rest = (
        set(runs.filter(condition(parse(one).where, named, table.BY_WORDS)))
        for one in (text, f"not ({text})")
    )
    return those | rest == set(runs) and not those & rest


def test_every_condition_and_its_not_share_out_the_runs(lab: Any) -> None:
    """Each operator on each kind of field: refused in words, or true or false of every run."""
    named, tried = known_names(lab), 0
    for text in conditions():
        with contextlib.suppress(Misread):
            assert shared_out(lab, text, named), text
            tried += 1
    assert tried > 900


LEAVES = st.sampled_from(conditions())
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(lambda one: f"not ({one})")
        | st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})")
    ),
    max_leaves=5,
)


@given(TREES)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_deep_trees_share_out_the_runs_too(lab: Any, text: str) -> None:
    with contextlib.suppress(Misread):
        assert shared_out(lab, text, known_names(lab)), text


# ── times ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # Kathmandu is 5:45 ahead: DOC-1 began at 14:50 there, DOC-2 at 05:45 of the 21st.
        ("started = 2026-11-20", "1"),
        ("started = 2026-11-21", "2"),
        ("started in (2026-11-20, 2026-11-21)", "12"),
        ("started < 2026-11-21", "1"),
        ("started <= 2026-11-21", "12"),
        ("started > 2026-11-20", "2"),
        ("started >= 2026-11-21", "2"),
        ("started != 2026-11-20", "234"),
        ("started = 2026-11-20T14:50", "1"),
        ("started = '2026-11-20 14:50'", "1"),
        ("started = 2026-11-20T09:05Z", "1"),
        ("started = 2026-11-20T09:05:00+00:00", "1"),
        ("started = 2026-11-20T14:51", ""),
        ("started > 2026-11-20T14:49", "1 2"),
        ("started > 2026-11-20T14:50", "2"),
        ("started is missing", "34"),
    ],
)
def test_days_and_minutes_are_the_viewers(lab: Any, text: str, numbers: str) -> None:
    with timezone.override("Asia/Kathmandu"):
        assert found(lab, text) == set(numbers.replace(" ", ""))


def test_how_long_ago(lab: Any) -> None:
    Run.objects.filter(handle="DOC-1").update(started_at=timezone.now() - timedelta(days=3))
    Run.objects.filter(handle="DOC-2").update(started_at=timezone.now() - timedelta(days=30))
    assert found(lab, "started > -7d") == {"1"}
    assert found(lab, "started < -1w") == {"2"}
    assert found(lab, "started > -99999w") == {"1", "2"}


# ── names ────────────────────────────────────────────────────────────────────


def test_an_address_means_its_own_column_whatever_else_is_called_so(
    source: Source, reader: Any
) -> None:
    clashing = dict.fromkeys(("name", "State", "task", "param:x", "a`b", "and", "plain"), 1)
    numbers = {"duration": 1.0, "grad": 2.0, "grad.max": 3.0, "metric:y": 4.0, "plain": 5.0}
    store(source, run("DOC-1", parameters=clashing, numbers=numbers))
    sources = visible_sources(reader)
    columns = [fields.Field("?", "parameter", name) for name in clashing]
    columns += [
        fields.Field("?", "metric", name, figure) for name in numbers for figure in fields.FIGURES
    ]
    for column in columns:
        asked = parse(f"order by {written(column.address)}").order
        assert fields.resolve([asked], sources)[asked].same_as(column), column


def test_names_are_learned_in_one_query(lab: Any, django_assert_num_queries: Any) -> None:
    sources = visible_sources(lab)
    with django_assert_num_queries(1):
        fields.resolve(["lr", "batch", "valid/f1.max", "owner"], sources)
    with django_assert_num_queries(0):
        fields.resolve(["owner", "STARTED"], sources)


def test_names_of_a_hidden_source_are_not_told(lab: Any, source: Source) -> None:
    source.viewers.clear()
    hidden = type(lab).objects.get(pk=lab.pk)
    assert table.read(hidden, query="lr = 3e-4").problem == "No run has “lr”."
    assert fields.suggestions("lr", visible_sources(hidden)) == []
