"""What is copied of a source, and who reads the copy: two trackers, two people.

Lea sees both trackers; Vera sees the first only. Both see the Jira.
"""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from handoff import draft, facts
from sources.models import Source
from sprints import hypotheses
from sprints.models import Hypothesis, Task, Verdict
from tests.plan.test_api import F1, Caller
from tests.sprints.made import Lab
from tracking.models import Run


class Two:
    """A claim tested in both trackers, the better run and the baseline in the second."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.hidden: Source = lab.source("second", "neptune")
        self.hidden.viewers.set([Group.objects.create(name="second's")])
        lab.lead.groups.add(self.hidden.viewers.get())
        self.claim = lab.claim("DOC-2", claimed={})
        self.base = self.far("B-2", metrics={F1: (0, 0.81)})
        lab.stated(self.claim, F1, threshold=0.9, baseline=self.base.pk)
        self.near = lab.run("R-1", "DOC-2", metrics={F1: (0, 0.86)})
        self.best = self.far("R-2", "DOC-2", metrics={F1: (0, 0.97)})

    def far(self, handle: str, *tags: str, **more: Any) -> Run:
        return self.lab.run(handle, *tags, source=self.hidden, **more)

    def judged(self, by: User, run: Run | None = None) -> Verdict:
        line = hypotheses.read(fresh(by), [self.claim])[0]
        return hypotheses.judge(
            line, outcome="inconclusive", reason="So far.", run=run and run.pk, by=by.pk
        )


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


@pytest.fixture
def two(lab: Lab) -> Two:
    return Two(lab)


def page(client: Client, task: Task) -> str:
    answer = client.get(f"/h/{task.name}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_verdict_copies_only_what_its_judge_sees(two: Two) -> None:
    mine = two.judged(two.lab.viewer)
    assert (mine.figures["best"], mine.figures["runs"]) == (0.86, 1)
    assert mine.figures["baseline"] is None
    assert mine.figures["best_run"] == str(two.near.pk)
    theirs = two.judged(two.lab.lead)
    assert (theirs.figures["best"], theirs.figures["baseline"]) == (0.97, 0.81)


def test_a_verdicts_figures_are_read_by_who_sees_what_they_were_taken_of(
    two: Two, reader: Client, lead: Client
) -> None:
    two.judged(two.lab.lead, two.best)
    assert "seen then: best valid/f1 0.9700, baseline 0.8100, 2 runs" in page(lead, two.claim)
    theirs = page(reader, two.claim)
    assert "So far." in theirs
    for figure in ("0.97", "0.81", "seen then", "R-2", "B-2", str(two.best.pk), str(two.base.pk)):
        assert figure not in theirs, figure


def test_a_verdict_of_what_both_see_is_read_by_both(two: Two, reader: Client) -> None:
    two.judged(two.lab.viewer, two.near)
    assert "seen then: best valid/f1 0.8600, 1 run" in page(reader, two.claim)


def test_the_api_leaves_figures_run_and_baseline_out(two: Two) -> None:
    two.judged(two.lab.lead, two.best)
    for person, best, base in (
        (two.lab.lead, 0.97, str(two.base.pk)),
        (two.lab.viewer, None, None),
    ):
        told = Caller(person, "read").get(f"/hypotheses/{two.claim.pk}/")
        assert told["verdicts"][0]["figures"].get("best") == best
        assert told["hypothesis"]["verdict"]["figures"].get("best") == best
        assert (told["verdicts"][0]["run"] is None) == (best is None)
        assert told["hypothesis"]["claim"]["baseline"] == base
    listed = Caller(two.lab.viewer, "read").get("/hypotheses/")["rows"][0]
    assert listed["verdict"]["figures"] == {}
    assert str(two.base.pk) not in str(listed)


def test_who_states_a_claim_anew_does_not_take_away_a_baseline_that_they_do_not_see(
    two: Two,
) -> None:
    two.lab.viewer.groups.add(Group.objects.get(name="lead"))
    client = Client()
    client.force_login(fresh(two.lab.viewer))
    given = {"metric": F1, "direction": "max", "threshold": "0.95", "baseline": ""}
    asked = {f"claim-{name}": value for name, value in given.items()}
    assert client.post(f"/h/id/{two.claim.pk}/claim/", asked).status_code == 302
    held = Hypothesis.objects.get()
    assert (held.threshold, held.baseline) == (0.95, two.base.pk)
    writes = Caller(fresh(two.lab.viewer), "read", "plan:write")
    told = writes("put", f"/hypotheses/{two.claim.pk}/claim/", {"metric": F1, "threshold": 0.8})
    assert (told.status_code, told.json()["claim"]["baseline"]) == (200, None)
    assert Hypothesis.objects.get().baseline == two.base.pk
    asked["claim-baseline"] = "R-1"
    client.post(f"/h/id/{two.claim.pk}/claim/", asked)
    assert Hypothesis.objects.get().baseline == two.near.pk


def test_who_sees_a_baseline_takes_it_away(two: Two, lead: Client) -> None:
    given = {"metric": F1, "direction": "max", "threshold": "0.95", "baseline": ""}
    lead.post(f"/h/id/{two.claim.pk}/claim/", {f"claim-{n}": v for n, v in given.items()})
    assert Hypothesis.objects.get().baseline is None


def test_a_record_takes_figures_of_its_own_sources_only(two: Two) -> None:
    """Lea, who sees all, starts a record of the first tracker's run; Vera reads it."""
    two.judged(two.lab.lead, two.best)
    lea = fresh(two.lab.lead)
    record = draft.start(two.near, by=lea)
    assert set(record.sources) == {two.lab.tracker.pk, two.lab.jira.pk}
    told = facts.read(record, lea)
    copied = told.fact("hypothesis").value
    assert (copied["best"], copied["baseline"], copied["best_at_baseline"]) == (0.86, None, None)
    assert copied["runs"] == 1
    assert told.fact("verdict").value["figures"] == {}
    assert told.fact("verdict").value["reason"] == "So far."
    for hidden in ("0.97", "0.81", "B-2", str(two.best.pk)):
        assert hidden not in str(told.as_json())


def test_a_record_of_the_source_that_the_figures_are_of_has_them(two: Two) -> None:
    two.judged(two.lab.viewer, two.near)
    lea = fresh(two.lab.lead)
    told = facts.read(draft.start(two.near, by=lea), lea)
    figures = told.fact("verdict").value["figures"]
    assert (figures["best"], "sources" in figures) == (0.86, False)
