"""Each act reaches Jira, once, in words that name who did it."""

from datetime import UTC, datetime

from sources.connectors.jira import richtext
from sprints import links
from sprints.outbox import asking, mending
from sprints.outbox.models import Write
from tests.outbox.desk import CLAIM, LEA, OTHER, TASK, Desk, texts

MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_a_verdict_becomes_a_comment_and_two_links(desk: Desk) -> None:
    desk.decide(reason="Twice [seen], {never} *bold*.\nAnd C:\\new.")
    assert desk.states() == [("comment", "pending"), ("link", "pending"), ("link", "pending")]
    assert desk.deliver() == 3
    assert {state for _, state in desk.states()} == {"done"}
    issue = desk.issue()
    (said,) = texts(note.body for note in issue.comments)
    assert "Verdict: confirmed, by Lea Lab." in said
    assert "valid/f1: best 0.95, threshold ≥ 0.93, 1 run." in said
    assert "Twice [seen], {never} *bold*." in said
    assert [link.sent["object"]["title"] for link in issue.remote_links] == [
        "DOC-2 in Labledger",
        "R-1",
    ]
    row = desk.write("comment")
    assert (row.account, row.through, row.result_id) == (
        "Labledger bot",
        None,
        str(issue.comments[0].id),
    )
    assert f"/w/{row.mark}/" in " ".join(richtext.links(issue.comments[0].body))


def test_another_verdict_edits_the_same_comment(desk: Desk) -> None:
    desk.decide()
    desk.deliver()
    desk.decide("refuted", "No.")
    desk.deliver()
    (note,) = desk.issue().comments
    assert "Verdict: refuted" in texts([note.body])[0]
    assert note.updated > note.created
    assert len(desk.issue().remote_links) == 2


def test_a_verdict_that_was_never_sent_gives_way_to_a_newer_one(desk: Desk) -> None:
    desk.decide()
    desk.decide("refuted")
    desk.deliver()
    assert desk.states()[0] == ("comment", "dropped")
    assert [note.updated == note.created for note in desk.issue().comments] == [True]


def test_a_comment_that_was_deleted_in_jira_is_made_anew(desk: Desk) -> None:
    desk.decide()
    desk.deliver()
    desk.practice.state.delete_comment(CLAIM, desk.issue().comments[0].id)
    desk.decide("refuted")
    desk.deliver()
    (note,) = desk.issue().comments
    assert desk.write("comment").result_id == str(note.id)


def test_a_new_hypothesis_becomes_a_sub_task_whose_claim_is_read_back(desk: Desk) -> None:
    asking.new_hypothesis(
        desk.task, by=desk.lead, summary="Focal loss helps", text="Rare classes.",
        metric="valid/f1", direction="max", threshold=0.93, baseline="DOC-2",
    )  # fmt: skip
    desk.deliver()
    row = desk.write("subtask")
    made = desk.issue(int(row.result_id))
    assert (made.key, made.parent, made.summary) == (row.result_key, TASK, "Focal loss helps")
    assert "hypothesis" in made.labels
    desk.sync(made.id)
    mirrored = desk.task.children.get(external_id=str(made.id))
    assert mirrored.is_hypothesis
    assert mirrored.claimed["metric"] == "valid/f1"
    assert mirrored.claimed["threshold"] == 0.93
    assert mirrored.claimed["baseline"] == "DOC-2"


def test_a_sub_task_type_that_the_project_lacks_is_refused_and_mended(desk: Desk) -> None:
    made = asking.new_hypothesis(desk.task, by=desk.lead, summary="Focal loss helps")
    Write.objects.filter(pk=made.pk).update(asked=made.asked | {"kind": "Task"})
    desk.deliver()
    row = desk.write("subtask")
    assert row.state == "refused"
    assert row.error.startswith("Its project has no sub-task type Task; it has: ")
    mending.change(row, {"kind": "sub-task"}, by=desk.ben.pk)
    desk.deliver()
    row = desk.write("subtask")
    assert (row.state, row.by) == ("done", desk.ben)
    assert "Written by Ben Lab" in texts([desk.issue(int(row.result_id)).description])[0]


def test_a_move_asks_which_transition_leads_there(desk: Desk) -> None:
    asking.move(desk.task, "Done", by=desk.lead)
    desk.deliver()
    assert desk.practice.state.statuses[desk.issue(TASK).status].name == "Done"
    asking.move(desk.task, "done", by=desk.lead)
    desk.deliver()
    assert len(desk.issue(TASK).history) == 1
    assert desk.write("move").told[-1]["words"] == "it was there already"


