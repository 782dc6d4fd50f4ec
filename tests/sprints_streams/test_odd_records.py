"""Records with odd values in any place: a row or a gap, and the rest is stored."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.models import Document, Source
from sources.store import clean
from sprints import streams
from sprints.models import (
    Board,
    Comment,
    JiraProject,
    Release,
    Sprint,
    Task,
    TaskEvent,
    TaskLink,
    Worklog,
)
from tests.sprints_streams.made import BEN, MIA, POINTS, SPRINT, entry, line, record

pytestmark = pytest.mark.django_db

AT = "2026-03-02T10:00:00Z"
LONG = "\u0416x9" * 33_334
ODD = (
    None, True, 0, -1, 3.5, 10**400, float("inf"), "", "\x00", "\ud800", "a\x00b\udfff", LONG, [],
    [[]], [None], {}, {"id": []}, {"name": {}}, {"": None}, "0001-01-01T00:00:00+14:00", 10**17,
    "9" * 5_000, "../../x", "<script>alert(1)</script>",
)  # fmt: skip
ADF = {"type": "doc", "version": 1, "content": [
    {"type": "paragraph", "content": [{"type": "text", "text": "f1 is 0.91"}]}]}  # fmt: skip


def whole(number: int = 7) -> dict[str, Any]:
    """A record with something of every kind."""
    return record(
        number=str(number),
        name=f"DOC-{number}",
        description=ADF,
        reporter=MIA,
        creator=BEN,
        assignee=MIA,
        priority={"name": "High"},
        fixVersions=[{"name": "1.0"}],
        labels=["hypothesis"],
        duedate="2026-04-01",
        resolutiondate=None,
        parent={"id": "3", "fields": {"issuetype": {"hierarchyLevel": 0}}},
        issuelinks=[
            {"id": f"{number}5", "type": {"outward": "blocks", "inward": "is blocked by"},
             "outwardIssue": {"id": "9"}}
        ],
        changelog=[
            entry("1", "2026-03-02T09:00:00Z",
                  line("status", "To Do", "Done"), line("Key", "OLD-4", f"DOC-{number}")),
            entry("2", "2026-03-03T09:00:00Z",
                  line("Sprint", "", "S", old_id="", new_id="48", id=SPRINT)),
        ],
        comments=[
            {"id": f"{number}21", "created": AT, "author": MIA, "body": ADF},
            {"id": f"{number}22", "created": AT, "author": BEN, "body": "h2. wiki"},
        ],
        worklogs=[
            {"id": f"{number}31", "started": AT, "author": MIA, "timeSpentSeconds": 60,
             "comment": ADF},
            {"id": f"{number}32", "started": AT, "author": BEN, "timeSpentSeconds": 60},
        ],
        **{POINTS: 3, SPRINT: [{"id": 48, "state": "active"}, 49]},
    )  # fmt: skip


def places(value: Any, *above: str | int) -> Iterator[tuple[str | int, ...]]:
    """Every place in it, as the names that lead there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inner:
        yield (*above, name)
        if isinstance(one, dict | list):
            yield from places(one, *above, name)


# What the connector makes itself is not the other side's to mangle.
OURS = {"fields", "names", "url", "epic"}
PLACES = [
    where
    for where in places(whole())
    if where[0] not in OURS
    and where not in {("issue",), ("changelog",), ("comments",), ("worklogs",)}
]


def with_odd(value: Any, where: tuple[str | int, ...], odd: Any) -> None:
    """Put it there; a place that an earlier one took away is none any more."""
    for name in where[:-1]:
        try:
            value = value[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(value, dict) or (
        isinstance(value, list) and isinstance(where[-1], int) and where[-1] < len(value)
    ):
        value[where[-1]] = odd


def new_source() -> Source:
    return Source.objects.create(slug="jira", name="Jira", kind="jira")


SANE = 9_000


def stored(*mangled: dict[str, Any]) -> None:
    """Each odd one is a row or a gap, whole or in parts; the sane one is stored whole."""
    source = new_source()
    records = [*mangled, whole(SANE)]
    told = streams.store_issues(source, records)
    assert Task.objects.filter(external_id=str(SANE), removed_at=None).exists()
    assert Document.objects.filter(name=f"DOC-{SANE}").exists()
    assert Comment.objects.filter(external_id=f"{SANE}21").exists()
    gaps = len(told.gaps)
    assert Task.objects.count() + gaps >= len({clean(str(one["issue"]["id"])) for one in records})
    for model, kind in ((Comment, "comments"), (Worklog, "worklogs")):
        notes = [note for one in records if one["issue"]["id"] for note in one[kind]]
        ids = {clean(str(note.get("id"))) for note in notes if isinstance(note, dict)}
        assert model.objects.count() + 2 * gaps >= len(ids), "a lost issue loses its two notes"
    streams.store_issues(source, records)


@pytest.mark.parametrize("where", PLACES, ids=lambda where: ".".join(map(str, where)))
def test_any_odd_value_in_any_place_is_a_row_or_a_gap(where: tuple[str | int, ...]) -> None:
    mangled = [whole(number) for number in range(100, 100 + len(ODD))]
    for one, odd in zip(mangled, ODD, strict=True):
        with_odd(one, where, odd)
    stored(*mangled)


JSON = st.recursive(
    st.sampled_from(ODD) | st.text() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=6))
