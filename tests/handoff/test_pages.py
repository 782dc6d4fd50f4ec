"""A record's pages from a run to the seal: who may do what, and what they say."""

import pytest
from django.test import Client

from handoff import draft
from handoff.models import Record
from tests.handoff import making
from tests.handoff.asking import RIGHTS, browser, said, shown
from tracking.blobs import path_of
from tracking.models import Run

# ── who may what ─────────────────────────────────────────────────────────────

OF_A_RECORD = [
    ("get", ""),
    ("post", "state/"),
    ("post", "seal/"),
    ("get", "record.json"),
    ("get", "bundle.zip"),
    ("head", "bundle.zip"),
    ("get", "files/model/best.safetensors"),
    ("get", "pictures/plots/roc.png"),
]


@pytest.mark.parametrize("which", ["begun", "sealed"])
@pytest.mark.parametrize(("method", "place"), OF_A_RECORD)
def test_a_stranger_gets_404_everywhere(method, place, which, request):
    record = request.getfixturevalue(which)
    stranger = making.person("zed", *RIGHTS, source=making.source("elsewhere"))
    answer = getattr(browser(stranger), method)(f"/records/{record.pk}/{place}")
    assert answer.status_code == 404


def test_a_stranger_finds_no_record_and_starts_none(sealed, run):
    stranger = browser(making.person("zed", *RIGHTS, source=making.source("elsewhere")))
    assert "No records yet." in shown(stranger.get("/records/"))
    assert stranger.post(f"/records/start/?run={run.pk}").status_code == 404
    assert Record.objects.count() == 1


def test_who_sees_only_the_tracker_does_not_see_what_jira_said(lab, run, anna):
    """The record's sources are the run's and the task's."""
    jira = making.source("jira", kind="jira")
    anna.groups.add(group_of(jira))
    task = making.task(jira, "OCR-1")
    making.tag(run, "OCR-1")
    record = draft.state(draft.start(run, by=anna), {"task": str(task.pk)}, by=anna)
    half = browser(making.person("half", *RIGHTS, source=lab))
    assert half.get(f"/records/{record.pk}/").status_code == 404
    assert browser(anna).get(f"/records/{record.pk}/").status_code == 200


def group_of(source):
    return making.person(f"friend of {source.slug}", source=source).groups.get()


@pytest.mark.parametrize(("place", "method"), [("state/", "post"), ("seal/", "post")])
def test_a_reader_sees_and_changes_nothing(place, method, begun, reader):
    answer = browser(reader).post(f"/records/{begun.pk}/{place}", {"model": "mine"})
    assert answer.status_code == 403
    assert Record.objects.get().sealed_at is None
    assert Record.objects.get().model_id == begun.model_id


def test_a_reader_is_told_why_the_buttons_do_nothing(begun, reader):
    page = shown(browser(reader).get(f"/records/{begun.pk}/"))
    assert "Sealing needs the role lead." in page
    assert "Stating facts needs the role" in page
    assert "/seal/" not in page
    assert "/state/" not in page


def test_a_reader_starts_nothing(run, reader):
    assert browser(reader).post(f"/records/start/?run={run.pk}").status_code == 403


def test_reading_asks_for_a_login(sealed):
    answer = Client().get(f"/records/{sealed.pk}/bundle.zip")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("place", ["record.json", "bundle.zip", "files/model/best.safetensors"])
def test_a_draft_hands_nothing_out(place, begun, anna):
    assert browser(anna).get(f"/records/{begun.pk}/{place}").status_code == 404


# ── from a run to a seal ─────────────────────────────────────────────────────


def test_starting_twice_opens_the_same_draft(run, anna):
    first = browser(anna).post(f"/records/start/?run={run.pk}")
    again = browser(anna).post(f"/records/start/?run={run.pk}")
    assert first["Location"] == again["Location"]
    assert Record.objects.count() == 1


@pytest.mark.parametrize("named", ["", "?run=", "?run=DOC-117", "?run=" + "0" * 32])
def test_a_run_that_is_not_there_is_404(named, run, anna):
    assert browser(anna).post(f"/records/start/{named}").status_code == 404


