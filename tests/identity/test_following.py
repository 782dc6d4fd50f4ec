"""What follows from a tie: one's own tasks and runs, and names that lead somewhere."""

import pytest
from django.contrib.auth.models import User

from portal.accounts.ties import deciding
from portal.accounts.ties.known import accounts
from portal.accounts.ties.models import account_key
from tests.identity.conftest import client_of
from tests.pages.asking import same_cost, seen, text


@pytest.fixture
def tie(lab, ada):
    """`tie(person, key)`, as an administrator confirms it."""

    def make(person, key):
        known = accounts(User.objects.get(pk=ada.pk))
        return deciding.confirm(person, known[key], reason="-", by=ada.pk)

    return make


def card(page, head, end):
    return page[page.index(head) : page.index(end)]


def own(person):
    return card(seen(client_of(person), "/"), "Mine", "Open hypotheses")


def test_my_tasks_follow_the_tied_account_and_not_the_name(lab, member, mia, tie):
    hers, namesake = member("M. O."), member("Mia Ode")
    lab.task("DOC-1", assignee=hers, assignee_name="M. O.")
    lab.task("DOC-2", assignee=namesake, assignee_name="Mia Ode")
    assert "DOC-2" in own(mia)
    tie(mia, hers.pk)
    page = own(mia)
    assert "DOC-1" in page
    assert "DOC-2" not in page


def test_by_name_alone_nothing_is_mine_that_is_said_to_be_anothers(lab, ada, member, mia, tie):
    first, second = member("Mia Ode"), member("Mia Ode")
    lab.task("DOC-1", assignee=first, assignee_name="Mia Ode")
    lab.task("DOC-2", assignee=second, assignee_name="Mia Ode")
    lab.task("DOC-3", assignee_name="Mia Ode")
    tie(lab.lead, first.pk)
    known = accounts(User.objects.get(pk=ada.pk))
    deciding.reject(mia, known[second.pk], reason="-", by=ada.pk)
    page = own(mia)
    assert "DOC-3" in page
    assert "DOC-1" not in page
    assert "DOC-2" not in page


def test_my_runs_are_those_of_my_owners_and_of_my_commits(lab, mia, tie):
    lab.run("R-1", owner="mo")
    lab.run("R-2", owner="worker", code={"email": "mia.ode@lab.test"})
    lab.run("R-3", owner="worker", code={"email": "else@lab.test"})
    lab.run("R-4", owner="mo", trashed=True)
    assert "My runs" not in own(mia)
    tie(mia, account_key(lab.tracker.pk, "owner", "mo"))
    tie(mia, account_key(lab.tracker.pk, "author", "mia.ode@lab.test"))
    page = own(mia)
    assert page.index("R-2") < page.index("R-1")
    assert "R-3" not in page
    assert "R-4" not in page


def test_home_costs_the_same_with_one_tie_and_with_sixty(lab, mia, member, tie):
    def fill(first, last):
        for number in range(first, last):
            lab.task(f"DOC-{number}", assignee=(one := member(f"M{number}")))
            lab.run(f"R-{number}", owner=f"o{number}", code={"email": f"e{number}@lab.test"})
            for key in (
                one.pk,
                account_key(lab.tracker.pk, "owner", f"o{number}"),
                account_key(lab.tracker.pk, "author", f"e{number}@lab.test"),
            ):
                tie(mia, key)

    fill(0, 1)
    client = client_of(mia)
    page = f"/people/{mia.pk}/"
    assert same_cost(client, lambda: "/", lambda: fill(1, 20)) <= 50
    assert same_cost(client, lambda: page, lambda: fill(20, 60)) <= 20


def test_names_lead_to_what_the_person_did_where_a_tie_exists(lab, member, mia, tie):
    hers = member("M. O.")
    task = lab.task("DOC-1", assignee=hers, assignee_name="M. O.")
    run = lab.run("R-1", owner="mo", code={"email": "m@lab.test", "author": "M. Ode"})
    client, link = client_of(lab.viewer), f'href="/people/{mia.pk}/"'
    places = (f"/t/{task.name}/", f"/runs/{run.pk}/", "/")
    for url in places:
        assert link not in text(client, url), url
    for kind, words in (("owner", "mo"), ("author", "m@lab.test")):
        tie(mia, account_key(lab.tracker.pk, kind, words))
    tie(mia, hers.pk)
    assert text(client, places[0]).count(link) == 1
    assert text(client, places[1]).count(link) == 2


def test_a_verdict_names_who_gave_it_and_leads_there(lab):
    claim = lab.claim("DOC-2")
    lab.verdict(claim, "refuted")
    client = client_of(lab.viewer)
    assert f'href="/people/{lab.lead.pk}/"' in text(client, "/h/DOC-2/")
    page = seen(client, f"/people/{lab.lead.pk}/")
    assert "Lea Lab" in page
    assert "DOC-2 ✕ refuted" in page


def test_a_persons_page_shows_only_what_its_viewer_sees(lab, ada, member, mia, tie):
    hidden = lab.source("hidden", "jira")
    tie(mia, member("M. O.").pk)
    away = member("M. Hidden", source=hidden)
    lab.task("HID-1", source=hidden, assignee=away)
    root = User.objects.create_superuser("root")
    deciding.confirm(mia, accounts(root)[away.pk], reason="-", by=root.pk)
    hidden.viewers.clear()
    page = seen(client_of(lab.viewer), f"/people/{mia.pk}/")
    assert "M. O. Jira account" in page
    assert "Hidden" not in page
    assert "HID-1" not in page
    assert "HID-1" in seen(client_of(root), f"/people/{mia.pk}/")


def test_a_stranger_finds_nobody(lab, member, mia, tie):
    tie(mia, member("M. O.").pk)
    lab.verdict(lab.claim("DOC-2"), "refuted")
    client = client_of(lab.stranger)
    for person in (mia, lab.lead):
        assert client.get(f"/people/{person.pk}/").status_code == 404
    assert client.get("/people/999999/").status_code == 404
    assert client.get(f"/people/{lab.stranger.pk}/").status_code == 200
    assert client_of(lab.viewer).get(f"/people/{lab.stranger.pk}/").status_code == 404
