"""The admin answers an operator's questions, and shows nobody a secret."""

import uuid
from datetime import datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handoff.models import Record
from portal import tasks
from sources.models import Cursor, Source, Sync
from tests.accounts.making import PASSWORD, person, signed_in
from tests.admin.conftest import fill
from tests.tracking.making import file, store
from tracking import roles
from tracking.models import Artifact, Metric, RoleRule, Run

pytestmark = pytest.mark.django_db
LISTS = sorted(
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
)
# What may be added here; two of them lead to a page of ours.
ADDED = {"/admin/sources/source/": "/sources/add/", "/admin/auth/user/": "/settings/people/"}


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_list_opens_for_an_administrator(operator, source):
    fill(source)
    told = {address: operator.get(address).status_code for address in LISTS}
    assert told == dict.fromkeys(LISTS, 200)


@pytest.mark.parametrize("role", ["viewer", "contributor", "lead", "deployer"])
def test_no_list_opens_for_others(source, role):
    client, lists = signed_in(person(role, role)), ["/admin/", *LISTS]
    told = {address: client.get(address, follow=True).status_code for address in lists}
    assert told == dict.fromkeys(lists, 403)


def test_no_list_opens_for_a_stranger(source):
    lists = ["/admin/", *LISTS]
    told = {address: Client().get(address).url for address in lists}
    assert told == {address: f"/accounts/login/?next={address}" for address in lists}


def test_the_admins_own_login_is_shut():
    """It would know no second factor and no limit of attempts."""
    told = {"username": "ada", "password": PASSWORD}
    person("ada", "administrator")
    assert Client().post("/admin/login/", told).url.startswith("/accounts/login/")
    assert signed_in(person("vi", "viewer")).post("/admin/login/", told).status_code == 403


@pytest.mark.parametrize(("address", "leads_to"), ADDED.items())
def test_adding_leads_to_the_page_that_does_it_well(operator, address, leads_to):
    assert operator.get(f"{address}add/").url == leads_to


# ── sources ──────────────────────────────────────────────────────────────────


def test_the_list_of_sources_says_what_is_stuck_since_when_and_why(operator, source):
    fill(source)
    page = text_of(operator.get("/admin/sources/source/"))
    assert "28 issues are forbidden." in page
    assert "just now" in page
    assert "Neptune export archive" in page


@pytest.mark.parametrize("sources", [1, 30])
def test_the_list_of_sources_costs_the_same_for_one_and_thirty(
    operator, sources, django_assert_num_queries
):
    for number in range(sources):
        Source.objects.create(slug=f"s{number}", name=f"S{number}", kind="jira")
    operator.get("/admin/sources/source/")
    # session, user, profile, permissions (2), the filter's kinds, rows and their
    # number (3), newest syncs
    with django_assert_num_queries(10):
        page = text_of(operator.get("/admin/sources/source/"))
    assert page.count('class="field-state"') == sources


def changed(source, **values):
    return {
        "name": source.name,
        "interval": "00:05:00",
        "new_credential": "",
        **values,
    }


def test_a_credential_is_written_over_but_never_shown(operator, source):
    address = f"/admin/sources/source/{source.pk}/change/"
    page = text_of(operator.get(address))
    assert "very-secret-token" not in page
    assert bytes(source.sealed_secret).decode() not in page
    operator.post(address, changed(source))
    source.refresh_from_db()
    assert source.secret == "very-secret-token"
    operator.post(address, changed(source, new_credential="another"))
    source.refresh_from_db()
    assert source.secret == "another"


@pytest.mark.parametrize("settings", ['{"paths": ["/elsewhere"]}', "[]", '{"address": 5}'])
def test_the_settings_are_changed_on_their_own_page_only(operator, source, settings):
    """There the stored credential is sent nowhere else than where it was given for."""
    address = f"/admin/sources/source/{source.pk}/change/"
    page = text_of(operator.get(address))
    assert "/a" in page
    assert f'href="/sources/{source.slug}/edit/"' in page
    assert operator.post(address, changed(source, settings=settings)).status_code == 302
    source.refresh_from_db()
    assert source.settings == {"paths": ["/a"]}


def test_the_admin_shows_no_number_of_our_own_among_the_settings(operator, source):
    source.read_anew()
    page = text_of(operator.get(f"/admin/sources/source/{source.pk}/change/"))
    assert "_reading" not in page


