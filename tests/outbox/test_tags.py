"""Rows of runs' tags: what makes one, what drops one, and who may send it again. No
MLflow is asked; what one answers is tests/connectors_mlflow/test_tagging.py's."""

from importlib import import_module

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from sources import removal
from sprints import links
from sprints.models import Task
from sprints.outbox import delivery, mending
from sprints.outbox.models import Write
from tests.sprints.made import Lab
from tracking.models import Run


class Tags:
    """A lab with an MLflow that may be written to, a run in it, and a task."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.source = self.lab.source("m", "mlflow")
        self.source.settings = {"address": "http://127.0.0.1:9", "writes": "on"}
        self.source.save()
        self.task = self.lab.task("DOC-7")
        self.run = self.lab.run("R-1", source=self.source)

    def tie(self, run: Run | None = None, task: Task | None = None) -> None:
        links.tie(run or self.run, task or self.task, by=self.lab.lead.pk)

    def untie(self) -> None:
        links.untie(self.run, self.task, by=self.lab.lead.pk)

    def ends(self, state: str) -> Write:
        row = Write.objects.latest("pk")
        row.state = state
        row.save()
        return row

    def rows(self) -> list[tuple[str, str]]:
        return list(Write.objects.order_by("pk").values_list("kind", "state"))


@pytest.fixture
def tags(db: None) -> Tags:
    cache.clear()
    return Tags()


def test_a_tag_whose_jira_was_removed_is_dropped_and_holds_up_nobody(tags: Tags) -> None:
    other = tags.lab.task("NEW-1", source=tags.lab.source("second", "jira"))
    tags.tie()
    tags.tie(tags.lab.run("R-2", source=tags.source), other)
    removal.remove(tags.lab.jira)
    found = delivery.claim(tags.source)
    assert found is not None
    assert found.task == other
    gone = Write.objects.order_by("pk")[0]
    assert (gone.state, gone.claim, gone.lease_until) == ("dropped", None, None)
    assert gone.told[-1]["words"] == "its issue is gone"
    assert delivery.claim(tags.source) is None


def test_who_ties_again_behind_a_refused_untag_keeps_the_tag(tags: Tags) -> None:
    tags.tie()
    tags.ends("done")
    tags.untie()
    refused = tags.ends("refused")
    tags.tie()
    assert tags.rows() == [("tag", "done"), ("untag", "refused"), ("tag", "pending")]
    tags.tie()
    assert Write.objects.count() == 3, "one is enough"
    Write.objects.filter(pk=refused.pk).update(state="pending")
    claimed = delivery.claim(tags.source)
    assert claimed == refused
    delivery.deliver(refused if claimed is None else claimed)
    assert tags.rows()[1] == ("untag", "dropped")


def test_what_a_dry_run_took_out_is_taken_out_when_it_counts(tags: Tags) -> None:
    tags.tie()
    tags.ends("done")
    tags.untie()
    tags.ends("dry")
    tags.tie()
    tags.untie()
    assert tags.rows() == [("tag", "done"), ("untag", "dry"), ("untag", "pending")]


def test_a_stale_tag_that_may_have_arrived_is_dropped_all_the_same(tags: Tags) -> None:
    """The newer one reads the tag before it writes it."""
    tags.tie()
    Write.objects.update(sent_at=timezone.now())
    tags.untie()
    claimed = delivery.claim(tags.source)
    assert claimed is not None
    delivery.deliver(claimed)
    assert tags.rows() == [("tag", "dropped"), ("untag", "pending")]


def test_an_older_tag_that_is_sent_again_waits_for_the_one_on_its_way(tags: Tags) -> None:
    """Both read the run's tag and write it anew: side by side one would lose the other's."""
    tags.tie()
    older = tags.ends("refused")
    tags.tie(task=tags.lab.task("DOC-8"))
    newer = delivery.claim(tags.source)
    assert newer is not None
    mending.again(older, by=tags.lab.lead.pk)
    assert delivery.claim(tags.source) is None
    Write.objects.filter(pk=newer.pk).update(lease_until=timezone.now())
    assert delivery.claim(tags.source) == older, "its worker stopped"


def test_who_may_tie_may_send_a_tag_again_and_nothing_to_jira(tags: Tags) -> None:
    person = tags.lab.person("tom", "viewer")
    person.user_permissions.add(Permission.objects.get(codename="add_evidence"))
    tags.tie()
    tag = tags.ends("refused")
    link = Write.objects.create(
        source=tags.lab.jira, task=tags.task, kind="labels", by=tags.lab.lead, state="refused"
    )
    client, viewer = Client(), Client()
    client.force_login(person)
    viewer.force_login(tags.lab.viewer)
    assert "Send again</button>" in client.get(f"/outbox/{tag.pk}/").content.decode()
    page = viewer.get(f"/outbox/{tag.pk}/").content.decode()
    assert "Sending to MLflow needs the role contributor or lead." in page
    for who, row in ((viewer, tag), (client, link)):
        for verb in ("again", "change", "drop"):
            assert who.post(f"/outbox/{row.pk}/{verb}/").status_code == 403, (row, verb)
    client.post("/outbox/again/")
    assert tags.rows() == [("tag", "pending"), ("labels", "refused")]
    client.post(f"/outbox/{tag.pk}/drop/")
    assert tags.rows() == [("tag", "dropped"), ("labels", "refused")]


def test_the_way_back_to_before_there_were_tags_takes_them_away(tags: Tags) -> None:
    tags.tie()
    Write.objects.create(source=tags.lab.jira, task=tags.task, kind="labels", by=tags.lab.lead)
    made = import_module("sprints.migrations.0006_no_index_of_tags").Migration
    with connection.cursor() as cursor:
        for operation in made.operations:
            cursor.execute(operation.sql)
            cursor.execute(operation.reverse_sql)
    assert tags.rows() == [("labels", "pending")]
