"""The admin looks at records, and can change no sealed one."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from handoff.draft import start
from handoff.models import Record
from handoff.seal import seal
from tests.handoff import making


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root")


@pytest.fixture
def admin(root):
    client = Client()
    client.force_login(root)
    return client


@pytest.fixture
def begun(root):
    return start(making.whole_run(making.source()), by=root)


@pytest.fixture
def sealed(begun, root):
    return seal(begun, by=root)


def test_a_sealed_record_is_shown_and_not_offered_for_change(admin, sealed):
    page = admin.get(f"/admin/handoff/record/{sealed.pk}/change/")
    assert page.status_code == 200
    assert sealed.digest in page.content.decode()
    assert "model/best.safetensors" in page.content.decode()
    assert b'name="_save"' not in page.content
    listed = admin.get("/admin/handoff/record/?q=digit")
    assert str(sealed) in listed.content.decode()


@pytest.mark.parametrize("sent", [{"task_name": "DOC-1"}, {"version": "7", "_save": "Save"}])
def test_a_change_that_is_sent_all_the_same_is_forbidden(sent, admin, sealed):
    answer = admin.post(f"/admin/handoff/record/{sealed.pk}/change/", sent)
    assert answer.status_code == 403
    held = Record.objects.get()
    assert (held.version, held.task_name, held.digest) == (1, "", sealed.digest)


def test_a_sealed_record_is_not_deleted_one_by_one_or_in_bulk(admin, sealed):
    page = admin.post(f"/admin/handoff/record/{sealed.pk}/delete/", {"post": "yes"})
    assert page.status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(sealed.pk), "post": "yes"}
    admin.post("/admin/handoff/record/", chosen)
    assert Record.objects.filter(pk=sealed.pk).exists()


def test_a_draft_can_be_taken_away(admin, begun):
    answer = admin.post(f"/admin/handoff/record/{begun.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not Record.objects.exists()


def test_records_and_models_are_not_added_here(admin, sealed):
    for kind in ("record", "model"):
        assert admin.get(f"/admin/handoff/{kind}/add/").status_code == 403


def test_a_model_keeps_its_slug_and_cannot_go(admin, sealed):
    address = f"/admin/handoff/model/{sealed.model_id}/"
    admin.post(f"{address}change/", {"slug": "other", "name": "Reader of digits"})
    sealed.model.refresh_from_db()
    assert (sealed.model.slug, sealed.model.name) == ("digit-reader", "Reader of digits")
    assert admin.post(f"{address}delete/", {"post": "yes"}).status_code == 403
