"""On the sample work, end to end: what a person does on a page is in Jira, and comes
back with the next sync as ours."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from portal import tasks
from portal.streams import KINDS
from sources import engine
from sources.models import Source
from sprints.models import Task, Verdict
from sprints.outbox.models import Write
from tests.pages.sample import read_source, served, unpacked


@pytest.fixture
def told(db: None, tmp_path: Path) -> Path:
    cache.clear()
    return tmp_path


def read_again(source: Source) -> None:
    source.refresh_from_db()
    sync = engine.claim(source)
    assert sync is not None
    kind = KINDS[source.kind]
    engine.read(source, sync, lambda: kind.client(source), kind.streams)


def test_a_verdict_and_a_new_hypothesis_reach_jira_and_come_back(
    told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        tasks.send_outbox, "apply_async", lambda args, **_: tasks.send_outbox(*args)
    )
    with served(unpacked(told)) as sources:
        for slug in ("archive", "jira"):
            read_source(sources[slug])
        claim = open_hypothesis()
        person = User.objects.get(username="lea.moreau")
        client = Client()
        client.force_login(person)
        answer = client.post(
            f"/h/id/{claim.pk}/verdict/",
            {"verdict-outcome": "dropped", "verdict-reason": "No time this sprint."},
        )
        assert answer.status_code == 302
        parent = claim.parent
        assert parent is not None
        given = {"do": "hypothesis", "hypothesis-summary": "Larger tiles help small stamps",
                 "hypothesis-direction": "max"}  # fmt: skip
        assert client.post(f"/t/id/{parent.pk}/jira/", given).status_code == 302
        tasks.send_what_is_due()
        assert set(Write.objects.values_list("state", flat=True)) == {"done"}, list(
            Write.objects.values_list("kind", "error")
        )
        made = Write.objects.get(kind="subtask")
        read_again(sources["jira"])
        claim.refresh_from_db()
        assert Task.objects.get(external_id=made.result_id, parent=parent).is_hypothesis
        page = client.get(f"/h/{claim.name}/").content.decode()
        assert "No time this sprint." in page
        assert page.count(">from here<") == 1
        assert Write.objects.count() == 3, "reading it back writes nothing"


def open_hypothesis() -> Task:
    decided = Verdict.objects.values("task")
    held = Task.objects.hypotheses().exclude(pk__in=decided).exclude(parent=None)
    return held.order_by("name")[0]
