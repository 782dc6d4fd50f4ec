"""The outbox's pages: what they show, who may do what, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sources.models import Source
from sprints.models import Task
from sprints.outbox import asking
from sprints.outbox.models import JiraToken, Write
from tests.outbox.desk import LEA, TASK, Desk
from tests.outbox.kinds import KINDS


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def manner() -> str:
    """The pages are alike for both."""
    return "cloud"


def client_of(person: User) -> Client:
    made = Client()
    made.force_login(person)
    return made


def body(answer: Any) -> str:
    return answer.content.decode()


def refused(desk: Desk) -> Write:
    asking.move(desk.task, "Nowhere", by=desk.lead)
    desk.deliver()
    return desk.write("move")


# ── who sees, who may ────────────────────────────────────────────────────────


def addresses(desk: Desk, write: Write) -> dict[str, list[str]]:
    one = f"/outbox/{write.pk}/"
    return {
        "get": [one, f"/w/{write.mark}/", f"/t/id/{desk.task.pk}/jira/"],
        "post": [
            f"{one}again/", f"{one}change/", f"{one}drop/", f"/t/id/{desk.task.pk}/jira/",
            "/sources/jira/writes/", "/settings/jira/jira/", "/settings/jira/jira/test/",
            "/settings/jira/jira/forget/",
        ],
    }  # fmt: skip


def test_a_stranger_finds_nothing(desk: Desk) -> None:
    """Though they may do all that an administrator may."""
    write, person = refused(desk), desk.lab.stranger
    person.user_permissions.set(Permission.objects.all())
    stranger = client_of(person)
    for method, urls in addresses(desk, write).items():
        for url in urls:
            assert getattr(stranger, method)(url).status_code == 404, url
    page = body(stranger.get("/outbox/"))
    assert "Nowhere" not in page
    assert "There is nothing to write to." in page
    assert "Jira</h2>" not in body(stranger.get("/settings/jira/"))


def test_a_viewer_sees_all_and_may_do_nothing(desk: Desk) -> None:
    write, viewer = refused(desk), client_of(desk.lab.viewer)
    urls = addresses(desk, write)
    for url in [*urls["post"][:5]]:
        assert viewer.post(url, {"mode": "off", "do": "runs"}).status_code == 403, url
    page = body(viewer.get(f"/outbox/{write.pk}/"))
    assert "Sending to Jira needs the role contributor or lead." in page
    assert "<textarea" not in page
    assert "Sending to Jira needs the role contributor or lead." in body(
        viewer.get(f"/t/id/{desk.task.pk}/jira/")
    )
    assert "Only an administrator decides what is written." in body(viewer.get("/outbox/"))
    write.refresh_from_db()
    assert write.state == "refused"


def test_who_does_not_see_a_runs_source_does_not_read_what_was_said_of_it(desk: Desk) -> None:
    desk.decide(reason="A secret figure.")
    desk.lab.tracker.viewers.clear()
    write = desk.write("comment")
    page = body(client_of(desk.lab.viewer).get(f"/outbox/{write.pk}/"))
    assert "tells of a source that you do not see" in page
    assert "A secret figure." not in page
    assert "0.95" not in page
    assert "R-1" not in body(client_of(desk.lab.viewer).get("/outbox/"))
    changed = client_of(desk.lead).post(f"/outbox/{write.pk}/change/", {"mend-text": "x"})
    assert changed.status_code == 404


# ── the queue ────────────────────────────────────────────────────────────────


def test_the_queue_shows_each_state_and_filters_by_it(desk: Desk) -> None:
    reader = client_of(desk.lead)
    assert "Nothing was written yet." in body(reader.get("/outbox/"))
    refused(desk)
    KINDS["labels"].ask(desk)
    page = body(reader.get("/outbox/"))
    assert "No transition leads from To Do to Nowhere" in page
    assert "labels +new" in page
    assert "labels +new" not in body(reader.get("/outbox/?state=refused"))
    assert "No write is as asked." in body(reader.get("/outbox/?state=done&source=jira"))


@pytest.mark.parametrize("rows", [1, 60])
def test_the_queue_costs_the_same_however_long(
    desk: Desk, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        asking.relabel(desk.task, add=[f"l{number}"], remove=[], by=desk.lead)
    reader = client_of(desk.lead)
    reader.get("/outbox/")
    with django_assert_num_queries(10):
        page = body(reader.get("/outbox/"))
    assert page.count("labels +l") == min(rows, 50)


def test_pages_by_key_show_every_write_once(desk: Desk) -> None:
    for number in range(120):
        asking.relabel(desk.task, add=[f"l{number}"], remove=[], by=desk.lead)
    reader, url, seen = client_of(desk.lead), "/outbox/", []
    pages = [reader.get(url).context["page"]]
    while pages[-1].older_url:
        pages.append(reader.get(pages[-1].older_url).context["page"])
    seen = [row.line.write.pk for page in pages for row in page.rows]
    assert len(seen) == len(set(seen)) == 120
    back = reader.get(pages[-1].newer_url).context["page"]
    assert [row.line.write.pk for row in back.rows] == seen[50:100]
    top = reader.get(back.newer_url).context["page"]
    assert [row.line.write.pk for row in top.rows] == seen[:50]
    assert top.newer_url == ""


# ── mending ──────────────────────────────────────────────────────────────────


def test_a_refused_write_is_changed_and_sent(desk: Desk) -> None:
    write, lead = refused(desk), client_of(desk.lead)
    answer = lead.post(f"/outbox/{write.pk}/change/", {"mend-status": "Done"}, follow=True)
    assert "The write to DOC-1 is changed." in body(answer)
    desk.deliver()
    write.refresh_from_db()
    assert write.state == "done"
    told = [(one["what"], one["words"]) for one in write.told]
    assert ("changed", "status: Nowhere → Done") in told
    assert desk.practice.state.statuses[desk.issue(TASK).status].name == "Done"


def test_a_form_with_errors_changes_nothing(desk: Desk) -> None:
    write, lead = refused(desk), client_of(desk.lead)
    answer = lead.post(f"/outbox/{write.pk}/change/", {"mend-status": " "})
    assert answer.status_code == 422
    write.refresh_from_db()
    assert write.state == "refused"


def test_dropped_is_dropped_and_what_is_done_cannot_be(desk: Desk) -> None:
    write, lead = refused(desk), client_of(desk.lead)
    lead.post(f"/outbox/{write.pk}/drop/")
    desk.hurry()
    assert desk.deliver() == 0
    KINDS["labels"].ask(desk)
    desk.deliver()
    done = desk.write("labels")
    answer = lead.post(f"/outbox/{done.pk}/drop/", follow=True)
    assert "It is done by now" in body(answer)
    assert desk.write("labels").state == "done"


def test_only_who_said_it_changes_a_verdicts_words(desk: Desk) -> None:
    desk.decide()
    write = desk.write("comment")
    other = client_of(desk.ben)
    answer = other.post(f"/outbox/{write.pk}/change/", {"mend-text": "Lea is wrong"}, follow=True)
    assert "Only who said it may change its words" in body(answer)
    write.refresh_from_db()
    assert write.asked["text"] == "Seen."


def test_an_older_verdict_that_is_sent_again_does_not_undo_the_newer(desk: Desk) -> None:
    desk.practice.faults.add("status", method="POST", path="/comment$", status=403)
    desk.decide(reason="First.")
    desk.deliver()
    older = desk.write("comment")
    assert older.state == "refused"
    desk.decide("refuted", "Second.")
    desk.deliver()
    client_of(desk.lead).post(f"/outbox/{older.pk}/again/")
    desk.deliver()
    older.refresh_from_db()
    assert older.state == "dropped"
    (note,) = desk.issue().comments
    assert "Second." in str(note.body)


# ── a task's pages ───────────────────────────────────────────────────────────


def test_the_hypothesis_says_how_its_comment_stands(desk: Desk) -> None:
    reader, url = client_of(desk.lead), f"/h/{desk.claim.name}/"
    desk.decide()
    assert "comment: verdict confirmed<small>pending" in body(reader.get(url))
    desk.deliver()
    assert "comment: verdict confirmed<small>delivered" in body(reader.get(url))
    desk.practice.faults.add("status", method="PUT", path="/comment/", status=403)
    desk.decide("refuted")
    desk.deliver()
    page = body(reader.get(url))
    assert "refused: Practice fault 403. (403)" in page
    assert ">Mend</a>" in page


def test_what_comes_back_with_a_sync_is_known_as_ours(desk: Desk) -> None:
    desk.decide()
    asking.move(desk.claim, "Done", by=desk.lead)
    KINDS["worklog"].ask(desk)
    desk.deliver()
    desk.practice.state.comment(desk.claim.name, "Theirs.", by="ben")
    made = Write.objects.count()
    desk.sync(TASK, int(desk.claim.external_id))
    assert Write.objects.count() == made, "a sync writes nothing"
    page = body(client_of(desk.lead).get(f"/h/{desk.claim.name}/"))
    assert page.count(">from here<") == 1, "the comment of ours, and not theirs"
    assert "moved it from To Do to Done, from here" in page
    spent = body(client_of(desk.lead).get(f"/t/{desk.task.name}/"))
    assert spent.count(">from here<") == 1
    assert "changed the timespent from 0 to 3600, from here" in spent


def test_a_form_on_the_tasks_page_makes_a_hypothesis(desk: Desk) -> None:
    lead, url = client_of(desk.lead), f"/t/id/{desk.task.pk}/jira/"
    assert f"{url}#hypothesis" in body(lead.get(f"/t/{desk.task.name}/"))
    given = {"do": "hypothesis", "hypothesis-summary": "Focal loss helps",
             "hypothesis-metric": "valid/f1", "hypothesis-direction": "max",
             "hypothesis-threshold": "0.93"}  # fmt: skip
    wrong = lead.post(url, given | {"hypothesis-metric": ""})
    assert wrong.status_code == 422
    assert "A threshold needs its metric." in body(wrong)
    assert "on its way to Jira" in body(lead.post(url, given, follow=True))
    desk.deliver()
    write = desk.write("subtask")
    assert write.state == "done"
    assert lead.get(f"/w/{write.mark}/").url == f"/t/id/{desk.task.pk}/"
    desk.sync(int(write.result_id))
    made = desk.task.children.get(external_id=write.result_id)
    assert lead.get(f"/w/{write.mark}/").url == f"/h/id/{made.pk}/"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"do": "move", "move-status": "Done"}, "move"),
        ({"do": "labels", "labels-add": "a, b", "labels-remove": "c"}, "labels"),
        ({"do": "work", "work-spent": "1 h 30 min", "work-text": "Sweep"}, "worklog"),
        ({"do": "runs"}, "link"),
    ],
)
def test_each_form_of_a_task_makes_its_write(desk: Desk, given: dict[str, str], kind: str) -> None:
    desk.practice.state.transition(desk.other.name, "Done", by="ben")
    desk.sync(int(desk.other.external_id))
    url = f"/t/id/{desk.task.pk}/jira/"
    assert client_of(desk.lead).post(url, given).status_code == 302
    assert desk.write(kind).task == desk.task


@pytest.mark.parametrize(
    "given",
    [
        {"do": "work", "work-spent": "soon"},
        {"do": "work", "work-spent": "99999 h"},
        {"do": "labels"},
        {"do": "move", "move-status": "Nowhere"},
        {"do": "task"},
        {"do": "__class__"},
        {},
    ],
)
def test_odd_forms_make_nothing(desk: Desk, given: dict[str, str]) -> None:
    answer = client_of(desk.lead).post(f"/t/id/{desk.task.pk}/jira/", given)
    assert answer.status_code == 422
    assert Write.objects.count() == 0


def test_a_sprints_tasks_are_moved_from_its_page(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    """By who may, where the source is written to; it costs no query a task."""
    sprint = desk.lab.sprint(49, source=desk.jira)
    Task.objects.update(sprint=sprint)
    lead, viewer, url = client_of(desk.lead), client_of(desk.lab.viewer), "/sprints/49/"
    where = f'href="/t/id/{desk.task.pk}/jira/#move"'
    page = body(lead.get(url))
    assert where in page
    assert page.count("#move") == 3, "each task, and the hypothesis"
    assert "#move" not in body(viewer.get(url))
    assert 'id="move"' in body(lead.get(f"/t/id/{desk.task.pk}/jira/"))
    for address in (url, f"/sprints/id/{sprint.pk}/"):
        lead.get(address)
        with CaptureQueriesContext(connection) as all_three:
            lead.get(address)
        Task.objects.filter(pk=desk.other.pk).update(sprint=None)
        with django_assert_num_queries(len(all_three)):
            lead.get(address)
        Task.objects.update(sprint=sprint)
    Source.objects.filter(pk=desk.jira.pk).update(settings=desk.jira.settings | {"writes": "off"})
    assert "#move" not in body(lead.get(url))


@pytest.mark.parametrize("rows", [1, 60])
def test_a_tasks_writes_cost_the_same_however_many(
    desk: Desk, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        asking.relabel(desk.task, add=[f"l{number}"], remove=[], by=desk.lead)
    reader, url = client_of(desk.lead), f"/t/id/{desk.task.pk}/jira/"
    reader.get(url)
    with django_assert_num_queries(11):
        reader.get(url)


# ── the switch ───────────────────────────────────────────────────────────────


def test_an_administrator_switches_writing_and_nothing_is_read_anew(desk: Desk) -> None:
    boss = client_of(desk.lab.person("boss", "administrator"))
    desk.jira.viewers.add(*User.objects.get(username="boss").groups.all())
    before = desk.jira.next_sync_at
    for mode in ("off", "dry", "on", "sideways"):
        boss.post("/sources/jira/writes/", {"mode": mode})
    desk.jira.refresh_from_db()
    assert desk.jira.settings["writes"] == "on"
    assert desk.jira.next_sync_at == before
    assert "/outbox/?source=jira" in body(boss.get("/sources/jira/"))


def test_a_dry_run_shows_the_request_that_is_not_sent(desk: Desk) -> None:
    desk.jira.settings["writes"] = "dry"
    desk.jira.save()
    desk.claim.refresh_from_db()
    desk.decide()
    write = desk.write("comment")
    page = body(client_of(desk.lead).get(f"/outbox/{write.pk}/"))
    assert f"POST /rest/api/3/issue/{desk.claim.external_id}/comment" in page
    assert "Verdict: confirmed" in page
    assert "bots-token" not in page


# ── one's own token ──────────────────────────────────────────────────────────


def test_a_token_is_kept_once_jira_knows_it(desk: Desk) -> None:
    lead, url = client_of(desk.lead), "/settings/jira/jira/"
    wrong = lead.post(url, {"jira-email": "lea@example.org", "jira-secret": "guessed-token"})
    assert wrong.status_code == 422
    assert "does not know this token" in body(wrong)
    assert "guessed-token" not in body(wrong)
    assert JiraToken.objects.count() == 0
    right = lead.post(url, {"jira-email": "lea@example.org", "jira-secret": LEA}, follow=True)
    assert "Jira knows you as Lea Lab." in body(right)
    assert LEA not in body(right)
    token = JiraToken.objects.get()
    assert LEA.encode() not in bytes(token.sealed_secret)
    year = timedelta(days=365)
    cloud = desk.practice.mode == "cloud"
    assert ("at the latest, at a guess" in body(right)) == cloud
    then = timezone.now() - year + timedelta(days=9)
    JiraToken.objects.update(stored_at=then)
    assert ("It ends soon, at a guess" in body(lead.get("/settings/jira/"))) == cloud
    assert "knows you as Lea Lab" in body(lead.post(f"{url}test/", follow=True))
    assert JiraToken.objects.get().stored_at == then, "a test makes it no younger"
    other = client_of(desk.ben)
    assert other.post(f"{url}test/").status_code == 404
    assert other.post(f"{url}forget/").status_code == 404
    lead.post(f"{url}forget/")
    assert JiraToken.objects.count() == 0


def test_marks_of_time_are_shown_in_words(desk: Desk) -> None:
    KINDS["labels"].ask(desk)
    desk.practice.faults.add("status", method="PUT", status=503, times=0)
    desk.deliver()
    row = desk.write("labels")
    assert row.not_before > timezone.now()
    page = body(client_of(desk.lead).get(f"/outbox/{row.pk}/"))
    assert "Tried once; again in" in page
