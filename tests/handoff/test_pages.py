"""The records' pages: what they cost, who may do what, and what they say."""

import hashlib
import json
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from handoff import draft, seal
from handoff.models import Model, Record
from handoff.pages import draft as draft_page
from handoff.pages import index as index_page
from handoff.pages import record as record_page
from sources.models import visible_sources
from tests.handoff import making
from tracking.blobs import path_of
from tracking.models import Run

RIGHTS = ("add_record", "seal_record")


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    """She may do everything here."""
    return making.person("anna", *RIGHTS, source=lab)


@pytest.fixture
def reader(lab):
    return making.person("rea", source=lab)


@pytest.fixture
def run(lab, anna):
    """Of DOC-12, a hypothesis of DOC-10 in sprint 49."""
    story = making.task(lab, "DOC-10", sprint=making.sprint(lab))
    claim = making.task(lab, "DOC-12", parent=story, hypothesis=True, sprint=story.sprint)
    making.hypothesis(claim, by=anna)
    made = making.whole_run(lab)
    making.tag(made, "DOC-12")
    making.verdict(claim, made, by=anna)
    return made


@pytest.fixture
def begun(run, anna):
    return draft.start(run, by=anna)


@pytest.fixture
def sealed(begun, anna):
    return seal.seal(begun, by=anna)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def shown(answer):
    return answer.content.decode()


def said(answer):
    return [str(message) for message in answer.context["messages"]]


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


# ── a sealed record ──────────────────────────────────────────────────────────


def test_a_sealed_page_needs_nothing_of_the_trackers(sealed, anna):
    before = browser(anna).get(f"/records/{sealed.pk}/").context["page"].checklist
    Run.objects.all().delete()
    page = browser(anna).get(f"/records/{sealed.pk}/")
    assert page.context["page"].checklist == before


def test_a_sealed_record_tells_its_facts_in_the_order_of_the_draft(begun, anna):
    was = browser(anna).get(f"/records/{begun.pk}/").context["page"].checklist
    seal.seal(begun, by=anna)
    now = browser(anna).get(f"/records/{begun.pk}/").context["page"].checklist
    assert now == was


def test_the_second_version_is_compared_with_the_first(sealed, lab, anna):
    better = making.whole_run(lab, "DOC-118", salt=1.0)
    better.metrics.filter(name="test/f1").update(last=0.95, max=0.95)
    second = seal.seal(draft.start(better, by=anna), by=anna)
    page = browser(anna).get(f"/records/{second.pk}/").context["page"]
    numbers = page.numbers
    assert (list(numbers.splits), numbers.compared) == (["train", "validation", "test"], "v1, test")
    (row,) = numbers.rows
    assert (row.measure, list(row.cells), row.before) == ("f1", [0.95, 0.92, 0.95], 0.91)
    assert row.delta == pytest.approx(0.04)
    assert numbers.apart == [("probe/tolerance_abs", 1e-6)]
    assert page.previous.url == f"/records/{sealed.pk}/"
    first = browser(anna).get(f"/records/{sealed.pk}/").context["page"]
    assert (first.previous, first.newest.url) == (None, f"/records/{second.pk}/")


def test_the_number_that_decides_is_marked(sealed, anna):
    numbers = browser(anna).get(f"/records/{sealed.pk}/").context["page"].numbers
    assert numbers.splits[numbers.rows[0].decides] == "validation"


def test_a_record_with_a_lost_file_hands_out_no_bundle(sealed, anna):
    path = path_of(making.sha256(making.CODE))
    content = path.read_bytes()
    path.unlink()
    try:
        page = browser(anna).get(f"/records/{sealed.pk}/")
        bundle = browser(anna).get(f"/records/{sealed.pk}/bundle.zip")
        file = browser(anna).get(f"/records/{sealed.pk}/files/code/inference/infer.py")
    finally:
        path.write_bytes(content)
    assert "code/inference/infer.py are lost or changed since the seal" in shown(page)
    assert f'href="/records/{sealed.pk}/bundle.zip"' not in shown(page)
    assert (bundle.status_code, file.status_code) == (410, 410)


def test_the_bytes_are_the_sealed_ones(sealed, anna):
    page = browser(anna)
    body = page.get(f"/records/{sealed.pk}/record.json").getvalue()
    assert hashlib.sha256(body).hexdigest() == sealed.digest
    for file in json.loads(body)["files"]:
        got = page.get(f"/records/{sealed.pk}/files/{file['path']}")
        assert hashlib.sha256(got.getvalue()).hexdigest() == file["sha256"]
    part = page.get(f"/records/{sealed.pk}/record.json", headers={"range": "bytes=2-5"})
    assert (part.status_code, part.getvalue()) == (206, body[2:6])