ENDS = [("2027-03-01", "2027-03-01"), ("2026-01-01", None), ("", None)]


@pytest.mark.parametrize(("typed", "kept"), ENDS)
def test_a_new_credential_ends_when_it_is_said_anew(operator, source, typed, kept):
    """The old one's end says nothing of it, and what is typed beside it is its own."""
    Source.objects.update(secret_expires_at=midnight("2026-01-01"))
    told = {"new_credential": "newer", "secret_expires_at_0": typed}
    if typed:
        told["secret_expires_at_1"] = "00:00:00"
    answer = operator.post(f"/admin/sources/source/{source.pk}/change/", changed(source, **told))
    assert answer.status_code == 302
    source.refresh_from_db()
    assert source.secret == "newer"
    assert source.secret_expires_at == (midnight(kept) if kept else None)


def midnight(day):
    return timezone.make_aware(datetime.fromisoformat(day))


def test_saving_leaves_what_a_worker_moves_alone(operator, source, monkeypatch):
    """Between reading the form and saving it, a worker claims the source."""
    claim = uuid.uuid4()
    asked = Source.full_clean

    def claimed_meanwhile(self, *args, **more):
        Source.objects.filter(pk=self.pk).update(claim=claim)
        return asked(self, *args, **more)

    monkeypatch.setattr(Source, "full_clean", claimed_meanwhile)
    answer = operator.post(
        f"/admin/sources/source/{source.pk}/change/", changed(source, name="Lab two")
    )
    assert answer.status_code == 302
    source.refresh_from_db()
    assert (source.name, source.claim) == ("Lab two", claim)


def act(client, model, name, rows, **more):
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    told = {"action": name, "_selected_action": [row.pk for row in rows], **more}
    return client.post(address, told, follow=True)


def test_a_source_is_paused_and_goes_on(operator, source):
    act(operator, Source, "pause", [source])
    assert Source.objects.get().paused
    act(operator, Source, "go_on", [source])
    assert not Source.objects.get().paused


def test_a_sync_starts_once(operator, source, administrator):
    page = text_of(act(operator, Source, "sync_now", [source]))
    assert "1 syncs have started." in page
    assert Sync.objects.get().asked_by == administrator
    page = text_of(act(operator, Source, "sync_now", [source]))
    assert "being read already" in page
    assert Sync.objects.count() == 1


def test_what_is_not_allowed_is_not_offered(source):
    """Staff who may only look."""
    looker = person("lo", "viewer")
    looker.is_staff = True
    looker.save()
    client = signed_in(looker)
    page = text_of(client.get("/admin/sources/source/"))
    assert 'value="sync_now"' not in page
    assert 'value="remove"' not in page
    act(client, Source, "pause", [source])
    assert not Source.objects.get().paused
    assert (
        client.post(f"/admin/sources/source/{source.pk}/change/", changed(source)).status_code
        == 403
    )


def test_removing_asks_first_and_tells_what_stays(operator, source, administrator, line):
    Record.objects.create(
        model_id=line, run=uuid.uuid4(), sources=[source.pk], created_by=administrator
    )
    page = text_of(act(operator, Source, "remove", [source]))
    assert "1 record cites it" in page
    assert Source.objects.exists()
    assert not Source.objects.get().paused


# ── syncs and cursors ────────────────────────────────────────────────────────


def test_a_sync_tells_its_gaps_in_words_and_is_not_changed(operator, source):
    fill(source)
    address = f"/admin/sources/sync/{Sync.objects.get().pk}/change/"
    page = text_of(operator.get(address))
    assert "<li>DOC-2: was &lt;forbidden&gt;</li>" in page
    assert "and 27 more" in page
    assert operator.post(address, {"error": "none"}).status_code == 403


def test_a_stream_is_read_from_its_beginning_again(operator, source):
    fill(source)
    act(operator, Cursor, "from_the_beginning", Cursor.objects.all())
    cursor = Cursor.objects.get()
    assert (cursor.position, cursor.finished_at) == (None, None)


def test_a_cursor_under_a_sync_is_left_alone(operator, source):
    fill(source)
    Source.objects.update(claim=uuid.uuid4())
    page = text_of(act(operator, Cursor, "from_the_beginning", Cursor.objects.all()))
    assert "being read" in page
    assert Cursor.objects.get().position == {"at": 5}


