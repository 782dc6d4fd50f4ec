"""Erasing somebody: what goes, what stays, and that nothing brings it back."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test import Client

from handoff.models import Model, Record
from portal.accounts.models import ApiToken, Profile
from portal.accounts.ties import deciding
from portal.accounts.ties.known import accounts
from portal.accounts.ties.models import ErasedAccount, Erasure, Tie, account_key
from sprints.models import Evidence, Hypothesis, Member, Verdict
from sprints.outbox.models import JiraToken, Write
from tests.accounts.making import bearer, person, token_of
from tests.identity.conftest import client_of
from tests.pages.asking import cost, seen, text

EVERYWHERE = ("mia.ode", "mia ode", "mia.ode@lab.test")
# Not ours to change: rows of a mirror, and what names a mirrored account.
MIRRORED = {"sprints_member", "sprints_task", "tracking_run", "sources_payload"}


def page_of(someone):
    return f"/settings/people/{someone.pk}/erase/"


def erased(client, someone, name="mia.ode"):
    return client.post(page_of(someone), {"username": name}, follow=True)


@pytest.fixture
def busy(lab, ada, member, mia):
    """Mia with everything that a person can have here."""
    task = lab.claim("DOC-2", assignee=member("Mia Ode"), assignee_name="Mia Ode")
    run = lab.run("R-1", owner="mia.ode")
    Hypothesis.objects.create(task=task, metric="f1", edited_by=mia)
    Verdict.objects.create(task=task, outcome="refuted", by=mia)
    Evidence.objects.create(task=task, run=run.pk, added=True, by=mia)
    Profile.objects.create(user=mia)
    EmailAddress.objects.create(user=mia, email=mia.email, primary=True)
    Authenticator.objects.create(user=mia, type="totp", data={})
    told = {"value": "It is good", "by": "mia.ode", "at": "2026-11-20T07:00:00Z"}
    other = {"value": "It is not", "by": "lea", "at": "2026-11-20T07:00:00Z"}
    Record.objects.create(
        model=Model.objects.create(slug="m", name="m"), run=run.pk, sources=[lab.jira.pk],
        stated={"intended_use": told, "limitations": other}, created_by=mia,
    )  # fmt: skip
    token = JiraToken(source=lab.jira, user=mia, email=mia.email, account="Mia Ode")
    token.secret = "secret"
    token.save()
    for state in ("pending", "done"):
        Write.objects.create(
            source=lab.jira, task=task, kind="comment", by=mia, state=state, through=mia,
            account="Mia Ode", account_id="5b-mia", asked={"who": "Mia Ode", "text": "Three agree"},
        )  # fmt: skip
    known = accounts(User.objects.get(pk=ada.pk))
    for account in known.values():
        deciding.confirm(mia, account, reason="-", by=ada.pk)
    LogEntry.objects.create(
        user=ada, content_type=ContentType.objects.get_for_model(User), object_id=str(mia.pk),
        object_repr="mia.ode", action_flag=CHANGE,
    )  # fmt: skip
    LogEntry.objects.create(
        user=ada, content_type=ContentType.objects.get_for_model(EmailAddress), object_id="1",
        object_repr="Mia.Ode@lab.test", action_flag=CHANGE,
    )  # fmt: skip
    return mia


def mentioned():
    """Tables of ours with Mia's name or address in any column."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in MIRRORED or model._meta.proxy or not model._meta.managed:
                continue
            cursor.execute(f"""SELECT string_agg(held::text, ' ') FROM "{table}" AS held""")
            words = (cursor.fetchone()[0] or "").lower()
            if any(name in words for name in EVERYWHERE):
                found.add(table)
    return found


def test_no_table_of_ours_names_the_person_any_more(lab, ada, busy):
    before = mentioned()
    assert before >= {
        "auth_user", "accounts_personevent", "accounts_tie", "account_emailaddress",
        "handoff_record", "sprints_write", "sprints_jiratoken", "django_admin_log",
    }  # fmt: skip
    answer = erased(client_of(ada), busy)
    assert f"by Former person {busy.pk} from now on" in answer.content.decode()
    assert mentioned() == set()


