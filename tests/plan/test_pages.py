"""The plan's pages, asked as a browser asks: who sees what, where addresses lead, what it costs."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.pages.plan import hypothesis
from sprints.models import Comment, Sprint, Task
from tests.sprints.made import DAY, MONDAY, Lab
from tracking.models import Run

F1 = "valid/f1"
CLAIMED = {"metric": F1, "direction": "max", "threshold": 0.93}


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def filled(lab: Lab, size: int = 1) -> tuple[Task, Task]:
    """Sprint 49 with a parent, and hypotheses, runs and loose runs under it."""
    sprint = lab.sprint(49, goal="Reach F1 0.93")
    parent = lab.task("DOC-1", sprint=sprint, points=5)
    base = lab.run("B-0", metrics={F1: (0, 0.88)})
    for number in range(2, size + 2):
        claim = lab.claim(
            f"DOC-{number}", sprint=sprint, parent=parent, claimed=CLAIMED | {"baseline": "B-0"}
        )
        run = lab.run(f"R-{number}", f"DOC-{number}", "sprint 49", metrics={F1: (0, 0.94)})
        figures = {"best": 0.94, "sources": [str(lab.tracker.pk)]}
        lab.verdict(claim, "confirmed", run=run.pk, figures=figures)
        lab.event(claim, "status", MONDAY + DAY, before="To Do", after="Done")
        lab.run(f"L-{number}", "DOC-9999", "sprnt 49", owner="nobody")
    assert base
    return parent, Task.objects.get(name="DOC-2")


def addresses(lab: Lab, parent: Task, claim: Task) -> list[str]:
    assert parent.sprint_id
    return [
        "/sprints/49/", f"/sprints/id/{parent.sprint_id}/", "/t/DOC-1/", f"/t/id/{parent.pk}/",
        "/h/DOC-2/", f"/h/id/{claim.pk}/", f"/h/id/{claim.pk}/curves.json",
    ]  # fmt: skip


# ── who sees what ────────────────────────────────────────────────────────────


def test_a_stranger_gets_404_for_each_thing_and_empty_lists(
    lab: Lab, reader: Client, stranger: Client
) -> None:
    parent, claim = filled(lab)
    for url in addresses(lab, parent, claim):
        text(reader, url)
        assert "DOC-" not in text(stranger, url, 404).replace("jump to DOC-123", "")
    for url in ("/sprints/", "/hypotheses/", "/inbox/"):
        assert re.search(r"DOC-\d\b|Sprint 49|L-2", text(reader, url))
        shown = text(stranger, url).replace("jump to DOC-123", "")
        assert not re.search(r"DOC-|Sprint 49|L-2", shown)


def test_nobody_without_a_login_sees_anything(lab: Lab, client: Client) -> None:
    parent, claim = filled(lab)
    for url in [*addresses(lab, parent, claim), "/sprints/", "/hypotheses/", "/inbox/"]:
        assert client.get(url).url.startswith("/accounts/login/")


def test_what_is_not_there_is_a_404(lab: Lab, reader: Client) -> None:
    filled(lab)
    for url in (
        "/sprints/48/", "/sprints/99999999999999999999/", f"/sprints/id/{uuid4()}/",
        "/t/%00/", "/h/%ED%A0%80/", "/t/DOC-404/", "/h/UTF-8/", f"/t/id/{uuid4()}/",
        f"/h/id/{uuid4()}/curves.json",
    ):  # fmt: skip
        text(reader, url, 404)


def test_a_task_that_is_no_hypothesis_has_no_claims_curves(lab: Lab, reader: Client) -> None:
    text(reader, f"/h/id/{lab.task('DOC-1').pk}/curves.json", 404)


# ── where addresses lead ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/t/OLD-7/", "/t/NEW-7/"),
        ("/t/new-7/", "/t/NEW-7/"),
        ("/h/NEW-7/", "/t/NEW-7/"),
        ("/t/DOC-2/", "/h/DOC-2/"),
        ("/h/OLD-2/?x=time&scale=log", "/h/DOC-2/?x=time&scale=log"),
    ],
)
def test_old_keys_and_wrong_kinds_lead_to_the_address_of_today(
    lab: Lab, reader: Client, asked: str, led: str
) -> None:
    lab.task("NEW-7", was=["OLD-7"])
    lab.claim("DOC-2", was=["OLD-2"])
    answer = reader.get(asked)
    assert (answer.status_code, answer.url) == (302, led)
    text(reader, led)


def test_a_hypothesis_by_id_is_not_a_task(lab: Lab, reader: Client) -> None:
    claim = lab.claim("DOC-2")
    assert reader.get(f"/t/id/{claim.pk}/").url == f"/h/id/{claim.pk}/"


def test_a_key_of_two_sources_is_a_choice(lab: Lab, reader: Client) -> None:
    other = lab.source("other", "jira")
    ours, theirs = lab.task("DOC-1"), lab.claim("DOC-1", source=other, summary="Another")
    page = text(reader, "/t/DOC-1/")
    assert f"/t/id/{ours.pk}/" in page
    assert f"/h/id/{theirs.pk}/" in page
    assert "Summary of DOC-1" in text(reader, f"/t/id/{ours.pk}/")
    other.viewers.clear()
    cache.clear()
    assert "Summary of DOC-1" in text(reader, "/t/DOC-1/")


def test_two_boards_with_one_number_are_a_choice(lab: Lab, reader: Client) -> None:
    ours = lab.sprint(49, board=lab.board("Ours"))
    theirs = lab.sprint(49, board=lab.board("Theirs"), external_id=7)
    page = text(reader, "/sprints/49/")
    assert f"/sprints/id/{ours.pk}/" in page
    assert f"/sprints/id/{theirs.pk}/" in page
    assert "Theirs" in page
    listed = text(reader, "/sprints/")
    assert f"/sprints/id/{theirs.pk}/" in listed


def test_a_sprint_without_a_number_has_an_address(lab: Lab, reader: Client) -> None:
    sprint = lab.sprint(1, name="Hardening")
    Sprint.objects.update(number=None)
    assert f'href="/sprints/id/{sprint.pk}/"' in text(reader, "/sprints/")
    assert "Hardening" in text(reader, f"/sprints/id/{sprint.pk}/")


# ── what they show ───────────────────────────────────────────────────────────


def test_the_sprint_page_tells_where_it_stands(lab: Lab, reader: Client) -> None:
    filled(lab)
    page = text(reader, "/sprints/49/")
    assert "Reach F1 0.93" in page
    assert re.search(r"Hypotheses decided</dt><dd[^>]*>1 <small>of 1", page)
    assert re.search(r"Best valid/f1</dt><dd class=\"good\">0.9400 <small>target met", page)
    assert "f1 ≥ 0.93" in page
    assert "confirmed" in page
    assert page.count('<svg class="broad"') == 1
    assert "Best valid/f1 so far: 0.94" in page
    assert "5 points done" in page  # of the burn-up
    assert "1 of 1 tasks" not in page
    assert "0 of 1 tasks done" in text(reader, "/sprints/49/?count=tasks")


def test_an_empty_sprint_says_what_to_do(lab: Lab, reader: Client) -> None:
    lab.sprint(50, state="future", starts_at=None, ends_at=None)
    page = text(reader, "/sprints/50/")
    assert "No hypothesis in this sprint." in page
    assert "No tasks in this sprint." in page


@pytest.mark.parametrize("url", ["/sprints/", "/hypotheses/", "/inbox/"])
def test_empty_lists_say_what_to_do(lab: Lab, reader: Client, url: str) -> None:
    assert 'class="blank"' in text(reader, url)


def test_filtered_lists_offer_to_clear_the_filter(lab: Lab, reader: Client) -> None:
    filled(lab)
    Run.objects.filter(handle="L-2").delete()
    assert "Clear filters" in text(reader, "/inbox/?names=keyed")
    assert "Clear filters" in text(reader, "/hypotheses/?outcome=refuted")
    assert "Clear filters" not in text(reader, "/hypotheses/?outcome=confirmed&sprint=49")


def test_the_hypothesis_page_tells_its_evidence_and_verdict(lab: Lab, reader: Client) -> None:
    filled(lab)
    page = text(reader, "/h/DOC-2/")
    assert "Best 0.94, 6.0 pt over the baseline; 1 run; 1 of 1 meet ≥ 0.93." in page
    assert f'by <a class="within" href="/people/{lab.lead.pk}/">Lea Lab</a>, decided by' in page
    assert "seen then: best value 0.9400" in page
    assert "Jira told no history" not in page
    assert "moved it from To Do to Done" in page
    assert "tags=[&quot;DOC-2&quot;, &quot;sprint 49&quot;]" in page


def test_curves_hold_every_run_and_answer_304_while_nothing_changes(
    lab: Lab, reader: Client
) -> None:
    _, claim = filled(lab)
    url = f"/h/id/{claim.pk}/curves.json"
    answer = reader.get(url)
    assert [one["title"] for one in answer.json()["charts"]] == ["f1"]
    series = answer.json()["charts"][0]["series"]
    assert [(one["label"], one["dash"]) for one in series] == [
        ("B-0 baseline validation", True), ("R-2 validation", False),
    ]  # fmt: skip
    again = reader.get(url, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    lab.run("R-9", "DOC-2", metrics={F1: (0, 0.95)}, state="running")
    grown = reader.get(url, headers={"If-None-Match": answer["ETag"]})
    assert grown.status_code == 200
    assert grown.json()["live"] is True


def test_what_people_wrote_elsewhere_cannot_become_markup(lab: Lab, reader: Client) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x>"
    sprint = lab.sprint(49, goal=evil, name=f"Sprint 49 {evil}")
    lab.claim("DOC-2", sprint=sprint, summary=evil, assignee_name=evil, status=evil,
              claimed={"claim": evil, "metric": evil, "threshold": 1})  # fmt: skip
    lab.run("R-1", "DOC-2", evil, name=evil, owner=evil, metrics={evil: (0, 1)})
    lab.run("R-2", evil, name=evil)
    for url in ("/sprints/", "/sprints/49/", "/h/DOC-2/", "/hypotheses/", "/inbox/"):
        page = text(reader, url)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_comments_are_shown_as_their_safe_markup(lab: Lab, reader: Client) -> None:
    task = lab.task("DOC-1", description="<p>Some <strong>words</strong></p>")
    Comment.objects.create(
        **lab.mirrored(lab.jira, "comment"), task=task, author_name="Ada", at=MONDAY,
        html="<p>f1 is <strong>0.91</strong></p>", text="f1 is 0.91",
    )  # fmt: skip
    page = text(reader, "/t/DOC-1/")
    assert "f1 is <strong>0.91</strong>" in page
    assert "Some <strong>words</strong>" in page


def test_the_list_of_hypotheses_is_its_address(lab: Lab, reader: Client) -> None:
    filled(lab, 3)
    page = text(reader, "/hypotheses/?outcome=confirmed&sprint=49")
    assert re.search(r'<option value="49" selected>', page)
    assert 'href="/hypotheses/?sprint=49"' in page  # the tab "All" keeps the sprint
    assert page.count('class="key"') == 3


def test_a_place_that_is_not_ours_begins_at_the_top(lab: Lab, reader: Client) -> None:
    filled(lab)
    text(reader, "/hypotheses/?owner=%00&sprint=%00&outcome=%00")
    for url in ("/hypotheses/?at=nonsense", "/inbox/?at=%00&names=%FF"):
        assert "DOC-" in text(reader, url)


def test_a_sweep_of_hundreds_is_told_whole_and_listed_in_part(
    lab: Lab, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hypothesis, "MOST_RUNS", 20)
    claim = lab.claim("DOC-2", claimed=CLAIMED)
    best = lab.run("BEST", "DOC-2", metrics={F1: (0, 0.99)})
    for number in range(hypothesis.MOST_RUNS + 4):
        lab.run(f"R-{number}", "DOC-2", metrics={F1: (0, 0.5)})
    page = text(reader, "/h/DOC-2/")
    assert "25 runs, spread 49.0 pt" in page
    assert page.count("✕ misses") == hypothesis.MOST_RUNS
    assert f"/runs/{best.pk}/" in page
    assert "older runs are counted above" in page
    assert claim.name in page


# ── what they cost ───────────────────────────────────────────────────────────

PAGES = ("/sprints/", "/sprints/49/", "/t/DOC-1/", "/h/DOC-2/", "/hypotheses/", "/inbox/")


def test_a_page_costs_the_same_with_1_and_with_60_rows(lab: Lab, reader: Client) -> None:
    filled(lab)
    grow(lab, 100)
    for url in PAGES:  # the first request of a session, or of a page, may cost one more
        text(reader, url)
    few = {url: queries(reader, url) for url in PAGES}
    for number in range(101, 160):
        grow(lab, number)
    for url in PAGES:  # a full page does not look for rows without a time
        assert queries(reader, url) <= few[url] < 60, url


def grow(lab: Lab, number: int) -> None:
    """One more of everything."""
    parent, claim = Task.objects.get(name="DOC-1"), Task.objects.get(name="DOC-2")
    lab.sprint(number)
    more = lab.claim(
        f"DOC-{number}", parent=parent, assignee_name=f"P{number}", sprint=claim.sprint,
        claimed=CLAIMED | {"baseline": "B-0"},
    )  # fmt: skip
    lab.verdict(more, "refuted")
    lab.event(more, "points", MONDAY, after="3")
    lab.run(f"R-{number}", "DOC-1", "DOC-2", f"DOC-{number}", metrics={F1: (0, 0.9)})
    lab.run(f"L-{number}", "DOC-9999", f"sprint {number}")


def queries(client: Client, url: str) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        text(client, url)
    return len(asked)
