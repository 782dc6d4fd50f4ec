"""From a delivery to the rows: by id, once, between a sync's pages or alone."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from demo.jira import Practice
from portal import tasks
from portal.readers import jira
from sources import engine
from sources.connectors.base import Json, Page
from sources.http import Limits, session
from sources.models import Cursor, Document, Source, Sync
from sources.webhooks import receiving
from sources.webhooks.models import Hint, Webhook
from sprints.models import Release, Sprint, Task

type Knock = Callable[..., Any]


@pytest.fixture
def knock(webhook: Webhook, django_capture_on_commit_callbacks: Any) -> Knock:
    """`knock(issue=…)` posts a signed delivery, and lets the tasks run."""

    def send(
        identifier: str = "w-1", event: str = "jira:issue_updated", secret: str = "", **parts: Any
    ) -> int:
        body = json.dumps({"webhookEvent": event, "timestamp": 1} | parts).encode()
        made = hmac.new((secret or webhook.secret).encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-Hub-Signature": f"sha256={made}",
            "X-Atlassian-Webhook-Identifier": identifier,
        }
        with django_capture_on_commit_callbacks(execute=True):
            answer = Client().post(
                f"/hooks/{webhook.token}/", body, content_type="application/json", headers=headers
            )
        webhook.refresh_from_db()
        return answer.status_code

    return send


def test_a_change_is_fetched_by_its_id_and_not_taken_from_the_body(
    knock: Knock, practice: Practice, source: Source
) -> None:
    due = source.next_sync_at
    practice.state.edit("DOC-2", by="mia", summary="Train the best model")
    assert knock(issue={"id": "10002", "fields": {"summary": "a lie"}}) == 200
    assert Task.objects.get(name="DOC-2").summary == "Train the best model"
    source.refresh_from_db()
    assert (source.claim, source.next_sync_at) == (None, due), "the whole source is due as before"
    assert source.moved_at
    assert not Hint.objects.waiting().exists()


def test_a_repeated_delivery_asks_for_nothing(knock: Knock, practice: Practice) -> None:
    assert knock(issue={"id": "10002"}) == 200
    asked = sum(practice.requests.values())
    assert knock(issue={"id": "10002"}) == 200
    assert sum(practice.requests.values()) == asked


def test_what_was_deleted_or_restricted_is_hidden_and_shown_again(
    knock: Knock, practice: Practice
) -> None:
    practice.state.restrict("DOC-4", "ben")
    knock("w-1", issue={"id": "10004"})
    assert Task.objects.get(name="DOC-4").removed_at
    practice.state.unrestrict("DOC-4")
    knock("w-2", issue={"id": "10004"})
    assert Task.objects.get(name="DOC-4").removed_at is None
    practice.state.delete("DOC-4")
    knock("w-3", event="jira:issue_deleted", issue={"id": "10004"})
    assert Task.objects.get(name="DOC-4").removed_at


def test_a_list_brings_the_whole_sync_forward(
    knock: Knock, practice: Practice, source: Source
) -> None:
    practice.state.rename_sprint(49, "Sprint 49, longer")
    project = practice.state.project("DOC")
    (version,) = project.versions
    practice.state.projects[project.id] = replace(
        project, versions=(replace(version, name="1.0 at last"),)
    )
    knock("w-1", event="sprint_updated", sprint={"id": 49})
    assert not Release.objects.filter(name="1.0 at last").exists(), "releases rest"
    knock("w-2", event="jira:version_updated", version={"id": version.id})
    assert Release.objects.filter(name="1.0 at last").exists()
    assert Sprint.objects.filter(name="Sprint 49, longer").exists()
    assert [sync.due_after for sync in source.syncs.all()] == [None, None, None]


def test_a_running_sync_reads_hints_between_its_pages(
    knock: Knock, practice: Practice, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else may read beside it; the tasks that wait for its end find nothing left."""
    sync = engine.claim(source)
    assert sync
    practice.state.edit("DOC-2", by="mia", summary="Told of while a sync runs")
    monkeypatch.setattr(tasks.follow_hints, "apply_async", lambda *_, **__: None)
    knock(issue={"id": "10002"})
    assert Hint.objects.waiting().count() == 1
    listening = jira.HINTS.to(replace(jira.ISSUES, pages=one_empty_page))
    source.refresh_from_db()
    engine.read(source, sync, lambda: jira.READER.client(source), [listening])
    assert Task.objects.get(name="DOC-2").summary == "Told of while a sync runs"
    assert not Hint.objects.waiting().exists()


def one_empty_page(_client: object, since: Json) -> Iterator[Page[Any]]:
    yield Page((), since)


