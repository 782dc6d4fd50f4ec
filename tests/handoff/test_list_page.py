"""The list of records: how they are found, and what it costs."""

from urllib.parse import parse_qs, urlparse

import pytest
from django.http import QueryDict

from handoff.models import Model, Record
from handoff.pages import index as index_page
from tests.handoff.asking import browser, queries, shown


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
