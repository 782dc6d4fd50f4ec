"""Keyset pages: every run once, whatever the order; tokens of others; default columns."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing

from sources.models import Source
from tests.tracking.making import NOON, run, series, store
from tracking.runs import defaults, keyset, table

LONG, SIZE = 23, 5


@pytest.fixture
def many(source: Source, reader: Any) -> Any:
    """Runs with ties and nulls in every column, and odd values in some."""
    odd = [None, True, "text", "3", [1, 2], {"t": "2026-01-01"}, 2**60 + 1, -0.5, "NaN", math.inf]
    records = []
    for number in range(LONG):
        own: dict[str, Any] = {"name": ["", "b", "a", "ß"][number % 4]}
        if number % 3:
            own["creation_time"] = NOON + timedelta(hours=number // 5)
            own["running_time"] = float(number // 6)
        parameters = {"lr": [1e-3, 0.1, 0.1][number % 3], "odd": odd[number % len(odd)]}
        parameters["started_at"] = -number
        if number % 4 == 0:
            del parameters["lr"]
        numbers = {"f1": [0.5, 0.5, math.nan, math.inf, -math.inf][number % 5]}
        own["tags"] = ["best", "sprint 7"] if number % 2 else ["sprint 7"]
        records.append(run(f"DOC-{number}", parameters=parameters, numbers=numbers, **own))
    store(source, *records)
    return reader


def walk(person: Any, query: str, *, back: bool = False, start: str = "") -> list[str]:
    found, place, pages = [], start, 0
    while pages == 0 or place:
        page = table.read(person, query=query, place=place, size=SIZE)
        assert not page.problem
        handles = [row.handle for row in page.rows]
        found = [*handles, *found] if back else [*found, *handles]
        place, pages = page.newer if back else page.older, pages + 1
        assert pages < 20, "the pages go round in a circle"
    return found


def last_page(person: Any, query: str) -> table.Table:
    page = table.read(person, query=query, size=SIZE)
    while page.older:
        page = table.read(person, query=query, place=page.older, size=SIZE)
    return page


ORDERS = ["", "started", "finished", "duration", "name", "owner", "project", "source", "commit",
          "trashed", "partial", "state", "lr", "odd", "f1", "f1.max", "run"]  # fmt: skip


@pytest.mark.parametrize("way", ["asc", "desc"])
@pytest.mark.parametrize("order", ORDERS)
def test_every_run_is_on_one_page_forwards_and_backwards(many: Any, order: str, way: str) -> None:
    query = f"order by {order} {way}" if order else ""
    forwards = walk(many, query)
    whole = table.read(many, query=query, size=LONG + 1)
    assert forwards == [row.handle for row in whole.rows]
    assert len(set(forwards)) == len(forwards)
    assert len(forwards) == (LONG if not order.startswith("f1") else LONG - len(range(2, LONG, 5)))
    last = last_page(many, query)
    before = walk(many, query, back=True, start=last.newer)
    assert before + [row.handle for row in last.rows] == forwards


@pytest.mark.parametrize("way", ["", " order by started asc", " order by started_at"])
@pytest.mark.parametrize(
    "query", ["tag = best", "sprint = 7", "tag = best and lr > 0 and sprint = 7"]
)
def test_the_runs_of_a_word_are_walked_in_the_order_of_all(many: Any, query: str, way: str) -> None:
    walked = walk(many, query + way)
    assert walked == walk(many, f"not not ({query}){way}")
    assert walked
    last = last_page(many, query + way)
    before = walk(many, query + way, back=True, start=last.newer)
    assert before + [row.handle for row in last.rows] == walked
    assert last.total == len(walked)


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after(many: Any) -> None:
    first = table.read(many, size=SIZE)
    assert (bool(first.newer), bool(first.older)) == (False, True)
    assert (bool(last_page(many, "").newer), last_page(many, "").older) == (True, "")
    second = table.read(many, place=first.older, size=SIZE)
    again = table.read(many, place=second.newer, size=SIZE)
    assert [row.key for row in again.rows] == [row.key for row in first.rows]
    assert again.newer == ""


def test_a_run_that_arrives_meanwhile_moves_no_page(many: Any, source: Source) -> None:
    first = table.read(many, size=SIZE)
    second = table.read(many, place=first.older, size=SIZE)
    store(source, run("DOC-new", creation_time=NOON + timedelta(days=9)))
    assert table.read(many, size=SIZE).rows[0].handle == "DOC-new"
    again = table.read(many, place=first.older, size=SIZE)
    assert [row.key for row in again.rows] == [row.key for row in second.rows]


def test_numbers_are_in_the_order_of_numbers(many: Any) -> None:
    page = table.read(many, query="order by lr asc", columns=["lr"], size=LONG)
    values = [row.cells[0] for row in page.rows]
    known = [value for value in values if value is not None]
    assert known == sorted(known)
    assert values[len(known) :] == [None] * (LONG - len(known))


@pytest.mark.parametrize(
    "token",
    [
        "x", "", "=", "a:b", "\x00", "ünï", "W251bGxd", "9" * 5000, "null", '["plain",1,"x",true]',
        signing.Signer().sign_object([1, 2, 3, 4]), signing.Signer(salt="a page of ").sign("x"),
    ],
)  # fmt: skip
def test_a_token_that_is_not_ours_begins_at_the_top(many: Any, token: str) -> None:
    top = [row.key for row in table.read(many, size=SIZE).rows]
    assert [row.key for row in table.read(many, place=token, size=SIZE).rows] == top


def test_a_token_of_another_order_begins_at_the_top(many: Any) -> None:
    tokens = {
        order: table.read(many, query=f"order by {order}", size=SIZE).older for order in ORDERS[1:]
    }
    for order in ORDERS[1:]:
        for way in ("asc", "desc"):
            query = f"order by {order} {way}"
            top = [row.key for row in table.read(many, query=query, size=SIZE).rows]
            for other, token in tokens.items():
                page = table.read(many, query=query, place=token, size=SIZE)
                if (other, "desc") != (order, way):
                    assert [row.key for row in page.rows] == top, (order, way, other)


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("", "COUNTED"),
        ("partial = no", "COUNTED"),
        ("sprint = 7", "JOINED"),
        ("param:started_at <= 0", "READ"),
        ("sprint = 7 and param:started_at <= 0", "READ"),
    ],
)
def test_runs_are_counted_as_far_as_counting_them_is_cheap(
    many: Any, monkeypatch: pytest.MonkeyPatch, query: str, limit: str
) -> None:
    for most, total in [(LONG, LONG), (LONG - 1, None)]:
        monkeypatch.setattr(table, limit, most)
        page = table.read(many, query=query, size=SIZE)
        assert (len(page.rows), page.total, page.counted) == (SIZE, total, most)


def test_a_changed_token_is_not_ours() -> None:
    place = keyset.Place(1.5, Source().pk)
    token = keyset.encode(place, "a")
    assert keyset.decode(token, "a") == place
    assert keyset.decode(token, "b") is None
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        assert keyset.decode(token[:at] + other + token[at + 1 :], "a") is None


@pytest.mark.parametrize("runs", [1, 60])
def test_a_page_costs_the_same_for_one_run_and_for_sixty(
    source: Source, reader: Any, runs: int, django_assert_num_queries: Any
) -> None:
    store(
        source,
        *(run(f"DOC-{n}", parameters={"lr": n}, tags=["DOC-1"]) for n in range(runs)),
        *(series(f"DOC-{n}", "valid/f1", [0.1, n / 100]) for n in range(runs)),
    )
    columns = ["lr", "valid/f1.max", "source", "project", "task", "tag", "started", "commit"]
    with django_assert_num_queries(7):  # sources, names, keys twice, rows, metrics, mentions
        page = table.read(reader, columns=columns)
    assert len(page.rows) == runs
    assert page.rows[0].cells[2:6] == ["lab", "acme/documents", "DOC-1", "DOC-1"]


# ── columns ──────────────────────────────────────────────────────────────────


def test_default_columns_are_three_metrics_and_what_differs(source: Source, reader: Any) -> None:
    for number in range(3):
        handle = f"DOC-{number}"
        parameters = {"lr": number, "same": 1, "only": 2} if number else {"lr": number, "same": 1}
        store(source, run(handle, parameters=parameters, numbers={"test/auc": 0.5}))
        for name in (
            "train/loss",
            "valid/loss",
            "train/f1",
            "valid/f1",
            "monitoring/cpu",
            "val_acc",
        ):
            store(source, series(handle, name, [0.3, 0.2 + number, 0.25]))
    page = table.read(reader)
    assert page.by_default
    assert [(one.name, one.figure) for one in page.columns] == [
        ("val_acc", "max"), ("valid/f1", "max"), ("valid/loss", "min"), ("lr", ""), ("only", ""),
    ]  # fmt: skip
    by_handle = {row.handle: row.cells for row in page.rows}
    assert by_handle["DOC-2"] == [2.2, 2.2, 0.25, 2, 2]
    assert by_handle["DOC-0"][-1] is None


def test_one_run_has_default_metrics_and_nothing_that_differs(source: Source, reader: Any) -> None:
    store(source, run("DOC-1", parameters={"lr": 1}), series("DOC-1", "loss", [1.0, 0.5]))
    assert [one.name for one in table.read(reader).columns] == ["loss"]


def test_a_column_that_is_another_in_each_run_is_an_identity(source: Source, reader: Any) -> None:
    store(source, *(run(f"DOC-{n}", parameters={"id": n, "lr": n % 2}) for n in range(60)))
    assert [one.name for one in table.read(reader).columns] == ["lr"]


def test_yes_and_one_differ_and_equal_lists_do_not() -> None:
    several = [{"on": True, "n": 1, "sizes": [1, 2]}, {"on": 1, "n": 1, "sizes": [1, 2]}]
    assert [one.name for one in defaults.differing(several)] == ["on"]


def test_the_same_column_twice_is_shown_once(source: Source, reader: Any) -> None:
    store(source, run("DOC-1", parameters={"lr": 1}), series("DOC-1", "f1", [0.1]))
    asked = ["lr", "param:lr", "f1", "f1.last", "metric:f1.last", "started", "Started"]
    assert len(table.read(reader, columns=asked).columns) == 3


def test_too_many_or_unknown_columns_are_refused_in_words(source: Source, reader: Any) -> None:
    store(source, run("DOC-1", parameters={f"p{n}": n for n in range(50)}))
    assert "At most" in table.read(reader, columns=[f"p{n}" for n in range(50)]).problem
    assert "No run has" in table.read(reader, columns=["nothing"]).problem
    assert "NUL" in table.read(reader, columns=["a\x00"]).problem
