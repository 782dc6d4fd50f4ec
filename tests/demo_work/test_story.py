"""Archive, practice Neptune and practice Jira tell one story, and its numbers are so."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.jira.seed import read
from demo.jira.truth import Truth
from demo.neptune import Store
from demo.neptune.times import moment
from demo.work import ARCHIVE, GROWING, JIRA_SEED, NEPTUNE_SNAPSHOT, STORY, Paths
from demo.work.plan import CHAPTERS
from demo.work.roster import WRONG_TAGS, runs
from demo.work.words import TOLD_AT
from tests.demo_work.reading import LIVE, best, rows

KEY = re.compile(r"[A-Za-z]+-\d+")
SPRINT = re.compile(r"(?:sprint[ _-]?|s)(\d+)", re.IGNORECASE)
CLAIMS: list[dict[str, Any]] = json.loads(STORY.read_text(encoding="utf-8"))["hypotheses"]


@pytest.fixture(scope="session")
def jira() -> Truth:
    truth = Truth()
    read(truth, json.loads(JIRA_SEED.read_text(encoding="utf-8")))
    return truth


@pytest.fixture(scope="session")
def tags(sample: Paths, store: Store) -> dict[str, list[str]]:
    """By run, as the two stored forms have them."""
    found = {}
    for run in runs():
        if run.project == LIVE:
            field = store.require(f"{LIVE}/{run.run_id}").fields.get("sys/tags")
            found[run.run_id] = field.value if field else []
            continue
        told = [row for row in rows(sample, run.run_id) if row["attribute_path"] == "sys/tags"]
        found[run.run_id] = told[0]["string_set_value"] if told else []
    return found


def resolves(jira: Truth, tag: str) -> bool:
    if sprint := SPRINT.fullmatch(tag):
        return int(sprint[1]) in jira.sprints
    return bool(KEY.fullmatch(tag)) and tag.upper() in jira.keys


def test_every_tag_names_something_or_is_declared_wrong(
    jira: Truth, tags: dict[str, list[str]]
) -> None:
    marks = {"best", "baseline", "shift"}  # said of the run itself, on purpose
    lost = {
        tag
        for held in tags.values()
        for tag in held
        if tag not in marks and not resolves(jira, tag)
    }
    assert lost == WRONG_TAGS


def test_tags_come_in_all_the_spellings_that_people_use(tags: dict[str, list[str]]) -> None:
    said = {tag for held in tags.values() for tag in held}
    assert {"sprint 49", "sprint-49", "s49", "Sprint_49", "doc-2698", "DOC-2698"} <= said
    assert tags["FORM-7"] == tags["FRM-3"] == []


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["key"])
def test_a_verdict_follows_from_the_stored_curves(
    claim: dict[str, Any], sample: Paths, store: Store
) -> None:
    if claim["verdict"] is None:
        assert "evidence" not in claim
        return
    values = []
    for weighed in claim["evidence"]:
        values.append(best(sample, store, weighed["run"], claim["metric"]))
        assert values[-1] == weighed["value"]
    above = [value > claim["threshold"] for value in values]
    met = above if claim["direction"] == "above" else [not over for over in above]
    expected = {(True,): "confirmed", (False,): "refuted", (False, True): "inconclusive"}
    assert claim["verdict"] == expected[tuple(sorted(set(met)))]


def test_the_team_confirmed_refuted_and_could_not_tell(sample: Paths) -> None:
    endings = {claim["verdict"] for claim in CLAIMS if claim["sprint"] < 49}
    assert endings == {"confirmed", "refuted", "inconclusive"}
    assert None in {claim["verdict"] for claim in CLAIMS if claim["sprint"] == 49}


def test_jira_tells_each_claim_and_each_verdict(jira: Truth) -> None:
    for claim in CLAIMS:
        issue = jira.issues[jira.keys[claim["key"]]]
        assert issue.summary == claim["claim"]
        assert f"Metric: {claim['metric']}" in str(issue.description)
        said = " ".join(str(note.body) for note in issue.comments)
        assert (f"Verdict: {claim['verdict']}." in said) == (claim["verdict"] is not None)
        for weighed in claim.get("evidence", ()):
            assert f"{weighed['run']} {weighed['value']:.4f}" in said


def test_a_hypothesis_is_known_by_its_type_or_by_its_label(jira: Truth) -> None:
    types = {kind.id: kind.name for kind in jira.types.values()}
    marks = set()
    for claim in CLAIMS:
        issue = jira.issues[jira.keys[claim["key"]]]
        by_type, by_label = types[issue.type] == "Hypothesis", "hypothesis" in issue.labels
        assert by_type != by_label
        marks.add(by_type)
    assert marks == {True, False}


def test_a_moved_task_answers_to_its_old_key(jira: Truth, tags: dict[str, list[str]]) -> None:
    assert jira.keys["DOC-2668"] == jira.keys["OCR-7"]
    assert jira.issues[jira.keys["DOC-2669"]].key == "OCR-8"
    assert "DOC-2668" in tags["FORM-48"]


def test_the_owners_of_runs_are_people_in_jira(jira: Truth, store: Store, sample: Paths) -> None:
    for run in runs():
        if run.project == LIVE:
            owner = store.require(f"{LIVE}/{run.run_id}").atom("sys/owner")
            assert owner in jira.users
    told = {row["attribute_path"]: row for row in rows(sample, "FORM-53")}
    assert told["sys/owner"]["string_value"] in jira.users


def test_every_run_is_inside_the_sprint_that_it_belongs_to(store: Store, sample: Paths) -> None:
    for run in runs():
        if run.project == LIVE:
            held = store.require(f"{LIVE}/{run.run_id}")
            ended = moment(held.atom("sys/ping_time"))
            assert run.sprint.start <= moment(held.atom("sys/creation_time")) <= ended <= TOLD_AT
            continue
        times = [row["timestamp"] for row in rows(sample, run.run_id) if row["timestamp"]]
        assert all(run.sprint.start <= time <= run.sprint.end for time in times)


def test_nothing_has_happened_later_than_now() -> None:
    text = JIRA_SEED.read_text(encoding="utf-8") + STORY.read_text(encoding="utf-8")
    times = {
        datetime.fromisoformat(time) for time in re.findall(r'"(\d{4}-\d\d-\d\dT[\d:]+Z)"', text)
    }
    ends = {chapter.sprint.end for chapter in CHAPTERS if chapter.sprint.end > TOLD_AT}
    assert {time for time in times if time > TOLD_AT} == ends
    assert TOLD_AT - max(times - ends) < timedelta(hours=1)


def test_people_of_the_story_rest_at_the_weekend() -> None:
    seed = json.loads(JIRA_SEED.read_text(encoding="utf-8"))
    times = [run.created for run in runs()]
    for issue in seed["issues"]:
        for kind in ("history", "comments", "worklogs"):
            times += [datetime.fromisoformat(entry["at"]) for entry in issue.get(kind, ())]
    assert [time for time in times if time.astimezone(UTC).weekday() >= 5] == []


def test_the_story_has_what_a_sprint_page_must_show(jira: Truth) -> None:
    issues = [issue for issue in jira.issues.values() if 49 in issue.sprints]
    added = [change for issue in issues for entry in issue.history for change in entry.changes]
    words = {change.field for change in added}
    assert {"Sprint", "Story Points", "status"} <= words
    assert any(len(issue.sprints) > 1 for issue in issues), "nothing was carried over"
    assert any(jira.statuses[issue.status].name == "Blocked" for issue in issues)
    assert jira.links


def test_the_stored_forms_stay_small() -> None:
    stored = (ARCHIVE, NEPTUNE_SNAPSHOT, GROWING, JIRA_SEED, STORY)
    assert sum(path.stat().st_size for path in stored) < 6_000_000
