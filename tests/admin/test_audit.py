"""Who changed who may do or see what: written by the database, shown in the admin."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from pghistory.models import Events

from portal.accounts.audit import changes_by
from sources import documents
from sources.models import Document, Source
from tests.accounts.making import person, signed_in
from tests.admin.conftest import fill

pytestmark = pytest.mark.django_db


def told(*names):
    """The newest event first: what was done, to what kind of thing."""
    rows = Events.objects.across(*(f"accounts.{name}" for name in names)).order_by(
        "-pgh_created_at", "-pgh_id"
    )
    return [(row.pgh_label, row.pgh_diff, row.pgh_context) for row in rows]


def test_a_bulk_update_of_sources_is_seen(source):
    Source.objects.filter(slug="lab").update(paused=True)
    label, diff, context = told("SourceEvent")[0]
    assert (label, diff) == ("changed", {"paused": [False, True]})
    assert context is None


def test_a_sync_moves_a_source_without_a_word(source):
    before = len(told("SourceEvent"))
    Source.objects.update(next_sync_at=source.created_at, claim=source.pk)
    assert len(told("SourceEvent")) == before


def test_a_new_credential_is_told_without_the_credential(source):
    source.secret = "another"
    source.save()
    assert told("SourceEvent")[0][0] == "new credential"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM accounts_sourceevent e")
        rows = " ".join(row for (row,) in cursor.fetchall())
    assert "sealed" not in rows
    assert bytes(source.sealed_secret).decode() not in rows


def test_viewers_roles_and_rights_are_seen(source):
    user = person()
    group = Group.objects.get(name="lead")
    user.groups.add(group)
    source.viewers.remove(group)
    group.permissions.clear()
    assert told("MembershipEvent")[0][0] == "added"
    assert told("ViewersEvent")[0][0] == "removed"
    assert {label for label, _, _ in told("GrantEvent")} >= {"removed"}


def test_a_person_who_becomes_all_powerful_is_seen_and_a_login_is_not():
    user = person()
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    assert told("PersonEvent")[0][1] == {"is_superuser": [False, True]}
    before = len(told("PersonEvent"))
    signed_in(user)
    user.set_password("other")
    user.save(update_fields=("password",))
    assert len(told("PersonEvent")) == before


def test_events_cannot_be_changed_or_deleted(source):
    for statement in (
        "UPDATE accounts_sourceevent SET name = 'x'",
        "DELETE FROM accounts_sourceevent",
    ):
        with (
            pytest.raises(DatabaseError, match="pgtrigger"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_admin_shows_who_did_what(operator, source, administrator):
    other = person("mara", "viewer")
    operator.post(f"/settings/people/{other.pk}/role/", {"role": "lead"})
    told_to = {"action": "pause", "_selected_action": [source.pk]}
    operator.post("/admin/sources/source/", told_to)
    page = operator.get("/admin/pghistory/events/").content.decode()
    assert "paused: False → True" in page
    assert "mara · lead" in page
    assert page.count('field-by">ada') >= 3
    only = operator.get("/admin/pghistory/events/?what=SourceEvent").content.decode()
    assert "paused: False → True" in only
    assert "mara · lead" not in only


@pytest.mark.parametrize("sources", [1, 30])
def test_the_list_of_events_costs_the_same_for_one_and_thirty(
    operator, sources, django_assert_max_num_queries
):
    for number in range(sources):
        Source.objects.create(slug=f"s{number}", name=f"S{number}", kind="jira")
    operator.get("/admin/pghistory/events/")
    # session, user, profile, two of permissions, three of numbers, rows, four of names
    with django_assert_max_num_queries(13):
        operator.get("/admin/pghistory/events/?what=SourceEvent")


def test_what_a_command_does_is_told_as_the_commands():
    call_command("invite", "eve@lab.test", role="viewer")
    label, _, context = told("PersonEvent")[0]
    assert (label, context) == ("added", {"command": "labledger invite"})


def test_composed_statements_pass_through_the_audit(source, administrator):
    """A page's POST may store rows in bulk, by statements that are no plain text."""
    fill(source)
    held = Document.objects.get()
    found = documents.Found(
        key=held.pk, kind="run", name="DOC-9", title="t", body="b", url="/x", at=held.at
    )
    with changes_by(user=administrator.pk):
        stored = documents.write(source, [found])
    assert stored.updated == 1
