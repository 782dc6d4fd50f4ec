"""Diverged runs, and texts with numbers beyond all floats: no page and no deed stumbles."""

import pytest
from django.test import Client

from sprints.models import Task, Verdict, Write
from sprints.outbox.wishes import figure_words
from tests.plan.test_acts import verdict_form
from tests.plan.test_api import Caller
from tests.sprints.made import Lab

LOSS = "valid/loss"
INFINITE = float("inf")


@pytest.fixture
def diverged(lab: Lab) -> Task:
    """A hypothesis whose only run, and whose baseline, went to infinity."""
    lab.jira.settings = {"writes": "dry"}
    lab.jira.save()
    claim = lab.claim("DOC-1", sprint=lab.sprint(49))
    base = lab.run("R-0", metrics={LOSS: (INFINITE, INFINITE)})
    lab.stated(claim, LOSS, direction="min", threshold=0.2, baseline=base.pk)
    lab.run("R-1", "DOC-1", metrics={LOSS: (INFINITE, INFINITE)})
    return claim


def test_a_diverged_run_may_refute_a_claim(lab: Lab, diverged: Task, lead: Client) -> None:
    run = lab.run("R-2", "DOC-1", metrics={LOSS: (INFINITE, INFINITE)})
    answer = lead.post(f"/h/id/{diverged.pk}/verdict/", verdict_form("refuted", run.pk))
    assert answer.status_code == 302
    held = Verdict.objects.get()
    assert (held.figures["best"], held.figures["baseline"]) == ("Infinity", "Infinity")
    page = lead.get("/h/DOC-1/").content.decode()
    assert "seen then: best valid/loss ∞, baseline ∞, 2 runs" in page
    comment = Write.objects.get(kind="comment")
    assert figure_words(comment.asked).startswith("valid/loss: best inf, baseline inf, threshold ≤")
    for url in (f"/h/id/{diverged.pk}/", "/hypotheses/", "/sprints/49/", "/outbox/", "/"):
        assert lead.get(url, follow=True).status_code == 200, url


def test_a_diverged_run_may_refute_a_claim_over_the_api(lab: Lab, diverged: Task) -> None:
    caller = Caller(lab.lead, "read", "plan:write")
    run = lab.run("R-2", "DOC-1", metrics={LOSS: (INFINITE, INFINITE)})
    given = {"outcome": "refuted", "run": str(run.pk)}
    answer = caller("post", f"/hypotheses/{diverged.pk}/verdicts/", given)
    assert (answer.status_code, answer.json()["figures"]["best"]) == (201, "Infinity")
    whole = caller.get(f"/hypotheses/{diverged.pk}/")
    assert whole["hypothesis"]["figures"]["best"] is None
    assert whole["verdicts"][0]["figures"]["best"] == "Infinity"
    assert caller.get(f"/sprints/{diverged.sprints[0]}/")["best"]["value"] is None


@pytest.mark.parametrize("threshold", ["Infinity", "-Infinity", "NaN"])
def test_a_stored_threshold_that_is_no_number_breaks_no_list(
    lab: Lab, lead: Client, threshold: str
) -> None:
    """As it lies in tables that were filled when a text's 1e999 was still taken for a number."""
    stored = {"metric": LOSS, "direction": "max", "threshold": threshold}
    claim = lab.claim("DOC-1", sprint=lab.sprint(49), claimed=stored)
    lab.run("R-1", "DOC-1", metrics={LOSS: (0.1, 0.4)})
    for url in ("/h/DOC-1/", "/hypotheses/", "/sprints/49/", "/"):
        answer = lead.get(url, follow=True)
        assert (answer.status_code, threshold in answer.content.decode()) == (200, False), url
    caller = Caller(lab.lead, "read")
    (line,) = caller.get("/hypotheses/")["rows"]
    assert line["claim"]["threshold"] is None
    assert caller.get(f"/hypotheses/{claim.pk}/")["evidence"]["runs"][0]["meets"] is None