# ── runs, files, rules ───────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["run", "artifact", "metric"])
def test_rows_are_found_by_a_runs_id(operator, source, name):
    fill(source, runs=3)
    address = f"/admin/tracking/{name}/"
    assert "3 " in text_of(operator.get(address))
    found = text_of(operator.get(f"{address}?q=doc-1"))
    assert "DOC-1" in found
    assert "DOC-2" not in found
    assert "0 results" in text_of(operator.get(f"{address}?q=DOC-17"))


def test_a_large_table_is_estimated_and_never_counted(
    operator, source, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("sources.admin.Estimate.estimated", lambda *_: 7_000_000)
    fill(source, runs=2)
    with django_assert_max_num_queries(12) as asked:
        page = text_of(operator.get("/admin/tracking/metric/"))
    assert "7000000 metrics" in page
    assert not [one["sql"] for one in asked if "COUNT(" in one["sql"]]


def test_a_filtered_count_stops(operator, source, django_assert_max_num_queries):
    fill(source, runs=2)
    with django_assert_max_num_queries(14) as asked:
        assert "2 runs" in text_of(operator.get("/admin/tracking/run/?state=finished"))
    counted = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
    assert counted
    assert all("LIMIT 10000" in one for one in counted)


def test_runs_and_numbers_are_not_changed_here(operator, source):
    fill(source)
    run, metric = Run.objects.get(), Metric.objects.get()
    for address in (
        f"/admin/tracking/run/{run.pk}/change/",
        f"/admin/tracking/metric/{metric.pk}/change/",
    ):
        assert operator.get(address).status_code == 200
        assert operator.post(address, {"name": "other"}).status_code == 403
        assert operator.post(address.replace("change", "delete")).status_code == 403


def test_a_rule_for_roles_is_edited(operator):
    rule = RoleRule.objects.first()
    told = {"order": rule.order, "path": "*.onnx", "media_type": "", "role": "checkpoint"}
    operator.post(f"/admin/tracking/rolerule/{rule.pk}/change/", told)
    rule.refresh_from_db()
    assert (rule.path, rule.role) == ("*.onnx", "checkpoint")


@pytest.fixture
def worked(monkeypatch):
    """What a worker was asked for, one task after another; `worked()` does it all."""
    waiting = []
    monkeypatch.setattr(roles, "PIECE", 1)
    monkeypatch.setattr(tasks.assign_roles, "delay", waiting.append)
    monkeypatch.setattr(tasks.transaction, "on_commit", lambda done: done())

    def work():
        assert waiting == [None]
        while waiting:
            tasks.assign_roles(waiting.pop())

    return work


@pytest.mark.parametrize("by", [{"path": "x/*"}, {"name": "best.*"}, {"media_type": "text/*"}])
def test_a_new_rule_is_for_the_files_that_are_there_already(
    operator, source, by, settings, tmp_path, worked
):
    settings.BLOBS = tmp_path
    store(
        source,
        file("DOC-1", "x/one", b"hello\n", name="best.txt"),
        file("DOC-1", "y/two", b"\x00\x01\x02\xff", name="other.bin"),
    )
    address = "/admin/tracking/rolerule/"
    told = {"order": 1, "path": "", "name": "", "media_type": "", "role": "dataset-frame"}
    answer = operator.post(f"{address}add/", told | by, follow=True)
    assert "A worker gives the stored files their roles" in answer.content.decode()
    assert dict(Artifact.objects.values_list("path", "role"))["x/one"] == "other"
    worked()
    held = dict(Artifact.objects.values_list("path", "role"))
    assert held == {"x/one": "dataset-frame", "y/two": "other"}
    rule = RoleRule.objects.get(order=1)
    operator.post(f"{address}{rule.pk}/delete/", {"post": "yes"})
    worked()
    assert set(Artifact.objects.values_list("role", flat=True)) == {"other"}


def test_a_rule_that_fits_everything_is_refused(operator, source):
    told = {"order": 1, "path": "", "name": "", "media_type": "", "role": "log"}
    answer = operator.post("/admin/tracking/rolerule/add/", told)
    assert "Give a path, a name or a kind of bytes" in answer.content.decode()
    assert not RoleRule.objects.filter(order=1).exists()
