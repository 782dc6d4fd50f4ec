"""What people do on the plan's pages, and who may."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sprints import links
from sprints.models import Dismissal, Evidence, Hypothesis, Task, Verdict, Write
from tests.sprints.made import Lab
from tracking.models import Run

F1 = "valid/f1"


def claim_form(**given: Any) -> dict[str, Any]:
    usual = {"claim": "It helps", "metric": F1, "direction": "max", "threshold": "0.93"}
    return {f"claim-{word}": value for word, value in (usual | given).items()}


def verdict_form(outcome: str, run: Any = "", reason: str = "Seen.") -> dict[str, Any]:
    return {"verdict-outcome": outcome, "verdict-run": str(run), "verdict-reason": reason}


def said(answer: Any) -> str:
    return " ".join(map(str, answer.context["messages"])) if answer.context else ""


# ── who may ──────────────────────────────────────────────────────────────────


def deeds(task: Task, run: Run) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"/t/id/{task.pk}/runs/", {"run": str(run.pk)}),
        (f"/h/id/{task.pk}/claim/", claim_form()),
        (f"/h/id/{task.pk}/verdict/", verdict_form("dropped")),
        ("/inbox/tie/", {"runs": [str(run.pk)], "task": "DOC-1"}),
        ("/inbox/dismiss/", {"runs": [str(run.pk)]}),
    ]


def rows() -> int:
    return sum(model.objects.count() for model in (Evidence, Hypothesis, Verdict, Dismissal))


def test_a_viewer_may_do_nothing_and_is_told_why(lab: Lab, reader: Client) -> None:
    task, run = lab.claim("DOC-1"), lab.run("R-1", "DOC-9")
    for url, given in deeds(task, run):
        assert reader.post(url, given).status_code == 403, url
    assert rows() == 0
    page = reader.get("/h/DOC-1/").content.decode()
    assert "Giving a verdict needs the role contributor or lead." in page
    assert "Stating a claim in numbers needs the role contributor or lead." in page
    assert "Tying runs to tasks needs the role contributor or lead." in page
    assert "<textarea" not in page
    inbox = reader.get("/inbox/").content.decode()
    assert "Tying runs to tasks needs the role contributor or lead." in inbox


def test_a_stranger_who_may_elsewhere_gets_404_and_changes_nothing(
    lab: Lab, stranger: Client
) -> None:
    task, run = lab.claim("DOC-1"), lab.run("R-1", "DOC-9")
    for url, given in deeds(task, run):
        assert stranger.post(url, given).status_code == 404, url
    assert rows() == 0


def test_deeds_are_posts(lab: Lab, lead: Client) -> None:
    task, run = lab.claim("DOC-1"), lab.run("R-1")
    for url, _ in deeds(task, run):
        assert lead.get(url).status_code == 405, url


def test_deeds_need_the_forms_token(lab: Lab) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lab.lead)
    for url, given in deeds(lab.claim("DOC-1"), lab.run("R-1")):
        assert client.post(url, given).status_code == 403, url
    assert rows() == 0


@pytest.mark.parametrize("role", ["contributor", "lead"])
def test_contributors_and_leads_may(lab: Lab, role: str) -> None:
    client = Client()
    client.force_login(lab.person("cleo", role))
    for url, given in deeds(lab.claim("DOC-1"), lab.run("R-1", "DOC-9")):
        assert client.post(url, given).status_code == 302, url
    assert rows() == 5


# ── the claim ────────────────────────────────────────────────────────────────


def state(lab: Lab, client: Client, **given: Any) -> Any:
    task = Task.objects.filter(name="DOC-1").first() or lab.claim("DOC-1")
    return client.post(f"/h/id/{task.pk}/claim/", claim_form(**given))


def test_a_claim_is_stated_in_numbers(lab: Lab, lead: Client) -> None:
    run = lab.run("R-7")
    answer = state(lab, lead, threshold="0.5", direction="min", baseline="r-7")
    assert answer.status_code == 302
    held = Hypothesis.objects.get()
    assert (held.claim, held.metric, held.direction, held.threshold, held.baseline) == (
        "It helps", F1, "min", 0.5, run.pk,
    )  # fmt: skip
    assert held.edited_by == lab.lead
    assert state(lab, lead, threshold="", baseline="").status_code == 302
    held = Hypothesis.objects.get()
    assert (held.threshold, held.baseline) == (None, None)


def test_a_baseline_may_be_a_key_of_a_run_or_a_tasks_best_run(lab: Lab, lead: Client) -> None:
    lab.claim("NEW-3", was=["DOC-3"])
    lab.run("R-1", "DOC-3", metrics={F1: (0, 0.8)})
    best = lab.run("R-2", "DOC-3", metrics={F1: (0, 0.9)})
    lab.run("R-3", "DOC-3")
    state(lab, lead, baseline="doc-3")
    assert Hypothesis.objects.get().baseline == best.pk
    other = lab.run("R-4")
    state(lab, lead, baseline=str(other.pk))
    assert Hypothesis.objects.get().baseline == other.pk


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"threshold": "nan"}, "Enter a number"),
        ({"threshold": "1e999"}, "Enter a number"),
        ({"threshold": "high"}, "Enter a number"),
        ({"metric": ""}, "This field is required"),
        ({"direction": "up"}, "Select a valid choice"),
        ({"baseline": "R-404"}, "No run and no task is called “R-404”."),
        ({"baseline": "DOC-1"}, "No run belongs to DOC-1."),
        ({"baseline": "TWIN"}, "Several runs are called so"),
        ({"baseline": "DOC-8"}, "Several tasks have the key “DOC-8”"),
        ({"metric": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_claim_that_cannot_be_kept_comes_back_with_the_reason(
    lab: Lab, lead: Client, given: dict[str, str], words: str
) -> None:
    lab.run("TWIN")
    lab.run("TWIN", source=lab.source("second", "neptune"))
    lab.task("DOC-8")
    lab.task("DOC-8", source=lab.source("third", "jira"))
    answer = state(lab, lead, **given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "It helps" in answer.content.decode()
    assert not Hypothesis.objects.exists()


def test_a_task_has_no_claim_and_no_verdict(lab: Lab, lead: Client) -> None:
    task = lab.task("DOC-5")
    assert lead.post(f"/h/id/{task.pk}/claim/", claim_form()).status_code == 404
    assert lead.post(f"/h/id/{task.pk}/verdict/", verdict_form("dropped")).status_code == 404


# ── the verdict ──────────────────────────────────────────────────────────────


def test_a_verdict_is_kept_with_who_when_why_and_the_run(lab: Lab, lead: Client) -> None:
    task = lab.claim("DOC-1")
    lab.stated(task, F1, threshold=0.93)
    run = lab.run("R-1", "DOC-1", metrics={F1: (0, 0.94)})
    url = f"/h/id/{task.pk}/verdict/"
    assert lead.post(url, verdict_form("confirmed", run.pk)).status_code == 302
    held = Verdict.objects.get()
    assert (held.outcome, held.run, held.reason, held.by) == (
        "confirmed",
        run.pk,
        "Seen.",
        lab.lead,
    )
    assert held.figures["best"] == 0.94
    assert lead.post(url, verdict_form("inconclusive", "", "Looked again.")).status_code == 302
    page = lead.get("/h/DOC-1/").content.decode()
    assert page.index("Looked again.") < page.index("Seen.")
    assert "earlier" in page


@pytest.mark.parametrize(
    ("outcome", "with_run", "words"),
    [
        ("confirmed", "none", "need the run that decided it"),
        ("refuted", "none", "need the run that decided it"),
        ("refuted", "another", "Select a valid choice"),
        ("open", "own", "Select a valid choice"),
        ("", "own", "This field is required"),
    ],
)
def test_a_verdict_that_cannot_be_kept_comes_back_with_the_reason(
    lab: Lab, lead: Client, outcome: str, with_run: str, words: str
) -> None:
    task = lab.claim("DOC-1")
    keys = {"none": "", "own": lab.run("R-1", "DOC-1").pk, "another": lab.run("R-2").pk}
    answer = lead.post(f"/h/id/{task.pk}/verdict/", verdict_form(outcome, keys[with_run]))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Verdict.objects.exists()


# ── ties on a task's page ────────────────────────────────────────────────────


def test_a_run_is_tied_by_its_id_in_any_case_and_untied(lab: Lab, lead: Client) -> None:
    task, run = lab.task("DOC-1"), lab.run("R-1")
    url = f"/t/id/{task.pk}/runs/"
    assert lead.post(url, {"run": " r-1 "}).url == f"/t/id/{task.pk}/"
    assert links.runs_of(lab.viewer, [task.pk])[task.pk] == [run.pk]
    lead.post(url, {"run": str(run.pk), "untie": "1"})
    assert links.runs_of(lab.viewer, [task.pk])[task.pk] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("R-404", "No run is called"),
        ("TWIN", "Several runs are called"),
        ("", "No run"),
        ("a\0b", "No run"),
    ],
)
def test_an_unclear_run_is_not_tied(lab: Lab, lead: Client, name: str, words: str) -> None:
    task = lab.task("DOC-1")
    lab.run("TWIN")
    lab.run("TWIN", source=lab.source("second", "neptune"))
    answer = lead.post(f"/t/id/{task.pk}/runs/", {"run": name}, follow=True)
    assert words in said(answer)
    assert not Evidence.objects.exists()


# ── the inbox ────────────────────────────────────────────────────────────────


def test_one_press_ties_a_run_to_what_its_tag_meant(lab: Lab, lead: Client) -> None:
    task = lab.claim("DOC-2698")
    run = lab.run("R-1", "DOC-2968")
    page = lead.get("/inbox/").content.decode()
    assert f'form="tie-{run.pk}" name="task" value="{task.pk}"' in page
    assert f'<input type="hidden" name="runs" value="{run.pk}">' in page
    answer = lead.post("/inbox/tie/", {"runs": str(run.pk), "task": str(task.pk)}, follow=True)
    assert said(answer) == "R-1 belongs to DOC-2698 now."
    assert "Every run has its task." in answer.content.decode()


def test_many_ticked_runs_are_tied_at_once_and_the_badge_knows(lab: Lab, lead: Client) -> None:
    lab.task("NEW-1", was=["DOC-1"])
    runs = [lab.run(f"R-{number}") for number in range(1, 4)]
    assert badge(lead) == "3"
    given = {"runs": [str(run.pk) for run in runs[:2]], "task": "doc-1"}
    assert said(lead.post("/inbox/tie/", given, follow=True)) == "2 runs belong to NEW-1 now."
    assert badge(lead) == "1"


def test_all_runs_of_a_word_are_tied_at_once_beyond_the_page(lab: Lab, lead: Client) -> None:
    lab.task("DOC-1")
    for number in range(27):
        lab.run(f"R-{number}", "ablation & co")
    lab.run("R-77", "ablation")
    page = lead.get("/inbox/").content.decode()
    assert 'href="/inbox/?word=ablation+%26+co">ablation &amp; co ' in page
    page = lead.get("/inbox/?word=ablation+%26+co").content.decode()
    assert "Tie all 27 of ablation &amp; co" in page
    given = {"all": "yes", "word": "ablation & co", "task": "DOC-1"}
    assert said(lead.post("/inbox/tie/", given, follow=True)) == "27 runs belong to DOC-1 now."
    assert badge(lead) == "1"
    assert "No run without a task has" in said(lead.post("/inbox/tie/", given, follow=True))


def test_the_button_of_a_word_ties_what_its_tab_lists(lab: Lab, lead: Client) -> None:
    lab.task("DOC-1")
    keyed, plain = lab.run("R-1", "ablation", "DOC-99"), lab.run("R-2", "ablation")
    page = lead.get("/inbox/?word=ablation&names=plain").content.decode()
    assert "Tie the only one of ablation" in page
    assert '<input type="hidden" name="names" value="plain">' in page
    given = {"all": "yes", "word": "ablation", "names": "plain", "task": "DOC-1"}
    assert said(lead.post("/inbox/tie/", given, follow=True)) == "R-2 belongs to DOC-1 now."
    assert [*links.loose_runs(lab.lead)] == [keyed]
    assert plain not in links.loose_runs(lab.lead)


def test_it_is_said_how_many_links_are_on_the_way(lab: Lab, lead: Client) -> None:
    lab.jira.settings = {"writes": "on"}
    lab.jira.save()
    lab.claim("DOC-1")
    runs = [lab.run(f"R-{number}") for number in range(3)]
    given = {"runs": [str(run.pk) for run in runs], "task": "DOC-1"}
    answer = said(lead.post("/inbox/tie/", given, follow=True))
    assert answer == "3 runs belong to DOC-1 now. 3 links are on the way to Jira."


def test_many_runs_are_tied_to_a_hypothesis_at_the_cost_of_one(
    lab: Lab, django_assert_num_queries: Any
) -> None:
    lab.jira.settings = {"writes": "on"}
    lab.jira.save()
    task = lab.claim("DOC-1")
    runs = [lab.run(f"R-{number}") for number in range(40)]
    with CaptureQueriesContext(connection) as one:
        links.tie_all(runs[:1], task, by=lab.lead.pk)
    with django_assert_num_queries(len(one)):
        made = links.tie_all(runs, task, by=lab.lead.pk)
    assert len(made) == Write.objects.count() == 40, "the first link was asked for already"


def badge(client: Client) -> str:
    page = client.get("/inbox/")
    (place,) = [one for one in page.context["shell"].sections if one.url == "/inbox/"]
    return str(place.count)


@pytest.mark.parametrize(
    ("task", "words"),
    [("DOC-404", "No task has the key"), ("DOC-1", "Several tasks have the key"), ("", "No task")],
)
def test_an_unclear_task_gets_no_run(lab: Lab, lead: Client, task: str, words: str) -> None:
    lab.task("DOC-1")
    lab.task("DOC-1", source=lab.source("second", "jira"))
    run = lab.run("R-1")
    answer = lead.post("/inbox/tie/", {"runs": str(run.pk), "task": task}, follow=True)
    assert words in said(answer)
    assert not Evidence.objects.exists()


def test_nothing_ticked_is_said(lab: Lab, lead: Client) -> None:
    lab.task("DOC-1")
    for url in ("/inbox/tie/", "/inbox/dismiss/"):
        assert said(lead.post(url, {"task": "DOC-1"}, follow=True)) == "No run is ticked."


def test_runs_are_put_aside_all_or_none(lab: Lab, lead: Client) -> None:
    run = lab.run("R-1")
    gone = lead.post("/inbox/dismiss/", {"runs": [str(run.pk), str(uuid4())]})
    assert gone.status_code == 404
    assert not Dismissal.objects.exists()
    answer = lead.post("/inbox/dismiss/", {"runs": str(run.pk)}, follow=True)
    assert said(answer) == "R-1 put aside."
    cache.clear()
    assert "Every run has its task." in lead.get("/inbox/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/inbox/", "/admin/", ""])
def test_the_way_back_stays_in_the_inbox(lab: Lab, lead: Client, back: str) -> None:
    run = lab.run("R-1")
    answer = lead.post("/inbox/dismiss/", {"runs": str(run.pk), "back": back})
    assert answer.url == "/inbox/"


def test_the_way_back_keeps_the_page(lab: Lab, lead: Client) -> None:
    run = lab.run("R-1")
    answer = lead.post("/inbox/dismiss/", {"runs": str(run.pk), "back": "/inbox/?names=plain"})
    assert answer.url == "/inbox/?names=plain"
