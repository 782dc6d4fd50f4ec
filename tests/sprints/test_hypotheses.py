"""Claims, figures, evidence and verdicts."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sprints import hypotheses, links
from sprints.hypotheses import Line, Refused, listing
from sprints.hypotheses.listing import Asked
from sprints.models import Task, Verdict
from tests.sprints.made import DAY, MONDAY, Lab

F1 = "valid/f1"
CLAIMED = {"claim": "It helps", "metric": F1, "direction": "max", "threshold": 0.93}


def line(lab: Lab, task: Task) -> Line:
    return hypotheses.read(User.objects.get(pk=lab.viewer.pk), [task])[0]


# ── claims ───────────────────────────────────────────────────────────────────


def test_the_text_states_a_claim_until_a_person_does(lab: Lab) -> None:
    task = lab.claim("DOC-1", claimed=CLAIMED)
    assert (line(lab, task).claim.text, line(lab, task).claim.grade) == ("It helps", "imported")
    hypotheses.state(
        task, claim="", metric="test/f1", direction="min", threshold=0.5, baseline=None,
        by=lab.lead.pk,
    )  # fmt: skip
    claim = line(lab, task).claim
    assert (claim.text, claim.metric, claim.sign, claim.grade) == (
        "Summary of DOC-1", "test/f1", "≤", "stated",
    )  # fmt: skip


def test_a_claim_without_a_metric_is_missing(lab: Lab) -> None:
    found = line(lab, lab.claim("DOC-1", claimed={"claim": "It helps"}))
    assert (found.claim.grade, found.figures.best) == ("missing", None)


def test_only_a_hypothesis_makes_a_claim_or_gets_a_verdict(lab: Lab) -> None:
    task = lab.task("DOC-1")
    with pytest.raises(Refused, match="DOC-1 is not a hypothesis"):
        hypotheses.state(
            task, claim="", metric=F1, direction="max", threshold=None, baseline=None, by=1
        )
    with pytest.raises(Refused, match="not a hypothesis"):
        hypotheses.decide(task, outcome="dropped", reason="", run=None, figures={}, by=1)


# ── figures ──────────────────────────────────────────────────────────────────


def test_the_best_run_and_its_distance_to_the_baseline(lab: Lab) -> None:
    base = lab.run("R-0", metrics={F1: (0.1, 0.884)})
    task = lab.claim("DOC-1", claimed=CLAIMED | {"baseline": "R-0"})
    lab.run("R-1", "DOC-1", metrics={F1: (0.2, 0.90)})
    best = lab.run("R-2", "DOC-1", metrics={F1: (0.3, 0.931)})
    lab.run("R-3", "DOC-1")
    figures = line(lab, task).figures
    assert (figures.runs, figures.best, figures.best_run, figures.best_step) == (
        3, 0.931, best.pk, 7,
    )  # fmt: skip
    assert figures.baseline == 0.884
    assert figures.delta == pytest.approx(0.047)
    assert figures.meets(line(lab, task).claim) is True
    assert line(lab, task).claim.baseline == base.pk


def test_a_baselines_key_means_the_task_of_the_same_source(lab: Lab) -> None:
    other = lab.source("second", "jira")
    lab.task("DOC-9", source=other)
    lab.task("DOC-8")
    lab.task("DOC-8", source=other, was=["DOC-9"])
    near = lab.task("DOC-9")
    task = lab.claim("DOC-1", claimed=CLAIMED | {"baseline": "DOC-9"})
    far = lab.run("R-far", metrics={F1: (0.1, 0.99)})
    mine = lab.run("R-near", metrics={F1: (0.1, 0.5)})
    links.tie(far, Task.objects.get(name="DOC-9", source=other), by=lab.lead.pk)
    links.tie(mine, near, by=lab.lead.pk)
    assert line(lab, task).claim.baseline == mine.pk


def test_a_baseline_that_also_carries_the_tag_is_not_tested_against_itself(lab: Lab) -> None:
    base = lab.run("R-0", "DOC-1", metrics={F1: (0.1, 0.99)})
    task = lab.claim("DOC-1")
    lab.stated(task, F1, baseline=base.pk)
    lab.run("R-1", "DOC-1", metrics={F1: (0.1, 0.9)})
    found = line(lab, task)
    assert (found.figures.runs, found.figures.best) == (1, 0.9)
    evidence = hypotheses.evidence(lab.viewer, found)
    assert [one.run.handle for one in evidence.runs] == ["R-1"]
    assert evidence.baseline is not None
    assert evidence.baseline.run.handle == "R-0"


@pytest.mark.parametrize(
    ("metric", "direction", "value"),
    [
        ("valid/loss", "min", 0.1),
        ("valid/accuracy", "min", 0.9),  # "accuracy falls below": not the untrained first epoch
        ("valid/loss", "max", 0.1),
        ("ece", "min", 0.1),
        ("ece", "max", 0.9),
    ],
)
def test_a_runs_value_is_the_good_end_of_its_metric(
    lab: Lab, metric: str, direction: str, value: float
) -> None:
    task = lab.claim("DOC-1")
    lab.stated(task, metric, direction=direction, threshold=0.5)
    lab.run("R-1", "DOC-1", metrics={metric: (0.1, 0.9)})
    assert line(lab, task).figures.best == value


def test_a_baseline_by_key_is_the_best_run_of_that_task_old_keys_too(lab: Lab) -> None:
    lab.claim("NEW-2", was=["DOC-2"])
    lab.run("R-1", "DOC-2", metrics={F1: (0, 0.8)})
    best = lab.run("R-2", "NEW-2", metrics={F1: (0, 0.9)})
    lab.run("R-3", "NEW-2")
    task = lab.claim("DOC-3", claimed=CLAIMED | {"baseline": "DOC-2"})
    assert line(lab, task).claim.baseline == best.pk


def test_a_baseline_task_without_that_metric_gives_its_newest_run(lab: Lab) -> None:
    lab.claim("DOC-2")
    lab.run("R-1", "DOC-2")
    newest = lab.run("R-2", "DOC-2")
    task = lab.claim("DOC-3", claimed=CLAIMED | {"baseline": "DOC-2"})
    assert line(lab, task).claim.baseline == newest.pk


def test_a_baseline_that_nobody_may_see_here_gives_no_figure(lab: Lab) -> None:
    secret = lab.source("secret", "neptune")
    secret.viewers.clear()
    hidden = lab.run("R-9", source=secret, metrics={F1: (0, 0.99)})
    stated = lab.claim("DOC-1")
    lab.stated(stated, F1, baseline=hidden.pk)
    lab.run("R-1", "DOC-1", metrics={F1: (0, 0.9)})
    by_text = lab.claim("DOC-2", claimed=CLAIMED | {"baseline": "R-9"})
    assert line(lab, stated).figures.baseline is None
    assert hypotheses.evidence(lab.viewer, line(lab, stated)).baseline is None
    assert line(lab, by_text).claim.baseline is None


@pytest.mark.parametrize("size", [1, 60])
def test_a_list_costs_the_same_for_one_and_for_sixty(
    lab: Lab, size: int, django_assert_num_queries
) -> None:
    lab.run("R-0", "DOC-999", metrics={F1: (0, 0.8)})
    lab.claim("DOC-999")
    tasks = []
    for number in range(1, size + 1):
        tasks.append(lab.claim(f"DOC-{number}", claimed=CLAIMED | {"baseline": "DOC-999"}))
        run = lab.run(f"R-{number}", f"DOC-{number}", metrics={F1: (0, 0.9)})
        lab.verdict(tasks[-1], "confirmed", run=run.pk)
    with django_assert_num_queries(15):
        lines = hypotheses.read(lab.viewer, tasks)
    assert [one.outcome for one in lines] == ["confirmed"] * size
    assert all(one.figures.delta is not None for one in lines)


# ── evidence in a sentence ───────────────────────────────────────────────────


def said(lab: Lab, task: Task) -> str:
    return hypotheses.evidence(lab.viewer, line(lab, task)).sentence


def test_the_evidence_is_told_in_a_sentence(lab: Lab) -> None:
    lab.run("R-0", metrics={F1: (0, 0.925)})
    task = lab.claim("DOC-1", claimed=CLAIMED | {"baseline": "R-0"})
    assert said(lab, task) == "No run tests this claim yet."
    lab.run("R-1", "DOC-1")
    assert said(lab, task) == "1 run, none with valid/f1 yet."
    lab.run("R-2", "DOC-1", metrics={F1: (0, 0.931)})
    lab.run("R-3", "DOC-1", metrics={F1: (0, 0.927)}, state="running")
    assert said(lab, task) == (
        "Best 0.931, 0.6 pt over the baseline; 3 runs, 1 of them without a value, "
        "spread 0.4 pt; 1 of 2 meet ≥ 0.93; 1 still going."
    )


def test_what_is_no_fraction_is_told_in_its_own_unit(lab: Lab) -> None:
    lab.run("R-0", metrics={"latency": (21.5, 40)})
    task = lab.claim("DOC-1")
    base = lab.run("R-9", metrics={"latency": (25, 40)})
    lab.stated(task, "latency", direction="min", threshold=20, baseline=base.pk)
    lab.run("R-1", "DOC-1", metrics={"latency": (22, 40)})
    assert said(lab, task) == "Best 22, 3 below the baseline; 1 run; 0 of 1 meet ≤ 20."


def test_the_same_as_the_baseline_and_none_at_all_are_said(lab: Lab) -> None:
    base = lab.run("R-0", metrics={F1: (0, 0.9)})
    task = lab.claim("DOC-1")
    lab.stated(task, F1, baseline=base.pk)
    lab.run("R-1", "DOC-1", metrics={F1: (0, 0.9)})
    assert said(lab, task) == "Best 0.9, the same as the baseline; 1 run."
    other = lab.claim("DOC-2")
    lab.stated(other, F1)
    lab.run("R-2", "DOC-2", metrics={F1: (0, 0.9)})
    assert said(lab, other) == "Best 0.9, without a baseline; 1 run."


def test_infinite_values_are_left_out_of_the_sentence(lab: Lab) -> None:
    task = lab.claim("DOC-1")
    lab.stated(task, F1, threshold=0.5)
    lab.run("R-1", "DOC-1", metrics={F1: (0, float("inf"))})
    assert said(lab, task) == "1 run, none with valid/f1 yet."


# ── verdicts ─────────────────────────────────────────────────────────────────


def test_a_verdict_keeps_the_figures_on_which_it_was_given(lab: Lab) -> None:
    task = lab.claim("DOC-1", claimed=CLAIMED)
    run = lab.run("R-1", "DOC-1", metrics={F1: (0, 0.931)})
    hypotheses.judge(
        line(lab, task), outcome="confirmed", reason=" yes ", run=run.pk, by=lab.lead.pk
    )
    lab.run("R-2", "DOC-1", metrics={F1: (0, 0.99)})
    held = line(lab, task).verdict
    assert held is not None
    assert (held.outcome, held.reason, held.run, held.by) == ("confirmed", "yes", run.pk, lab.lead)
    assert (held.figures["best"], held.figures["runs"]) == (0.931, 1)
    assert held.figures["best_run"] == str(run.pk)


def test_nothing_is_ever_decided_by_itself(lab: Lab) -> None:
    task = lab.claim("DOC-1", claimed=CLAIMED, category="done")
    lab.run("R-1", "DOC-1", metrics={F1: (0, 0.99)})
    assert line(lab, task).outcome == "open"
    assert not Verdict.objects.exists()


def test_a_later_verdict_counts_and_the_earlier_one_stays(lab: Lab) -> None:
    task = lab.claim("DOC-1")
    lab.verdict(task, "refuted", at=MONDAY + DAY)
    lab.verdict(task, "confirmed", at=MONDAY)
    assert line(lab, task).outcome == "refuted"
    lab.verdict(task, "inconclusive", at=MONDAY + DAY)
    assert line(lab, task).outcome == "inconclusive"
    assert Verdict.objects.count() == 3


@pytest.mark.parametrize("outcome", ["confirmed", "refuted"])
def test_what_held_or_did_not_needs_its_run(lab: Lab, outcome: str) -> None:
    task = lab.claim("DOC-1")
    with pytest.raises(Refused, match="need the run that decided it"):
        hypotheses.judge(line(lab, task), outcome=outcome, reason="", run=None, by=lab.lead.pk)


def test_a_run_of_another_task_decides_nothing(lab: Lab) -> None:
    task, other = lab.claim("DOC-1"), lab.run("R-1", "DOC-2")
    with pytest.raises(Refused, match="does not belong to DOC-1"):
        hypotheses.judge(
            line(lab, task), outcome="refuted", reason="", run=other.pk, by=lab.lead.pk
        )
    assert not Verdict.objects.exists()


def test_an_unknown_outcome_is_refused(lab: Lab) -> None:
    with pytest.raises(Refused, match="A verdict is one of"):
        hypotheses.judge(
            line(lab, lab.claim("DOC-1")), outcome="open", reason="", run=None, by=lab.lead.pk
        )


def test_runs_that_began_after_the_verdict_are_marked(lab: Lab) -> None:
    task = lab.claim("DOC-1", claimed=CLAIMED)
    lab.run("R-1", "DOC-1", started_at=MONDAY)
    lab.verdict(task, "dropped", at=MONDAY + DAY)
    lab.run("R-2", "DOC-1", started_at=MONDAY + 2 * DAY)
    evidence = hypotheses.evidence(lab.viewer, line(lab, task))
    assert {one.run.handle: one.late for one in evidence.runs} == {"R-1": False, "R-2": True}


def test_the_hypotheses_of_a_run(lab: Lab) -> None:
    lab.task("DOC-1")
    lab.claim("DOC-2")
    run = lab.run("R-1", "DOC-1", "DOC-2")
    assert [one.task.name for one in hypotheses.of_run(lab.viewer, run.pk)] == ["DOC-2"]


# ── the list ─────────────────────────────────────────────────────────────────


def names(lab: Lab, **asked: Any) -> list[str]:
    found = listing.read_list(lab.viewer, Asked(**asked))
    return [one.task.name for one in found.lines]


def test_the_list_is_filtered_by_outcome_sprint_and_owner(lab: Lab) -> None:
    sprint = lab.sprint(49)
    first = lab.claim("DOC-1", sprint=sprint, assignee_name="Ada", updated_at=MONDAY)
    second = lab.claim("DOC-2", assignee_name="Jun", updated_at=MONDAY + DAY)
    lab.claim("DOC-3", assignee_name="Ada", updated_at=None)
    lab.task("DOC-4", sprint=sprint)
    lab.verdict(first, "confirmed", at=MONDAY)
    lab.verdict(first, "refuted", at=MONDAY + DAY)
    lab.verdict(second, "confirmed")
    assert names(lab) == ["DOC-2", "DOC-1", "DOC-3"]
    assert names(lab, outcome="open") == ["DOC-3"]
    assert names(lab, outcome="confirmed") == ["DOC-2"]
    assert names(lab, outcome="refuted", sprint="49", owner="Ada") == ["DOC-1"]
    assert names(lab, sprint=str(sprint.pk)) == ["DOC-1"]
    assert names(lab, sprint="the next one") == names(lab, sprint="9" * 30) == []
    assert names(lab, outcome="nonsense") == names(lab)
    counts = listing.counts(lab.viewer, Asked(owner="Ada"))
    assert counts == {"open": 1, "confirmed": 0, "refuted": 1, "inconclusive": 0, "dropped": 0}


def test_pages_meet_without_gap_or_overlap_both_ways(lab: Lab) -> None:
    for number in range(1, 12):
        when = None if number % 4 == 0 else MONDAY + (number % 3) * DAY
        lab.claim(f"DOC-{number}", updated_at=when)
    whole = names(lab)
    place, walked = "", []
    while True:
        found = listing.read_list(lab.viewer, Asked(place=place), size=3)
        walked += [one.task.name for one in found.lines]
        if not found.older:
            break
        place = found.older
    assert walked == whole
    assert len(set(walked)) == 11
    back = listing.read_list(lab.viewer, Asked(place=found.newer), size=3)
    assert [one.task.name for one in back.lines] == whole[6:9]


def test_a_stranger_has_an_empty_list(lab: Lab) -> None:
    lab.claim("DOC-1", sprint=lab.sprint(49), assignee_name="Ada")
    asked = Asked()
    assert listing.read_list(lab.stranger, asked).lines == []
    assert sum(listing.counts(lab.stranger, asked).values()) == 0
    assert listing.owners(lab.stranger) == listing.sprints_with_some(lab.stranger) == []


def test_untied_runs_no_longer_test_the_claim(lab: Lab) -> None:
    task = lab.claim("DOC-1", claimed=CLAIMED)
    run = lab.run("R-1", "DOC-1", metrics={F1: (0, 0.99)})
    links.untie(run, task, by=lab.lead.pk)
    assert line(lab, task).figures.runs == 0