def test_what_they_did_stays_by_a_number(lab, ada, busy):
    erased(client_of(ada), busy)
    verdict = Verdict.objects.get()
    assert (verdict.by_id, verdict.by.get_full_name()) == (busy.pk, f"Former person {busy.pk}")
    assert Hypothesis.objects.get().edited_by_id == Evidence.objects.get().by_id == busy.pk
    page = seen(client_of(lab.viewer), "/h/DOC-2/")
    assert f"✕ refuted by Former person {busy.pk}" in page
    stated = Record.objects.get().stated
    assert stated["intended_use"] == {
        "value": "It is good", "by": f"Former person {busy.pk}", "at": "2026-11-20T07:00:00Z",
    }  # fmt: skip
    assert stated["limitations"]["by"] == "lea"
    page = seen(client_of(lab.viewer), f"/people/{busy.pk}/")
    assert "Somebody who asked to be erased." in page
    assert "No run is known to be theirs." in page


def test_every_way_in_is_shut(lab, ada, busy):
    client = client_of(busy)
    assert client.get("/").status_code == 200
    _, token = token_of(busy)
    assert UserSession.objects.filter(user=busy).exists()
    erased(client_of(ada), busy)
    assert client.get("/").url.startswith("/accounts/login/")
    assert Client().get("/api/v1/me/", headers=bearer(token)).status_code == 401
    busy.refresh_from_db()
    assert (busy.is_active, busy.has_usable_password(), busy.groups.count()) == (False, False, 0)
    for model in (ApiToken, UserSession, EmailAddress, Authenticator, Profile, JiraToken, Tie):
        assert not model.objects.filter(user=busy).exists(), model


def test_what_was_not_sent_to_jira_is_dropped_and_what_was_stays(lab, ada, busy):
    erased(client_of(ada), busy)
    assert sorted(Write.objects.values_list("state", flat=True)) == ["done", "dropped"]


def test_while_something_is_being_sent_nothing_is_erased(lab, ada, busy):
    Write.objects.filter(state="pending").update(state="sending")
    page = erased(client_of(ada), busy).content.decode()
    assert "try again in a minute" in page
    busy.refresh_from_db()
    assert busy.get_full_name() == "Mia Ode"
    assert Tie.objects.count() == 2


def test_no_sync_and_nobody_by_hand_brings_a_tie_back(lab, ada, busy):
    """The account is known by its key, so another name does not help."""
    erased(client_of(ada), busy)
    Member.objects.update(name="Mia Ode Again")
    User.objects.create_user("mia2", "m@x.test", first_name="Mia", last_name="Ode Again")
    User.objects.create_user("mia.ode")
    page = seen(client_of(ada), "/settings/people/accounts/")
    assert "0 accounts look like somebody here, 0 are tied." in page
    assert "Mia Ode Again" not in page
    assert ErasedAccount.objects.count() == 2
    key = account_key(lab.tracker.pk, "owner", "mia.ode")
    told = {"username": "mia2", "account": key, "answer": "yes"}
    answer = client_of(ada).post("/settings/people/accounts/decide/", told, follow=True)
    assert "asked to be erased" in answer.content.decode()
    assert not Tie.objects.exists()


def test_what_was_written_down_stays_without_names(lab, ada, busy):
    """Who changed what, and when; of ties that there were some, not which."""
    erased(client_of(ada), busy)
    changes = apps.get_model("accounts", "PersonEvent").objects.filter(pgh_obj=busy.pk)
    assert changes.count() >= 2
    assert set(changes.values_list("email", flat=True)) == {""}
    ties = apps.get_model("accounts", "TieEvent").objects.filter(user=busy.pk)
    assert sorted(ties.values_list("pgh_label", flat=True)) == [
        "confirmed", "confirmed", "taken back", "taken back",
    ]  # fmt: skip
    assert {key.int for key in ties.values_list("account", flat=True)} == {0}
    event = apps.get_model("accounts", "ErasureEvent").objects.get()
    assert (event.user_id, event.by_id) == (busy.pk, ada.pk)
    page = text(client_of_root(), "/admin/pghistory/events/")
    assert "erasure of a person" in page


