"""A sealed record's page and its bytes, and what the pages of records cost."""

import hashlib
import json
from io import BytesIO

import pytest
from PIL import Image

from handoff import draft, seal
from handoff.models import Record
from handoff.pages import draft as draft_page
from handoff.pages import record as record_page
from sources.models import visible_sources
from tests.handoff import making
from tests.handoff.asking import RIGHTS, browser, queries, shown
from tracking.blobs import path_of
from tracking.models import Run


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


def test_a_plot_is_drawn_anew_for_those_who_may_see_it(lab, run, anna):
    drawn = BytesIO()
    Image.new("RGB", (30, 20), "navy").save(drawn, "PNG")
    making.file(run, "plots/loss", drawn.getvalue(), "plot:loss", name="loss.png")
    record = seal.seal(draft.start(run, by=anna), by=anna)
    url = f"/records/{record.pk}/pictures/plots/loss.png"
    assert f'src="{url}"' in shown(browser(anna).get(f"/records/{record.pk}/"))
    answer = browser(anna).get(url)
    assert (answer["Content-Type"], answer["Content-Disposition"][:6]) == ("image/png", "inline")
    with Image.open(BytesIO(answer.getvalue())) as picture:
        assert picture.size == (30, 20)
    stranger = making.person("zed", *RIGHTS, source=making.source("elsewhere"))
    assert browser(stranger).get(url).status_code == 404


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
