"""Smaller promises of the outbox, each of which was broken once."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sprints import hypotheses
from sprints.outbox import asking, delivery, mending
from sprints.outbox.leaving import forget_person
from sprints.outbox.models import TOLD_AT_MOST, Write
from tests.outbox.desk import BOT, CLAIM, LEA, TASK, Desk, texts
from tests.outbox.kinds import KINDS


@pytest.fixture
def manner() -> str:
    return "dc"


def test_what_people_did_outlives_many_tries(desk: Desk) -> None:
    KINDS["labels"].ask(desk)
    row = desk.write("labels")
    row.tell("changed", by=desk.ben.pk)
    for _ in range(2 * TOLD_AT_MOST):
        row.tell("pending", "Jira is away")
    told = [one["what"] for one in row.told]
    assert len(told) == TOLD_AT_MOST
    assert told[:2] == ["asked", "changed"]


@pytest.mark.parametrize("verb", ["again", "change"])
def test_nobody_hurries_a_write_that_may_be_on_its_way(desk: Desk, verb: str) -> None:
    """It gets its minute to arrive, also when a person presses a button."""
    KINDS["comment"].ask(desk)
    desk.practice.faults.add("lost", method="POST", path="/comment$")
    desk.deliver()
    row = desk.write("comment")
    if verb == "again":
        mending.again(row, by=desk.lead.pk)
    else:
        mending.change(row, {"text": "Better."}, by=desk.lead.pk)
    assert desk.deliver() == 0 or desk.write("comment").state != "done"
    assert desk.write("comment").not_before > timezone.now() + timedelta(seconds=50)


@pytest.mark.parametrize("verb", ["drop", "again", "erase"])
def test_a_write_whose_worker_died_is_for_people_again(desk: Desk, verb: str) -> None:
    """Its source was paused meanwhile, so that no worker takes it up. Should the first
    one only have slept, it sends nothing more."""
    asking.relabel(desk.task, add=["new"], remove=[], by=desk.ben)
    held = delivery.claim(desk.jira)
    assert held is not None
    desk.jira.paused = True
    desk.jira.save()
    lead = Client()
    lead.force_login(desk.lead)
    page = f"/outbox/{held.pk}/"
    assert "Drop</button>" not in lead.get(page).content.decode()
    with pytest.raises(asking.Refused):
        mending.drop(held, by=desk.lead.pk)
    with pytest.raises(asking.Refused):
        forget_person(desk.ben.pk, now_called="Former person 1")
    desk.hurry()
    assert "Drop</button>" in lead.get(page).content.decode()
    if verb == "erase":
        forget_person(desk.ben.pk, now_called="Former person 1")
    else:
        lead.post(f"{page}{verb}/")
    row = desk.write("labels")
    assert row.state == ("pending" if verb == "again" else "dropped")
    assert (row.claim, row.lease_until) == (None, None)
    delivery.deliver(held)
    assert desk.issue(TASK).labels == ()


def test_who_left_writes_no_more(desk: Desk) -> None:
    """Their token is not used: what they asked for is written by the bot."""
    desk.token_of(desk.lead, LEA, "")
    desk.decide()
    desk.lead.is_active = False
    desk.lead.save()
    desk.deliver()
    assert desk.write("comment").account == "Labledger bot"


def test_figures_that_do_not_tell_their_sources_stay_here(desk: Desk) -> None:
    hypotheses.decide(
        desk.claim, outcome="confirmed", reason="Seen.", run=desk.run.pk,
        figures={"metric": "valid/f1", "best": 0.95}, by=desk.lead.pk,
    )  # fmt: skip
    desk.deliver()
    (said,) = texts(note.body for note in desk.issue(CLAIM).comments)
    assert "0.95" not in said
    assert "R-1" not in said
    assert [link.sent["object"]["title"] for link in desk.issue(CLAIM).remote_links] == [
        "DOC-2 in Labledger"
    ]


def test_a_mended_token_lets_all_that_was_refused_go_again(desk: Desk) -> None:
    cache.clear()
    desk.jira.secret = "expired"
    desk.jira.save()
    for number in range(3):
        asking.relabel(desk.task, add=[f"l{number}"], remove=[], by=desk.lead)
    desk.deliver()
    assert {state for _, state in desk.states()} == {"refused"}
    desk.jira.secret = BOT
    desk.jira.save()
    lead, viewer = Client(), Client()
    lead.force_login(desk.lead)
    viewer.force_login(desk.lab.viewer)
    assert viewer.post("/outbox/again/", {"source": "jira"}).status_code == 403
    assert "Send all again" in lead.get("/outbox/?state=refused&source=jira").content.decode()
    lead.post("/outbox/again/", {"source": "jira"})
    desk.deliver()
    assert {state for _, state in desk.states()} == {"done"}
    assert set(Write.objects.latest("pk").told[-2]) == {"at", "by", "what", "words"}


def test_a_comment_that_may_not_be_edited_is_written_anew_when_a_person_says_so(
    desk: Desk,
) -> None:
    desk.token_of(desk.lead, LEA, "")
    desk.decide()
    desk.deliver()
    desk.decide("refuted", "No.", by=desk.ben)
    desk.deliver()
    row = desk.write("comment")
    assert row.state == "refused"
    ben = Client()
    ben.force_login(desk.ben)
    page = ben.get(f"/outbox/{row.pk}/").content.decode()
    assert "As a new comment" in page
    ben.post(f"/outbox/{row.pk}/change/", {"mend-text": "No.", "mend-anew": "on"})
    desk.deliver()
    assert desk.write("comment").state == "done"
    first, second = texts(note.body for note in desk.issue(CLAIM).comments)
    assert "confirmed" in first
    assert "refuted" in second
    desk.decide("inconclusive", run=None, by=desk.ben)
    desk.deliver()
    first, second = texts(note.body for note in desk.issue(CLAIM).comments)
    assert "inconclusive" in second, "from now on that one is kept up to date"


def test_a_comment_is_found_among_hundreds(desk: Desk) -> None:
    for number in range(230):
        desk.practice.state.comment(CLAIM, f"Comment {number}", by="ben")
    KINDS["comment"].ask(desk)
    desk.practice.faults.add("lost", method="POST", path="/comment$")
    desk.deliver()
    for number in range(230):
        desk.practice.state.comment(CLAIM, f"Later {number}", by="ben")
    desk.hurry()
    desk.deliver()
    assert desk.write("comment").state == "done"
    assert sum("Verdict" in text for text in texts(n.body for n in desk.issue().comments)) == 1