def client_of_root():
    return client_of(User.objects.create_superuser("root"))


@pytest.mark.parametrize("name", ["PersonEvent", "TieEvent", "ErasureEvent"])
def test_what_was_written_down_can_still_not_be_changed(lab, ada, busy, name):
    erased(client_of(ada), busy)
    events = apps.get_model("accounts", name).objects
    assert events.exists()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        events.update(pgh_label="nothing")


def test_who_was_erased_is_not_let_in_again(lab, ada, busy):
    client = client_of(ada)
    assert page_of(busy) in text(client, f"/people/{busy.pk}/")
    erased(client, busy)
    for verb, told in (("activate", {}), ("role", {"role": "lead"})):
        answer = client.post(f"/settings/people/{busy.pk}/{verb}/", told, follow=True)
        assert "was erased, and stays so" in answer.content.decode()
    busy.refresh_from_db()
    assert not busy.is_active
    assert "erased" in text(client, "/settings/people/")
    assert page_of(busy) not in text(client, f"/people/{busy.pk}/")
    assert client.get(page_of(busy)).status_code == 404
    change = f"/admin/auth/user/{busy.pk}/change/"
    assert client.post(change, {"username": "mia.ode"}).status_code == 403
    known = accounts(User.objects.get(pk=ada.pk))
    with pytest.raises(deciding.Refused, match="was erased"):
        deciding.confirm(busy, next(iter(known.values())), reason="-", by=ada.pk)


def test_the_user_name_is_asked_for(lab, ada, mia):
    page = erased(client_of(ada), mia, "mia").content.decode()
    assert "That is not their user name." in page
    assert not Erasure.objects.exists()


def told_in_the_log(of, key, words, *, by):
    return LogEntry.objects.create(
        user=by, content_type=ContentType.objects.get_for_model(of), object_id=str(key),
        object_repr=words, action_flag=CHANGE,
    )  # fmt: skip


def test_the_admins_log_forgets_what_was_theirs_and_nobody_elses(lab, ada):
    """One's name may be a part of another's."""
    short, longer = person("an", "viewer"), person("anna", "viewer")
    kept = told_in_the_log(Profile, longer.pk, "anna", by=ada)
    token, _ = ApiToken.make(short, name="Her own laptop", scopes=["read"])
    gone = [
        told_in_the_log(ApiToken, token.pk, str(token), by=ada),
        told_in_the_log(Profile, "999", "An", by=ada),
    ]
    erased(client_of(ada), short, "an")
    kept.refresh_from_db()
    assert kept.object_repr == "anna"
    for entry in gone:
        entry.refresh_from_db()
        assert entry.object_repr == f"Former person {short.pk}"


def test_nobody_erases_themselves_nor_the_last_administrator(lab, ada):
    assert "Nobody erases themselves" in erased(client_of(ada), ada, "ada").content.decode()
    other = person("otto", "administrator")
    assert "Former person" in erased(client_of(other), ada, "ada").content.decode()


def test_only_who_may_erase_does(lab, ada, mia):
    client = client_of(lab.lead)
    assert client.get(page_of(mia)).status_code == 403
    assert erased(client, mia).status_code == 403
    ada.groups.get().permissions.filter(codename="erase_person").delete()
    client = client_of(User.objects.get(pk=ada.pk))
    assert client.post(page_of(mia), {"username": "mia.ode"}).status_code == 403
    page = text(client, f"/people/{mia.pk}/")
    assert page_of(mia) not in page
    assert "Erasing needs the role administrator." in page
    assert Client().get(page_of(mia)).url.startswith("/accounts/login/")


def test_nobody_who_is_not_there_is_erased(lab, ada):
    assert client_of(ada).get("/settings/people/999999/erase/").status_code == 404


def test_a_user_name_that_would_be_taken_gets_a_number(lab, ada, mia):
    User.objects.create_user(f"former-person-{mia.pk}")
    erased(client_of(ada), mia)
    mia.refresh_from_db()
    assert mia.username == f"former-person-{mia.pk}2"


def test_the_page_costs_little(lab, ada, busy):
    assert cost(client_of(ada), page_of(busy)) <= 9
