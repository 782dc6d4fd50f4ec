"""What only some may read in Jira is not for all who see a source."""

import copy

import pytest
from django.db import transaction

from demo.jira import Practice, State
from sources.connectors.jira.client import JiraClient
from sources.http import Limits
from sources.models import Document, Payload, Source
from sources.store import raw_of
from sprints import streams
from sprints.models import Comment, Task, Worklog
from sprints.streams.restricted import readable
from tests.sprints_streams import made
from tests.sprints_streams.story import STORY, kept

pytestmark = pytest.mark.django_db

AT = "2026-03-03T09:00:00.000+0000"
ROLE = {"type": "role", "value": "Administrators"}


def note(number: str, body: str, **more):
    return {"id": number, "author": made.MIA, "created": AT, "updated": AT, "body": body} | more


def work(number: str, **more):
    said = {"id": number, "author": made.MIA, "started": AT, "created": AT}
    return said | {"timeSpentSeconds": 60, "comment": "salaries"} | more


def store(source, *records):
    with transaction.atomic():
        return streams.store_issues(source, records)


def words(source):
    """All that is kept and shown of it, as one text."""
    shown = Task.objects.filter(removed_at=None).values_list("key", flat=True)
    held = [str(raw_of(one)) for one in Payload.objects.filter(pk__in=shown)]
    found = Document.objects.filter(source=source).values_list("title", "body")
    told = Comment.objects.values_list("text", flat=True)
    logged = Worklog.objects.values_list("text", flat=True)
    return "\n".join([*held, *map(str, found), *told, *logged])


MIXED = {
    "comments": [note("1", "free"), *(note(n, "salaries", visibility=ROLE) for n in "234")],
    "worklogs": [
        work("1", comment="free"),
        work("2", visibility={"type": "group", "value": "managers"}),
    ],
}


def test_notes_for_a_role_or_a_group_are_left_out_with_one_gap_that_counts(source):
    stored = store(source, made.record(**MIXED))
    assert (Comment.objects.get().text, Worklog.objects.get().text) == ("free", "free")
    assert "salaries" not in words(source)
    (gap,) = stored.gaps
    assert (gap.what, "only some may read" in gap.why) == ("3 comments, 1 worklog", True)


def test_the_setting_brings_them_in(source):
    source.settings = {"restricted": True}
    stored = store(source, made.record(**MIXED, security={"id": "1", "name": "Managers"}))
    assert (Comment.objects.count(), Worklog.objects.count(), stored.gaps) == (4, 2, ())
    assert Task.objects.get().removed_at is None


def test_a_comment_that_came_to_be_for_some_is_taken_away(source):
    store(source, made.record(comments=[note("1", "salaries")]))
    store(source, made.record(comments=[note("1", "salaries", visibility=ROLE)]))
    assert Comment.objects.get().removed_at is not None
    assert "salaries" not in Document.objects.get().body


def test_an_internal_comment_of_a_service_desk_stays(source):
    stored = store(source, made.record(comments=[note("1", "free", jsdPublic=False)]))
    assert (Comment.objects.get().text, stored.gaps) == ("free", ())


def test_an_issue_with_a_security_level_is_left_out(source):
    stored = store(source, made.record(summary="salaries", security={"id": "1", "name": "Few"}))
    assert not Task.objects.exists()
    assert not Payload.objects.exists()
    assert [gap.what for gap in stored.gaps] == ["1 issue"]


def test_an_issue_that_gets_a_level_is_hidden_and_shown_when_it_loses_it(source):
    store(source, made.record())
    closed = store(source, made.record(summary="salaries", security={"id": "1", "name": "Few"}))
    task = Task.objects.get()
    assert (closed.removed, task.removed_at is not None, task.summary) == (1, True, "Focal loss")
    assert not Document.objects.exists()
    store(source, made.record(security=None))
    assert Task.objects.get().removed_at is None
    assert Document.objects.get().title == "Focal loss"


def test_a_page_without_any_such_thing_is_as_it_was():
    records = [made.record(comments=[note("1", "free")], worklogs=[work("1")])]
    seen = readable(records, {})
    assert (seen.records, seen.closed, seen.gaps) == (records, [], [])


# ── from a practice Jira ─────────────────────────────────────────────────────


@pytest.fixture(params=["cloud", "dc"])
def guarded(request):
    story = copy.deepcopy(STORY)
    doc = story["issues"][1]
    doc["comments"].append(doc["comments"][0] | {"text": "salaries", "role": "Administrators"})
    doc["worklogs"].append(doc["worklogs"][0] | {"text": "salaries", "role": "Administrators"})
    story["issues"][3] |= {"security": "Managers", "description": "salaries"}
    with Practice(State.of(story), mode=request.param) as running:
        running.state.pass_time(86_400)
        yield running


@pytest.fixture
def reader(guarded):
    email = "m@x.y" if guarded.mode == "cloud" else ""
    limits = Limits(backoff=0.01)
    with JiraClient(guarded.url, email=email, token="t", projects=["DOC"], limits=limits) as made_:
        yield made_


def test_it_is_so_of_what_a_jira_answers(guarded, reader, source: Source):
    stored, since = kept(source, reader.issues(), streams.store_issues)
    assert [gap.what for gap in stored.gaps] == ["1 comment, 1 worklog, 1 issue"]
    assert set(Task.objects.values_list("name", flat=True)) == {"DOC-1", "DOC-2", "DOC-3"}
    assert "salaries" not in words(source)
    guarded.state.edit("DOC-3", by="mia", security="Managers")
    guarded.state.edit("DOC-4", by="mia", security="")
    guarded.state.pass_time(86_400)
    kept(source, reader.issues(since), streams.store_issues)
    shown = Task.objects.filter(removed_at=None).values_list("name", flat=True)
    assert set(shown) == {"DOC-1", "DOC-2", "DOC-4"}


def test_sweeps_leave_such_an_issue_hidden_and_bring_it_back(guarded, reader, source: Source):
    kept(source, reader.issues(), streams.store_issues)
    for _ in range(2):
        stored, _ = kept(source, streams.sweep_pages(reader, source), streams.store_swept)
        assert [gap.what for gap in stored.gaps] == ["1 issue"]
        assert not Task.objects.filter(name="DOC-4").exists()
    guarded.state.edit("DOC-4", by="mia", security="")
    kept(source, streams.sweep_pages(reader, source), streams.store_swept)
    assert Task.objects.get(name="DOC-4").removed_at is None