def test_hints_wait_while_the_source_is_claimed_and_are_tried_again(
    knock: Knock,
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[tuple[Any, ...]] = []
    engine.claim(source)
    monkeypatch.setattr(
        tasks.follow_hints, "apply_async", lambda words, countdown: sent.append((words, countdown))
    )
    knock(issue={"id": "10002"})
    named = (str(source.pk), False)
    assert sent == [((*named, tasks.FOLLOWED), 0)]
    with django_capture_on_commit_callbacks(execute=True):
        tasks.follow_hints(*sent[0][0])
        assert sent[1:] == [], "nothing is sent before the commit"
    assert sent[1:] == [((*named, tasks.FOLLOWED - 1), 1)]
    assert Hint.objects.waiting().count() == 1
    cache.clear()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.follow_hints(*named, 0)
    assert sent[2:] == [], "it has been tried often enough: the next whole sync reads it"


def test_a_trouble_leaves_the_hint_and_the_cursor_of_the_issues(
    knock: Knock, practice: Practice, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "Limits", partial(Limits, backoff=0.01))
    before = Cursor.objects.get(source=source, stream="issues").position
    practice.faults.add(kind="status", status=500, times=50)
    knock(issue={"id": "10002"})
    last = Sync.objects.newest_first().first()
    assert last
    assert last.due_after
    assert last.outcome == "failed"
    assert Hint.objects.waiting().count() == 1
    assert Cursor.objects.get(source=source, stream="issues").position == before


def test_bad_signatures_are_refused_and_counted_and_a_stranger_finds_nothing(
    knock: Knock, webhook: Webhook
) -> None:
    assert knock(secret="wrong", issue={"id": "10002"}) == 403
    assert (webhook.refused, webhook.accepted) == (1, 0)
    assert "not made with this secret" in webhook.refusal
    assert knock(issue={"id": "10002"}) == 200
    assert (webhook.refused, webhook.accepted) == (1, 1)
    knock(issue={"id": "10002"})
    assert (webhook.accepted, webhook.repeated) == (1, 1)
    assert (
        Client().post("/hooks/none-such/", b"{}", content_type="application/json").status_code
        == 404
    )
    assert Client().get(f"/hooks/{webhook.token}/").status_code == 404


def test_a_body_without_end_is_refused(webhook: Webhook) -> None:
    large = b"x" * (receiving.LARGEST + 1)
    answer = Client().post(f"/hooks/{webhook.token}/", large, content_type="application/json")
    assert answer.status_code == 413
    webhook.refresh_from_db()
    assert webhook.refused == 1


def test_a_renewed_address_closes_the_old_one(webhook: Webhook, source: Source) -> None:
    old = webhook.token
    new = receiving.open_door(source, signed=True)
    assert receiving.door(old) is None
    assert receiving.door(new.token) == new
    assert Webhook.objects.count() == 1


def test_a_paused_source_keeps_its_hints_for_later(knock: Knock, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(paused=True)
    assert knock(issue={"id": "10002"}) == 200
    assert Hint.objects.waiting().count() == 1
    assert source.syncs.count() == 1


def test_a_hinted_sync_makes_no_source_fresh(knock: Knock, source: Source) -> None:
    old = timezone.now() - timedelta(days=1)
    source.syncs.update(finished_at=old, started_at=old)
    knock(issue={"id": "10002"})
    assert Sync.objects.whole().good().get().finished_at == old


# ── only of the projects that are read ───────────────────────────────────────


def test_an_issue_of_a_project_that_was_not_chosen_does_not_come_in(
    knock: Knock, practice: Practice
) -> None:
    foreign = practice.state.create("NEW", "Salaries", by="mia")
    assert knock(issue={"id": str(foreign.id)}) == 200
    assert not Hint.objects.waiting().exists(), "the hint was followed"
    assert not Task.objects.filter(name="NEW-1").exists()
    assert not Document.objects.filter(name="NEW-1").exists()


def test_an_issue_that_moved_into_a_project_that_was_not_chosen_is_hidden_by_its_hint(
    knock: Knock, practice: Practice
) -> None:
    practice.state.move("DOC-4", "NEW", by="mia")
    practice.state.edit("NEW-1", by="mia", summary="Salaries")
    assert knock(issue={"id": "10004"}) == 200
    task = Task.objects.get(external_id="10004")
    assert task.removed_at is not None
    assert task.summary == "A leak", "what it became is not read"
    assert not Document.objects.filter(key=task.key).exists()


def test_such_an_issue_is_hidden_by_a_sweep_and_shown_when_it_comes_back(
    source: Source, practice: Practice, django_capture_on_commit_callbacks: Any
) -> None:
    def read() -> Task:
        practice.state.pass_time(86_400)
        source.cursors.update(finished_at=None)
        source.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.start_sync(source)
        return Task.objects.get(external_id="10004")

    practice.state.move("DOC-4", "NEW", by="mia")
    practice.state.edit("NEW-1", by="mia", summary="Salaries")
    task = read()
    assert (task.removed_at is not None, task.summary) == (True, "A leak")
    practice.state.move("NEW-1", "DOC", by="mia")
    task = read()
    assert (task.removed_at, task.summary) == (None, "Salaries")