@pytest.mark.parametrize("path", ["nothing.txt", "../record.json", "model", "model/", "%00"])
def test_a_file_that_is_not_in_the_record_is_404(path, sealed, anna):
    assert browser(anna).get(f"/records/{sealed.pk}/files/{path}").status_code == 404


def test_a_plot_that_is_no_picture_is_404(sealed, anna):
    """The small run's plots are only called pictures."""
    assert browser(anna).get(f"/records/{sealed.pk}/pictures/plots/roc.png").status_code == 404


# ── the list ─────────────────────────────────────────────────────────────────


def fill(run, user, count, *, after="m"):
    for number in range(count):
        model = Model.objects.create(slug=f"{after}{number}", name=f"M {number}")
        Record.objects.create(
            model=model, run=run.pk, task_name="DOC-12", sources=[run.source_id], created_by=user
        )


@pytest.mark.parametrize("count", [1, 45])
def test_the_list_reads_in_two_queries(count, run, anna, django_assert_num_queries):
    """Sources and records; what the frame of every page reads is not ours."""
    fill(run, anna, count)
    with django_assert_num_queries(2):
        page = index_page.read(anna, QueryDict())
    assert len(page.lines) == count


def test_the_whole_list_costs_the_same_with_1_and_with_45(run, anna):
    page = browser(anna)
    fill(run, anna, 1)
    few = queries(page, "/records/")
    Record.objects.all().delete()
    fill(run, anna, 45, after="n")
    assert queries(page, "/records/") == few


def queries(page, url):
    """What a page costs when it was asked for before."""
    page.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert page.get(url).status_code == 200
    return len(asked)


def test_pages_follow_each_other_without_a_gap(run, anna):
    fill(run, anna, 120)
    page, seen, url = browser(anna), [], "/records/"
    while url:
        shown_now = page.get(url).context["page"]
        seen += [line.record.pk for line in shown_now.lines]
        url = shown_now.older_url
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=DOC-12", 1), ("q=doc-10", 1), ("q=digit", 1), ("q=DOC-117", 1), ("q=other", 0),
        ("state=sealed", 1), ("state=draft", 0), ("state=nonsense", 1), ("task=DOC-10", 1),
        ("task=DOC-11", 0), ("model=digit-reader", 1), ("model=nothing", 0), ("at=nonsense", 1),
        ("q=%00", 0),
    ],
)  # fmt: skip
def test_a_record_is_found_by_what_people_know_of_it(asked, found, sealed, anna):
    page = browser(anna).get(f"/records/?{asked}")
    assert len(page.context["page"].lines) == found
    if not found:
        assert "No record fits." in shown(page)


def test_a_record_is_found_by_its_digest_and_by_its_id(sealed, anna):
    for words in (f"sha256:{sealed.digest}", sealed.digest[:12], str(sealed.pk)):
        assert len(browser(anna).get("/records/", {"q": words}).context["page"].lines) == 1


def test_the_filter_stays_when_the_page_turns(run, anna):
    fill(run, anna, 60)
    older = browser(anna).get("/records/?q=DOC-12&state=draft").context["page"].older_url
    kept = parse_qs(urlparse(older).query)
    assert (kept["q"], kept["state"]) == (["DOC-12"], ["draft"])


def add(run, count, *, start=0):
    for number in range(start, start + count):
        making.file(run, f"source_code/files/m{number}.py", b"%d" % number, "training-code")
        making.metric(run, f"valid/m{number}", 0.5)


def test_a_draft_costs_the_same_with_1_and_with_60_more_files(run, begun, anna):
    page, url = browser(anna), f"/records/{begun.pk}/"
    add(run, 1)
    few = queries(page, url)
    add(run, 59, start=1)
    assert queries(page, url) == few


def test_a_sealed_page_costs_the_same_with_1_and_with_60_more_files(lab, run, anna):
    page, other = browser(anna), making.whole_run(lab, "DOC-118", salt=1.0)
    add(run, 1)
    add(other, 60)
    small, large = (seal.seal(draft.start(one, by=anna), by=anna) for one in (run, other))
    few = queries(page, f"/records/{small.pk}/")
    assert queries(page, f"/records/{large.pk}/") == few


@pytest.mark.parametrize(("which", "cost"), [("begun", 21), ("sealed", 4)])
def test_what_a_record_page_reads(which, cost, request, anna, django_assert_num_queries):
    record = Record.objects.select_related("model", "sealed_by").get(
        pk=request.getfixturevalue(which).pk
    )
    visible_sources(anna)
    anna.has_perm("handoff.add_record")
    with django_assert_num_queries(cost):
        if record.sealed:
            record_page.read(anna, record, "http://here")
        else:
            draft_page.read(anna, record)
