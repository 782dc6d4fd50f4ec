"""An administrator says whose an account outside is."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client

from portal.accounts.ties import deciding
from portal.accounts.ties.known import accounts
from portal.accounts.ties.models import Tie, account_key
from sprints.models import Member
from tests.identity.conftest import administrator, client_of
from tests.pages.asking import same_cost, seen, text
from tests.sprints.made import Lab

PAGE = "/settings/people/accounts/"
DECIDE = f"{PAGE}decide/"


def asked(person, account, answer="yes"):
    return {"person": person.pk, "account": account, "answer": answer}


def proposed(client):
    """The words of the table of proposals."""
    page = seen(client, PAGE)
    return page[page.index("May be the same person") : page.index(" Tied ")]


def test_accounts_are_proposed_with_reason_and_sureness(lab, client_of_ada, member, mia):
    member("M. O.", mail="mia.ode@lab.test")
    member("Kim Larsen")
    lab.run("R-1", owner="mia.ode")
    lab.run("R-2", owner="kim", code={"email": "mia.ode@home.test", "author": "Ódé Mia"})
    page = proposed(client_of_ada)
    for words in (
        "M. O. may be Mia Ode mia.ode Jira account, Jira: the same e-mail sure",
        "mia.ode owner of runs, Tracker: a user name made of the name likely",
        "Ódé Mia <mia.ode@home.test> may be Mia Ode mia.ode author of commits, Tracker: the same",
    ):
        assert words in page, words
    assert "Kim" not in page
    assert Tie.objects.count() == 0


def test_what_fits_two_people_is_only_possible(lab, client_of_ada, member, mia):
    User.objects.create_user("mode", first_name="Mia", last_name="Ode")
    member("Mia Ode")
    page = proposed(client_of_ada)
    assert page.count("Jira account, Jira: the same name, as 1 other here possible") == 2


def test_one_click_ties_and_what_was_written_down_says_who(lab, ada, client_of_ada, member, mia):
    account = member("Mia Ode")
    answer = client_of_ada.post(DECIDE, asked(mia, account.pk), follow=True)
    assert "Mia Ode is tied to Mia Ode." in answer.content.decode()
    tie = Tie.objects.get()
    assert (tie.user, tie.account, tie.by, tie.reason) == (mia, account.pk, ada, "the same name")
    event = apps.get_model("accounts", "TieEvent").objects.get()
    assert (event.pgh_label, event.user_id, event.account) == ("confirmed", mia.pk, account.pk)
    assert event.pgh_context.metadata["user"] == ada.pk
    assert "Mia Ode" not in proposed(client_of_ada)


def test_a_no_does_not_come_back_whatever_the_account_is_called(lab, client_of_ada, member, mia):
    account = member("Mia Ode")
    client_of_ada.post(DECIDE, asked(mia, account.pk, "no"))
    assert not Tie.objects.get().confirmed
    Member.objects.filter(pk=account.pk).update(name="Ode, Mia")
    assert "Ode, Mia" not in proposed(client_of_ada)
    assert "Ode, Mia is not Mia Ode" in seen(client_of_ada, PAGE)
    label = apps.get_model("accounts", "TieEvent").objects.get().pgh_label
    assert label == "rejected"


def test_a_no_that_is_taken_back_is_proposed_again(lab, client_of_ada, member, mia):
    client_of_ada.post(DECIDE, asked(mia, member("Mia Ode").pk, "no"))
    client_of_ada.post(f"{PAGE}{Tie.objects.get().pk}/untie/")
    assert "Mia Ode" in proposed(client_of_ada)


def test_what_is_untied_is_free_and_not_proposed_for_the_same_person(
    lab, client_of_ada, member, mia
):
    client_of_ada.post(DECIDE, asked(mia, member("Mia Ode").pk))
    client_of_ada.post(f"{PAGE}{Tie.objects.get().pk}/untie/")
    assert not Tie.objects.get().confirmed
    assert "Mia Ode" not in proposed(client_of_ada)
    labels = apps.get_model("accounts", "TieEvent").objects.order_by("pgh_id")
    assert [one.pgh_label for one in labels] == ["confirmed", "taken back", "rejected"]


def test_any_account_is_tied_by_hand_by_user_name(lab, client_of_ada, mia):
    lab.run("R-1", owner="worker-7")
    key = account_key(lab.tracker.pk, "owner", "worker-7")
    told = {"username": "MIA.ODE", "account": key, "answer": "yes"}
    client_of_ada.post(DECIDE, told)
    assert (Tie.objects.get().words, Tie.objects.get().reason) == ("worker-7", "tied by hand")
    told["username"] = "nobody"
    assert "Nobody here" in client_of_ada.post(DECIDE, told, follow=True).content.decode()


def test_an_account_has_one_person_at_most(lab, client_of_ada, member, mia):
    other = User.objects.create_user("otto")
    account = member("Mia Ode").pk
    client_of_ada.post(DECIDE, asked(mia, account))
    answer = client_of_ada.post(DECIDE, asked(other, account), follow=True)
    assert "Untie it there first" in answer.content.decode()
    client_of_ada.post(DECIDE, asked(mia, account))
    assert [tie.user for tie in Tie.objects.all()] == [mia]


def test_a_search_finds_people_and_accounts_and_can_be_cleared(lab, client_of_ada, member, mia):
    member("Mia Ode")
    member("Somebody Élse")
    page = seen(client_of_ada, f"{PAGE}?q=else")
    assert "Somebody Élse" in page
    assert "the same name" not in page
    page = seen(client_of_ada, f"{PAGE}?q=mia")
    assert "Mia Ode Jira account, Jira Tie" in page, "a proposal may be somebody else's"
    page = seen(client_of_ada, f"{PAGE}?q=xyzzy")
    assert page.count("Clear filters") == 3


def test_without_any_account_the_page_says_where_they_come_from(client_of_ada):
    assert "No account is known yet." in seen(client_of_ada, PAGE)


def test_hidden_accounts_and_sources_are_not_there(lab, ada, client_of_ada, member, mia):
    hidden = lab.source("hidden", "jira")
    hidden.viewers.clear()
    away = member("Mia Ode", source=hidden)
    gone = member("Ode Mia", removed_at=lab.jira.created_at)
    lab.run("R-1", owner="mia.ode", source=hidden)
    assert "No account is known yet." in seen(client_of_ada, PAGE)
    for account in (away.pk, gone.pk, uuid4(), "x"):
        assert client_of_ada.post(DECIDE, asked(mia, account)).status_code == 404
    tie = deciding.confirm(mia, known_to_all(hidden, away), reason="-", by=ada.pk)
    assert client_of_ada.post(f"{PAGE}{tie.pk}/untie/").status_code == 404


def known_to_all(source, account):
    root = User.objects.create_superuser("root")
    return accounts(root)[account.pk]


def test_only_who_may_tie_sees_the_page(lab, member, mia):
    client, account = client_of(mia), member("Mia Ode").pk
    assert client.get(PAGE).status_code == 403
    assert client.post(DECIDE, asked(mia, account)).status_code == 403
    assert client.post(f"{PAGE}7/untie/").status_code == 403
    assert Client().get(PAGE).url.startswith("/accounts/login/")
    assert Tie.objects.count() == 0


def test_the_link_to_it_is_only_for_who_may(lab, ada, client_of_ada):
    assert PAGE in text(client_of_ada, "/settings/people/")
    Group.objects.get(name="administrator").permissions.filter(codename="tie_account").delete()
    assert PAGE not in text(client_of(User.objects.get(pk=ada.pk)), "/settings/people/")


def test_the_page_costs_the_same_for_one_account_and_for_sixty(lab, ada, client_of_ada, member):
    def fill(first, last):
        for number in range(first, last):
            person = User.objects.create_user(
                f"p{number}", first_name="Kim", last_name=f"N{number}"
            )
            one = member(f"Kim N{number}")
            member(f"N{number} Kim")
            lab.run(f"R-{number}", owner=f"owner-{number}", code={"email": f"a{number}@x.test"})
            known = accounts(administrator(lab, f"admin{number}"))
            deciding.confirm(person, known[one.pk], reason="-", by=ada.pk)

    fill(0, 1)
    assert same_cost(client_of_ada, lambda: PAGE, lambda: fill(1, 60)) <= 20


@pytest.mark.parametrize("words", ["owner > ''", "a' OR 1=1 --", "%", "\\"])
def test_owners_with_any_words_are_accounts(lab: Lab, ada, words):
    lab.run("R-1", owner=words, code={"email": words})
    kinds = {one.kind for one in accounts(ada).values() if one.words == words}
    assert kinds == {"owner", "author"}


def test_owners_are_found_once_however_many_runs_they_have(lab: Lab, ada):
    for number in range(12):
        lab.run(f"R-{number}", owner=f"o{number % 3}", code={"email": f"e{number % 2}@x.test"})
    lab.run("R-gone", owner="gone", removed_at=lab.jira.created_at)
    lab.run("R-none", owner="", code={"email": None})
    found = sorted(one.shown for one in accounts(ada).values())
    assert found == ["e0@x.test", "e1@x.test", "o0", "o1", "o2"]