def test_a_draft_tells_what_is_known_and_what_is_lacking(begun, anna):
    page = browser(anna).get(f"/records/{begun.pk}/").context["page"]
    told = {one.title: one for part in page.checklist.sections for one in part.checks}
    assert told["Checkpoint"].grade == "verified"
    assert told["Verdict"].words == "confirmed by anna: It held."
    assert told["Licence"].reason == "not stated"
    lacking = {one.title for one in page.checklist.lacking}
    assert {"Licence", "Intended use", "Limitations"} <= lacking
    missing = sum(1 for one in told.values() if one.grade == "missing")
    assert page.checklist.note == f"{len(told) - missing} of {len(told)} known"
    assert [step.name for step in page.lineage] == [
        "Sprint 49", "DOC-10", "DOC-12", "DOC-117", "draft"
    ]  # fmt: skip
    assert page.lineage[2].verdict == "confirmed"


def test_what_a_person_states_is_kept_with_the_name(begun, anna):
    sent = {
        "model": "Digit reader two",
        "licence": "MIT",
        "decision": "test/f1",
        "direction": "max",
        "threshold": "0.9",
        "more_files": ["labels.json"],
    }
    answer = browser(anna).post(f"/records/{begun.pk}/state/", sent, follow=True)
    assert said(answer) == ["Written down, with your name and the time."]
    record = Record.objects.get()
    assert record.model_id == "digit-reader-two"
    assert record.stated["licence"]["by"] == "anna"
    assert record.stated["decision_metric"]["value"] == {
        "name": "test/f1", "direction": "max", "threshold": 0.9
    }  # fmt: skip
    assert record.task_name == "DOC-12"  # not sent, so not taken back
    form = answer.context["page"].form
    assert (form["licence"].value(), form["more_files"].value()) == ("MIT", ["labels.json"])
    assert "more/labels.json" in shown(answer)


def test_an_emptied_field_is_taken_back(begun, anna):
    draft.state(begun, {"licence": "MIT"}, by=anna)
    sent = {"model": begun.model.name, "licence": "", "task": ""}
    browser(anna).post(f"/records/{begun.pk}/state/", sent)
    record = Record.objects.get()
    assert "licence" not in record.stated
    assert (record.task, record.task_name) == (None, "")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"commit": "not hexadecimal"}, "A commit is 7 to 64 hexadecimal digits."),
        ({"inference_command": "python 'x"}, "A quotation mark of the command is not closed."),
        ({"decision": "no/such"}, "Select a valid choice."),
        ({"threshold": "high"}, "Enter a number."),
        ({"model": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_taken_is_said_at_the_form(sent, words, lab, anna):
    run = making.whole_run(lab, "DOC-118", code={})
    record = draft.start(run, by=anna)
    answer = browser(anna).post(
        f"/records/{record.pk}/state/", {"model": "m", "licence": "MIT", **sent}
    )
    assert words in shown(answer).replace("&#x27;", "'")
    assert Record.objects.get().stated == {}


def test_a_seal_says_its_digest_and_the_page_shows_it(begun, anna):
    answer = browser(anna).post(f"/records/{begun.pk}/seal/", follow=True)
    record = Record.objects.get()
    assert said(answer) == [f"{record.model_id} v1 is sealed: sha256:{record.digest}"]
    assert f"python3 {record.model_id}-v1/verify.py --digest sha256:{record.digest}" in shown(
        answer
    )
    assert f"/api/v1/records/{record.pk}/bundle.zip" in shown(answer)


def test_a_sealed_record_is_refused_in_words(sealed, anna):
    page = browser(anna)
    for place in ("seal/", "state/"):
        answer = page.post(f"/records/{sealed.pk}/{place}", {"model": "m"}, follow=True)
        assert "is sealed" in said(answer)[0]
    assert Record.objects.get().digest == sealed.digest


def test_a_flipped_byte_refuses_the_seal_and_names_the_file(begun, anna):
    place = path_of(making.sha256(making.CODE))
    whole = place.read_bytes()
    place.write_bytes(b"I" + whole[1:])
    try:
        answer = browser(anna).post(f"/records/{begun.pk}/seal/", follow=True)
    finally:
        place.write_bytes(whole)
    assert "code/inference/infer.py" in said(answer)[0]
    assert Record.objects.get().sealed_at is None


def test_a_draft_whose_run_was_removed_says_so(begun, anna):
    Run.objects.all().delete()
    answer = browser(anna).get(f"/records/{begun.pk}/")
    assert answer.status_code == 410
    assert "is no longer here" in shown(answer)
    refused = browser(anna).post(f"/records/{begun.pk}/seal/")
    assert refused.status_code == 302
    assert Record.objects.get().sealed_at is None
