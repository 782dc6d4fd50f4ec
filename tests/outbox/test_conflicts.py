"""What others did in Jira meanwhile is not undone unasked: the write waits for a person."""

from django.core.cache import cache
from django.test import Client

from sprints.outbox import asking, mending
from tests.outbox.desk import CLAIM, TASK, Desk, texts
from tests.outbox.kinds import KINDS


def status(desk: Desk) -> str:
    return desk.practice.state.statuses[desk.issue(TASK).status].name


def goes_on(desk: Desk, name: str) -> None:
    desk.practice.state.transition(TASK, name, by="ben")


def test_an_issue_that_others_moved_meanwhile_is_not_taken_back(desk: Desk) -> None:
    asking.move(desk.task, "In Progress", by=desk.lead)
    goes_on(desk, "Done")
    desk.deliver()
    row = desk.write("move")
    assert row.state == "conflict"
    assert row.error == (
        "It is now in Done, no longer in To Do. "
        "Send it again to move it to In Progress all the same."
    )
    assert status(desk) == "Done"
    mending.again(row, by=desk.lead.pk)
    goes_on(desk, "To Do")
    desk.deliver()
    assert desk.write("move").error.startswith("It is now in To Do, no longer in Done.")
    mending.again(row, by=desk.lead.pk)
    desk.deliver()
    assert (desk.write("move").state, status(desk)) == ("done", "In Progress")


def test_our_own_moves_are_no_conflict_though_no_sync_told_of_them(desk: Desk) -> None:
    for name in ("In Progress", "Done"):
        asking.move(desk.task, name, by=desk.lead)
        desk.deliver()
    assert desk.states() == [("move", "done"), ("move", "done")]
    assert status(desk) == "Done"


def test_what_somebody_changed_in_our_comment_is_not_written_over(desk: Desk) -> None:
    desk.decide()
    desk.deliver()
    note = desk.issue(CLAIM).comments[0]
    desk.practice.state.edit_comment(CLAIM, note.id, "Better said by hand.")
    desk.decide("refuted", "No.")
    desk.deliver()
    row = desk.write("comment")
    assert row.state == "conflict"
    assert row.error.startswith("Somebody has changed this comment in Jira")
    assert texts([desk.issue(CLAIM).comments[0].body]) == ["Better said by hand."]
    mending.again(row, by=desk.lead.pk)
    desk.deliver()
    assert "Verdict: refuted" in texts([desk.issue(CLAIM).comments[0].body])[0]
    desk.decide("inconclusive")
    desk.deliver()
    assert desk.write("comment").state == "done", "it is as we wrote it"


def test_our_own_edit_whose_answer_was_lost_is_no_conflict(desk: Desk) -> None:
    desk.decide()
    desk.deliver()
    desk.decide("refuted", "No.")
    desk.practice.faults.add("lost", method="PUT", path="/comment/")
    desk.deliver()
    assert desk.write("comment").state == "pending"
    desk.hurry()
    desk.deliver()
    row = desk.write("comment")
    assert (row.state, row.told[-1]["words"]) == ("done", "it was there already")


def test_a_conflict_is_for_a_person_to_look_at(desk: Desk) -> None:
    """It stands among what was refused, is not sent again with all the others, and a
    newer word takes its place."""
    cache.clear()
    lead = Client()
    lead.force_login(desk.lead)
    KINDS["move"].ask(desk)
    goes_on(desk, "In Progress")
    desk.deliver()
    page = lead.get("/outbox/?state=refused").content.decode()
    assert ">conflict<" in page
    assert "It is now in In Progress, no" in page
    assert "Mend" in lead.get(f"/t/id/{desk.task.pk}/").content.decode()
    lead.post("/outbox/again/")
    assert desk.states() == [("move", "conflict")]
    asking.move(desk.task, "Done", by=desk.lead)
    assert desk.states() == [("move", "dropped"), ("move", "pending")]