def test_a_mangled_record_is_a_row_or_a_gap(
    changes: list[tuple[tuple[str | int, ...], Any]],
) -> None:
    mangled = copy.deepcopy(whole())
    for where, odd in changes:
        with_odd(mangled, where, copy.deepcopy(odd))
    with transaction.atomic():
        stored(mangled)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("child", "odd", "what", "left"),
    [
        ("comments", {"id": "721", "author": MIA, "body": ADF}, "comment 721", (Comment, 1)),
        ("comments", {"created": "2026-03-02T10:00:00Z"}, "comment of DOC-7", (Comment, 1)),
        ("comments", [], "comment of DOC-7", (Comment, 1)),
        ("worklogs", {"id": "731"}, "worklog 731", (Worklog, 1)),
        ("worklogs", "?", "worklog of DOC-7", (Worklog, 1)),
        ("changelog", {"id": "1", "created": None}, "change 1 of DOC-7", (TaskEvent, 2)),
        ("changelog", {"id": "1", "created": "2026-03-02T09:00:00Z", "items": [[]]},
         "change 1 of DOC-7", (TaskEvent, 2)),
    ],
)  # fmt: skip
def test_an_odd_child_is_a_gap_that_names_it_and_its_siblings_are_stored(
    child: str, odd: Any, what: str, left: tuple[Any, int]
) -> None:
    mangled = whole()
    mangled[child][0] = odd
    told = streams.store_issues(new_source(), [mangled])
    assert [gap.what for gap in told.gaps] == [what]
    model, count = left
    assert model.objects.count() == count
    assert Task.objects.get().summary == "Focal loss"


def test_what_a_record_has_is_stored_without_a_gap() -> None:
    """The record of these tests is a sane one, or they would prove nothing."""
    assert streams.store_issues(new_source(), [whole()]).gaps == ()
    counts = [one.objects.count() for one in (Comment, Worklog, TaskEvent, TaskLink)]
    assert counts == [2, 2, 4, 1]


LISTS = (
    (streams.store_projects, JiraProject, {"id": "1", "key": "DOC", "name": "D"}),
    (streams.store_boards, Board, {"id": 1, "name": "B", "projects": ["1"]}),
    (streams.store_sprints, Sprint,
     {"id": 1, "name": "S 1", "state": "active", "goal": "g", "originBoardId": 1,
      "board": {"id": 1}, "startDate": "2026-03-02T10:00:00Z"}),
    (streams.store_releases, Release,
     {"id": "1", "name": "1.0", "projectId": 1, "released": True, "releaseDate": "2026-03-02"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("store", "model", "sane"), LISTS, ids=lambda one: getattr(one, "__name__", "")
)
def test_an_odd_row_of_a_list_is_a_row_or_a_gap(
    store: Any, model: Any, sane: dict[str, Any]
) -> None:
    source = new_source()
    for where in places(sane):
        mangled = [copy.deepcopy(sane) | {"id": 100 + number} for number in range(len(ODD))]
        for one, odd in zip(mangled, ODD, strict=True):
            with_odd(one, where, odd)
        with transaction.atomic():
            told = store(source, [*mangled, sane | {"id": 77}])
            different = len({clean(str(one["id"])) for one in mangled}) + 1
            assert model.objects.count() + len(told.gaps) >= different, where
            assert model.objects.filter(external_id="77").exists()
            transaction.set_rollback(True)
