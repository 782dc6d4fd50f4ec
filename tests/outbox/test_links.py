"""Links to our pages: after a dry run, in whose words, and what is said of them."""

import pytest
from django.core.cache import cache
from django.test import Client

from sprints import links
from sprints.outbox import asking, mending
from sprints.outbox.models import Write
from tests.outbox.desk import Desk


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def manner() -> str:
    return "dc"


def switch(desk: Desk, mode: str) -> None:
    desk.jira.settings["writes"] = mode
    desk.jira.save()
    desk.claim.refresh_from_db()
    desk.task.refresh_from_db()


def titles(desk: Desk) -> list[str]:
    return [link.sent["object"]["title"] for link in desk.issue().remote_links]


# ── after a dry run ──────────────────────────────────────────────────────────


def test_what_a_dry_run_linked_is_linked_when_it_counts(desk: Desk) -> None:
    switch(desk, "dry")
    desk.decide()
    desk.decide("inconclusive")
    assert desk.states().count(("link", "dry")) == 2, "a dry run, too, lists each once"
    switch(desk, "on")
    desk.decide("refuted")
    desk.deliver()
    assert titles(desk) == ["DOC-2 in Labledger", "R-1"]
    desk.decide("confirmed")
    assert desk.states().count(("link", "done")) == 2
    assert ("link", "pending") not in desk.states()


def test_what_a_dry_run_would_have_linked_is_not_taken_away(desk: Desk) -> None:
    switch(desk, "dry")
    asking.runs_tied([desk.run], desk.claim, by=desk.lead.pk)
    switch(desk, "on")
    links.untie(desk.run, desk.claim, by=desk.lead.pk)
    assert desk.states() == [("link", "dry")]


def test_a_dry_write_is_sent_once_its_source_is_written_to(desk: Desk) -> None:
    switch(desk, "dry")
    asking.relabel(desk.task, add=["new"], remove=[], by=desk.lead)
    row, lead = desk.write("labels"), Client()
    lead.force_login(desk.lead)
    assert "Send again" not in lead.get(f"/outbox/{row.pk}/").content.decode()
    with pytest.raises(asking.Refused, match="dry run"):
        mending.again(row, by=desk.lead.pk)
    switch(desk, "on")
    assert "Send it</button>" in lead.get(f"/outbox/{row.pk}/").content.decode()
    lead.post(f"/outbox/{row.pk}/again/")
    desk.deliver()
    assert desk.states() == [("labels", "done")]


@pytest.mark.parametrize("ends", ["done", "refused", "dry"])
def test_a_link_keeps_the_title_that_a_person_gave_it(desk: Desk, ends: str) -> None:
    """The rest of its words follow the run: another tie, or verdict, is another row then."""
    asking.runs_tied([desk.run], desk.claim, by=desk.lead.pk)
    mending.change(desk.write("link"), {"title": "The one that won", "summary": ""}, by=desk.ben.pk)
    Write.objects.update(state=ends)
    desk.run.owner, desk.run.state = "lea", "failed"
    desk.run.save()
    asking.runs_tied([desk.run], desk.claim, by=desk.lead.pk)
    desk.deliver()
    row = desk.write("link")
    assert (row.state, row.asked["title"], row.asked["summary"]) == ("done", "The one that won", "")
    assert titles(desk) == (["The one that won"] if ends != "done" else [])
    rows = Write.objects.count()
    asking.runs_tied([desk.run], desk.claim, by=desk.lead.pk)
    assert Write.objects.count() == rows, "and asked for once"


def test_the_words_that_nobody_gave_a_link_follow_its_run(desk: Desk) -> None:
    asking.runs_tied([desk.run], desk.claim, by=desk.lead.pk)
    words = {"title": "The one that won", "summary": desk.write("link").asked["summary"]}
    mending.change(desk.write("link"), words, by=desk.ben.pk)
    desk.deliver()
    desk.run.state = "failed"
    desk.run.save()
    asking.runs_tied([desk.run], desk.claim, by=desk.lead.pk)
    row = desk.write("link")
    assert row.state == "pending"
    assert row.asked["title"] == "The one that won"
    assert row.asked["summary"].startswith("failed")


def test_what_is_said_of_links_is_what_becomes_of_them(desk: Desk) -> None:
    lead, url = Client(), f"/t/id/{desk.claim.pk}/jira/"
    lead.force_login(desk.lead)

    def said(verb: str, **given: str) -> str:
        page = lead.post(url, {"do": verb, **given}, follow=True).content.decode()
        return page.partition('class="notice')[2].partition("</div>")[0]

    switch(desk, "dry")
    assert "Links to 1 run and to this page are listed, and not sent: a dry run." in said("runs")
    work = {"work-spent": "1 h", "work-text": "Sweep"}
    assert "It is listed, and not sent: a dry run." in said("work", **work)
    switch(desk, "on")
    assert "Links to 1 run and to this page are on their way to Jira." in said("runs")
    assert "It is on its way to Jira." in said("work", **work)
    desk.deliver()
    assert "Jira has links to 1 run and to this page already." in said("runs")
    assert Write.objects.filter(kind="link", state="done").count() == 2
