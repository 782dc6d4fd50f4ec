"""Invitations, roles, and who is let in no longer."""

import re
import socket
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.accounts import invitations, people
from portal.accounts.invitations import CONSOLE
from tests.accounts.making import PASSWORD, bearer, person, signed_in, token_of

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver(/accounts/invitation/[\w:.-]+/)")
NEW = {"new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def ada(db):
    return person("ada", "administrator")


def invite(client, email="Eve.Night@lab.test", role="lead"):
    page = client.post("/settings/people/invite/", {"email": email, "role": role})
    return page, LINK.findall(page.content.decode())


def invited(ada):
    return invite(signed_in(ada))[1][0]


def test_an_invited_person_sets_a_password_once_and_signs_in(ada):
    page, links = invite(signed_in(ada))
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    eve = User.objects.get(email="eve.night@lab.test")
    assert (eve.username, eve.has_usable_password()) == ("eve.night", False)
    assert [group.name for group in eve.groups.all()] == ["lead"]
    link = links[0]
    form = Client().get(link)
    assert "eve.night" in form.content.decode()
    assert form["Referrer-Policy"] == "same-origin"
    assert Client().post(link, NEW).url == "/accounts/login/"
    answer = Client().post("/accounts/login/", {"login": "eve.night", "password": PASSWORD})
    assert answer.url == "/"
    for again in (Client().get(link), Client().post(link, NEW)):
        assert again.status_code == 410


def test_a_link_is_shown_only_once(ada):
    client = signed_in(ada)
    invite(client)
    assert not LINK.findall(client.get("/settings/people/").content.decode())


def test_a_link_ends_after_a_week(ada):
    link = invited(ada)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert Client().get(link).status_code == 410
        assert Client().post(link, NEW).status_code == 410
    assert not User.objects.get(username="eve.night").has_usable_password()


def test_a_newer_link_ends_the_older(ada):
    older = invited(ada)
    eve = User.objects.get(username="eve.night")
    page = signed_in(ada).post(f"/settings/people/{eve.pk}/link/")
    newer = LINK.findall(page.content.decode())[0]
    assert Client().get(older).status_code == 410
    assert Client().get(newer).status_code == 200


@pytest.mark.parametrize("change", [lambda link: link[:-3] + "x/", lambda link: link.upper()])
def test_a_changed_link_opens_nothing(ada, change):
    link = invited(ada)
    told = change(link.removeprefix("/accounts/invitation/"))
    assert Client().get(f"/accounts/invitation/{told}").status_code == 410


def test_a_link_of_another_person_does_not_fit(ada):
    token = invited(ada).split("/")[-2]
    other = person("otto")
    User.objects.filter(username="eve.night").delete()
    assert invitations.invited(token) is None
    assert other.has_usable_password()


def test_a_weak_password_is_refused_and_the_link_stays(ada):
    link = invited(ada)
    page = Client().post(link, {"new_password1": "12345678", "new_password2": "12345678"})
    assert "too common" in page.content.decode()
    assert Client().post(link, NEW).status_code == 302


def test_a_deactivated_persons_link_opens_nothing(ada):
    link = invited(ada)
    people.deactivate(User.objects.get(username="eve.night"))
    assert Client().get(link).status_code == 410


def test_who_has_a_password_gets_no_link(ada):
    """It would be a way into their account."""
    mara = person()
    page = signed_in(ada).post(f"/settings/people/{mara.pk}/link/", follow=True)
    assert "has a password already" in page.content.decode()
    mara.refresh_from_db()
    assert mara.check_password(PASSWORD)


def test_the_link_is_mailed_when_mail_is_set_up(ada):
    link = invited(ada)
    (sent,) = mail.outbox
    assert sent.to == ["eve.night@lab.test"]
    assert f"http://testserver{link}" in sent.body


def test_nothing_is_mailed_without_a_mail_server(ada, settings):
    settings.MAILERS = {"default": {"BACKEND": CONSOLE}}
    page, links = invite(signed_in(ada))
    assert links
    assert "Hand this link to" in page.content.decode()


@pytest.fixture
def shut_port():
    """Bound and not listened on: who calls is refused."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        yield line.getsockname()[1]


def test_a_mail_that_does_not_go_out_is_told_and_the_link_shown(ada, settings, shut_port):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": shut_port, "timeout": 2},
        }
    }
    page, links = invite(signed_in(ada))
    assert links
    assert "could not be sent" in page.content.decode()


@pytest.mark.parametrize("email", ["mara@lab.test", "MARA@lab.test", "no-address"])
def test_an_address_that_is_taken_or_none_is_refused(ada, email):
    person()
    page, links = invite(signed_in(ada), email=email)
    assert not links
    assert 'class="errors"' in page.content.decode()
    assert User.objects.count() == 2


def test_names_that_are_taken_get_a_number():
    person("eve")
    assert people.invite("eve@other.test", "viewer").username == "eve2"
    assert people.invite("eve@third.test", "viewer").username == "eve3"


def test_only_administrators_see_people_and_invite(ada):
    mara = person()
    client = signed_in(mara)
    assert client.get("/settings/people/").status_code == 403
    page, links = invite(client)
    assert (page.status_code, links) == (403, [])
    for verb in ("role", "deactivate", "activate", "link"):
        told = {"role": "administrator"}
        assert client.post(f"/settings/people/{mara.pk}/{verb}/", told).status_code == 403
    mara.refresh_from_db()
    assert not mara.is_staff


@pytest.mark.parametrize("everybody", [1, 60])
def test_the_list_costs_the_same_for_one_and_for_sixty(ada, everybody, django_assert_num_queries):
    lead = Group.objects.get(name="lead")
    for number in range(everybody):
        User.objects.create(username=f"p{number}").groups.add(lead)
    client = signed_in(ada)
    client.get("/settings/people/")
    # session, user, profile, permissions (2), people, their groups, the frame (2)
    with django_assert_num_queries(9):
        page = client.get("/settings/people/")
    assert page.content.decode().count("/role/") == everybody


# ── roles ────────────────────────────────────────────────────────────────────


def test_a_role_is_changed_and_other_groups_stay(ada):
    mara = person()
    mara.groups.add(Group.objects.create(name="vision team"))
    signed_in(ada).post(f"/settings/people/{mara.pk}/role/", {"role": "administrator"})
    mara.refresh_from_db()
    assert {group.name for group in mara.groups.all()} == {"administrator", "vision team"}
    assert mara.is_staff
    signed_in(ada).post(f"/settings/people/{mara.pk}/role/", {"role": "viewer"})
    mara.refresh_from_db()
    assert {group.name for group in mara.groups.all()} == {"viewer", "vision team"}
    assert not mara.is_staff


def test_a_role_that_is_none_changes_nothing(ada):
    mara = person()
    signed_in(ada).post(f"/settings/people/{mara.pk}/role/", {"role": "root"})
    assert mara.groups.get().name == "contributor"


def test_who_had_all_rights_loses_them_with_the_role(ada):
    root = person("root", "", is_superuser=True)
    people.change_role(root, "viewer")
    root.refresh_from_db()
    assert (root.is_superuser, root.is_staff) == (False, False)


@pytest.mark.parametrize("verb", ["role", "deactivate"])
def test_the_last_administrator_stays_one(ada, verb):
    asleep = person("asleep", "administrator")
    User.objects.filter(pk=asleep.pk).update(is_active=False)
    page = signed_in(ada).post(
        f"/settings/people/{ada.pk}/{verb}/", {"role": "viewer"}, follow=True
    )
    assert "the last administrator" in page.content.decode()
    ada.refresh_from_db()
    assert ada.is_active
    assert ada.groups.get().name == "administrator"


@pytest.mark.parametrize("verb", ["role", "deactivate"])
def test_one_of_two_administrators_may_go(ada, verb):
    other = person("otto", "administrator")
    signed_in(ada).post(f"/settings/people/{other.pk}/{verb}/", {"role": "viewer"})
    assert list(people.administrators()) == [ada]


def test_the_admin_keeps_the_last_administrator_too(ada):
    address = f"/admin/auth/user/{ada.pk}/change/"
    told = {"username": "ada", "email": "ada@lab.test", "is_staff": "on"}
    page = signed_in(ada).post(address, told | {"groups": [], "is_active": "on"})
    assert "the last administrator" in page.content.decode()
    assert ada.groups.get().name == "administrator"


def test_an_administrator_gives_nobody_more_rights_than_their_own(ada):
    mara = person()
    told = {"username": "mara", "email": "mara@lab.test", "is_active": "on", "is_superuser": "on"}
    told["groups"] = [group.pk for group in mara.groups.all()]
    assert signed_in(ada).post(f"/admin/auth/user/{mara.pk}/change/", told).status_code == 302
    mara.refresh_from_db()
    assert not mara.is_superuser


def test_people_and_roles_are_not_deleted_in_the_admin(ada):
    mara = person()
    client = signed_in(ada)
    assert client.post(f"/admin/auth/user/{mara.pk}/delete/", {"post": "yes"}).status_code == 403
    role = Group.objects.get(name="administrator")
    answer = client.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403


# ── let in no longer ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["page", "admin"])
def test_a_deactivated_persons_sessions_and_tokens_stop_at_once(ada, way):
    mara = person()
    client = Client()
    client.post("/accounts/login/", {"login": "mara", "password": PASSWORD})
    _, text = token_of(mara)
    assert client.get("/settings/").status_code == 200
    if way == "page":
        signed_in(ada).post(f"/settings/people/{mara.pk}/deactivate/")
    else:
        told = {"username": "mara", "email": "mara@lab.test"}
        told["groups"] = [group.pk for group in mara.groups.all()]
        signed_in(ada).post(f"/admin/auth/user/{mara.pk}/change/", told)
    assert client.get("/settings/").status_code == 302
    assert Client().get("/api/v1/me/", headers=bearer(text)).status_code == 401
    signed_in(ada).post(f"/settings/people/{mara.pk}/activate/")
    assert client.get("/settings/").status_code == 302
    assert Client().get("/api/v1/me/", headers=bearer(text)).status_code == 401
    answer = Client().post("/accounts/login/", {"login": "mara", "password": PASSWORD})
    assert answer.url == "/"


# ── without the pages ────────────────────────────────────────────────────────


def test_the_command_prints_a_link_that_works(capsys):
    call_command("invite", "eve@lab.test", role="administrator", address="https://lab.test/")
    told = capsys.readouterr().out
    path = re.search(r"https://lab\.test(/accounts/invitation/\S+)", told)[1]
    assert Client().post(path, NEW).status_code == 302
    assert people.administrators().get().username == "eve"


@pytest.mark.parametrize("email", ["mara@lab.test", "no-address"])
def test_the_command_says_why_it_invites_nobody(email):
    person()
    with pytest.raises(CommandError, match=r"is here already|is no e-mail address"):
        call_command("invite", email)