def test_labels_are_added_and_removed_one_by_one(desk: Desk) -> None:
    desk.practice.state.edit(TASK, by="ben", labels=["old", "theirs"])
    asking.relabel(desk.task, add=["new"], remove=["old"], by=desk.lead)
    desk.deliver()
    assert set(desk.issue(TASK).labels) == {"theirs", "new"}


def test_work_is_logged_in_the_name_of_who_did_it(desk: Desk) -> None:
    asking.log_work(desk.task, seconds=5400, started=MORNING, text="Sweep", by=desk.lead)
    desk.deliver()
    (work,) = desk.issue(TASK).worklogs
    assert (work.seconds, work.started) == (5400, int(MORNING.timestamp() * 1000))
    assert texts([work.body]) == ["Sweep\nBy Lea Lab, in Labledger"]


def test_a_run_that_is_tied_is_linked_and_one_that_is_untied_is_not(desk: Desk) -> None:
    run = desk.lab.run("R-9")
    links.tie(run, desk.claim, by=desk.lead.pk)
    links.tie(run, desk.claim, by=desk.lead.pk)
    desk.deliver()
    assert [link.global_id for link in desk.issue().remote_links] == [f"labledger:run:{run.pk}"]
    links.untie(run, desk.claim, by=desk.lead.pk)
    desk.deliver()
    assert desk.issue().remote_links == ()
    assert desk.states() == [("link", "done"), ("unlink", "done")]


def test_a_person_with_a_token_writes_as_themselves(desk: Desk) -> None:
    desk.token_of(desk.lead, LEA, "lea@example.org")
    desk.decide()
    desk.deliver()
    assert desk.issue().comments[0].by == "lea"
    row = desk.write("comment")
    assert (row.through, row.account) == (desk.lead, "Lea Lab")


def test_nobody_edits_a_comment_as_somebody_else(desk: Desk) -> None:
    """Ben's verdict on a hypothesis whose comment Lea wrote: the bot tries, and Jira
    lets only authors edit. It is refused in Jira's own words."""
    desk.token_of(desk.lead, LEA, "lea@example.org")
    desk.decide()
    desk.deliver()
    desk.decide("refuted", by=desk.ben)
    desk.deliver()
    row = desk.write("comment")
    assert row.state == "refused"
    assert row.error == "You do not have permission to edit this comment. (400)"
    assert "confirmed" in texts([desk.issue().comments[0].body])[0]


def test_nothing_is_made_where_writing_is_off_or_the_person_may_not(desk: Desk) -> None:
    desk.decide(by=desk.lab.viewer)
    desk.jira.settings["writes"] = "off"
    desk.jira.save()
    desk.claim.refresh_from_db()
    desk.decide()
    assert Write.objects.count() == 0


def test_a_dry_run_makes_rows_and_sends_none(desk: Desk) -> None:
    desk.jira.settings["writes"] = "dry"
    desk.jira.save()
    desk.claim.refresh_from_db()
    desk.decide()
    assert {state for _, state in desk.states()} == {"dry"}
    assert desk.deliver() == 0
    assert desk.issue().comments == ()


def test_the_writes_of_an_issue_keep_their_order_and_others_do_not_wait(desk: Desk) -> None:
    desk.practice.faults.add("status", method="PUT", path=f"issue/{TASK}$", status=503, times=0)
    asking.relabel(desk.task, add=["a"], remove=[], by=desk.lead)
    asking.move(desk.task, "Done", by=desk.lead)
    asking.relabel(desk.other, add=["b"], remove=[], by=desk.lead)
    desk.deliver()
    assert desk.states() == [("labels", "pending"), ("move", "pending"), ("labels", "done")]
    assert desk.issue(OTHER).labels == ("b",)
    desk.practice.faults.clear()
    desk.hurry()
    desk.deliver()
    assert {state for _, state in desk.states()} == {"done"}


def test_what_is_refused_does_not_hold_up_the_next(desk: Desk) -> None:
    asking.move(desk.task, "Nowhere", by=desk.lead)
    asking.relabel(desk.task, add=["a"], remove=[], by=desk.lead)
    desk.deliver()
    assert desk.states() == [("move", "refused"), ("labels", "done")]
    assert desk.write("move").error.startswith("No transition leads from To Do to Nowhere;")
