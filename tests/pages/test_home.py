"""The first page: what changed, what is mine, how fresh it is."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.pages.home import reading
from sources.models import Source
from sprints.models import Sprint
from tests.pages.asking import same_cost, seen
from tests.sprints.made import Lab

HOUR = timedelta(hours=1)


def fill(lab: Lab, tasks: int = 1, *, start: int = 1) -> None:
    sprint = lab.sprint(49, goal="Reach F1 0.93", external_id=f"s{start}")
    now = timezone.now()
    for number in range(start, start + tasks):
        task = lab.task(f"DOC-{number}", sprint=sprint, assignee_name="Vera Lab", updated_at=now)
        lab.event(task, "status", now - HOUR, before="To Do", after="Done", author_name="Mia")
        claim = lab.claim(f"HYP-{number}", sprint=sprint, parent=task)
        lab.claim(f"OPEN-{number}", sprint=sprint, parent=task)
        lab.verdict(claim, "refuted", at=now - 2 * HOUR)
        lab.run(f"R-{number}", f"HYP-{number}", started_at=now - 3 * HOUR, state="running")


def test_home_costs_the_same_for_one_task_and_for_sixty(lab: Lab, reader: Client) -> None:
    fill(lab)
    assert same_cost(reader, lambda: "/", lambda: fill(lab, 59, start=2)) <= 45


def test_home_tells_what_changed_newest_first(lab: Lab, reader: Client) -> None:
    fill(lab)
    page = seen(reader, "/")
    for words in ("Reach F1 0.93", "To Do → Done", "✕ refuted", "run R-1, running", "Mia"):
        assert words in page, words
    assert page.index("To Do → Done") < page.index("refuted") < page.index("run R-1")


def test_mine_are_the_tasks_that_carry_my_name_and_are_not_done(lab: Lab, reader: Client) -> None:
    fill(lab)
    lab.task("DOC-8", assignee_name="Somebody Else")
    lab.task("DOC-9", assignee_name="Vera Lab", category="done")
    mine = seen(reader, "/")
    mine = mine[mine.index("Mine") : mine.index("Open hypotheses")]
    assert "DOC-1" in mine
    assert "DOC-8" not in mine
    assert "DOC-9" not in mine


def test_who_has_no_name_here_is_told_what_to_do(lab: Lab, reader: Client) -> None:
    User.objects.filter(username="vera").update(first_name="", last_name="")
    assert "Put your name" in seen(reader, "/")


def test_old_changes_are_not_told(lab: Lab, reader: Client) -> None:
    task = lab.task("DOC-1")
    lab.event(task, "status", timezone.now() - timedelta(days=8), before="A", after="B")
    assert "Nothing changed in the last seven days." in seen(reader, "/")


def test_a_stranger_learns_nothing(lab: Lab, stranger: Client) -> None:
    fill(lab)
    page = seen(stranger, "/")
    assert "Nothing is read yet" in page
    for words in ("DOC-1", "R-1", "Sprint 49", "Jira"):
        assert words not in page.replace("Add your Jira", "")


def test_what_one_does_not_see_takes_no_place_of_what_one_sees(lab: Lab, reader: Client) -> None:
    """The list is cut after it is known who sees what, never before."""
    hidden, now = lab.source("hidden", "jira"), timezone.now()
    hidden.viewers.clear()
    seen_task, seen_claim = lab.task("DOC-1"), lab.claim("DOC-2", summary="It helps")
    lab.event(seen_task, "status", now - 2 * HOUR, before="To Do", after="Done")
    lab.verdict(seen_claim, "refuted", at=now - 2 * HOUR)
    for number in range(2 * reading.CHANGES):
        for away in (
            lab.claim(f"HID-{number}", source=hidden),
            lab.claim(f"GONE-{number}", removed_at=now),
        ):
            lab.event(away, "status", now - HOUR, before="To Do", after="Done")
            lab.verdict(away, "confirmed", at=now - HOUR)
    page = seen(reader, "/")
    assert "To Do → Done: Summary of DOC-1" in page
    assert "✕ refuted" in page
    assert "HID-" not in page
    assert "GONE-" not in page


def test_an_empty_portal_says_how_to_begin(db: None, reader: Client) -> None:
    Source.objects.all().delete()
    assert "Nothing is read yet" in seen(reader, "/")


def test_nobody_without_a_login_is_at_home(db: None, client: Client) -> None:
    assert client.get("/").url.startswith("/accounts/login/")


def test_what_is_only_counted_is_not_read_whole(lab: Lab) -> None:
    fill(lab, 3)
    sprints = [Sprint.objects.get()]
    with CaptureQueriesContext(connection) as asked:
        (line,) = reading._active(lab.viewer, sprints, timezone.now())
    assert (line.progress.tasks, line.progress.hypotheses, line.progress.decided) == (3, 6, 3)
    assert len(asked) == 3  # sources, tasks, verdicts
    assert not [one["sql"] for one in asked if '"description"' in one["sql"]]
