"""The sources' pages: standings, progress, forms with a test, what needs which right."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from demo import jira
from portal import freshness
from portal.pages.sources import reading
from portal.pages.sources.forms import SourceForm, free_slug, lines, words
from sources import engine
from sources.claims import begin
from sources.models import Cursor, Source, Sync
from tests.pages.asking import same_cost, seen, text
from tests.pages.conftest import client_of
from tests.sprints.made import Lab


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be handed to a worker is noted: none runs here."""
    sent: list[Any] = []
    monkeypatch.setattr("portal.tasks.read_source.delay", lambda *args: sent.append(args))
    return sent


@pytest.fixture
def administrator(lab: Lab) -> Client:
    person = lab.person("ada", "administrator")
    Source.objects.get(slug="jira").viewers.add(Group.objects.get(name="administrator"))
    Source.objects.get(slug="tracker").viewers.add(Group.objects.get(name="administrator"))
    return client_of(person)


def ended(source: Source, outcome: str = "done", **fields: Any) -> Sync:
    usual = {"finished_at": timezone.now(), "inserted": 3, "records": 3}
    return Sync.objects.create(source=source, outcome=outcome, **(usual | fields))


# ── cost and who ─────────────────────────────────────────────────────────────


def test_the_list_costs_the_same_for_two_sources_and_for_sixty(lab: Lab, reader: Client) -> None:
    def more() -> None:
        for number in range(58):
            ended(lab.source(f"s{number}", "neptune"))

    ended(lab.jira)
    assert same_cost(reader, lambda: "/sources/", more) <= 14


def test_a_source_costs_the_same_however_long_its_history(lab: Lab, reader: Client) -> None:
    def more() -> None:
        for number in range(60):
            ended(lab.jira, started_at=timezone.now() - timedelta(hours=number))
            Cursor.objects.create(source=lab.jira, stream=f"s{number}")

    ended(lab.jira)
    assert same_cost(reader, lambda: "/sources/jira/", more) <= 18
    page = reader.get("/sources/jira/").context["page"]
    assert len(page.history.lines) == 30


def test_a_stranger_gets_404_for_a_source_and_an_empty_list(lab: Lab, stranger: Client) -> None:
    person = User.objects.get(username="stan")
    person.user_permissions.set(Group.objects.get(name="administrator").permissions.all())
    for url in ("/sources/jira/", "/sources/jira/edit/", "/sources/jira/progress/"):
        assert stranger.get(url).status_code == 404, url
    for url in ("/sources/jira/sync/", "/sources/jira/pause/"):
        assert stranger.post(url).status_code == 404, url
    assert "Nothing is read yet" in seen(stranger, "/sources/")


def test_what_a_reader_may_not_do_is_shown_disabled_and_refused(lab: Lab, reader: Client) -> None:
    page = text(reader, "/sources/jira/")
    assert page.count("disabled") >= 3
    assert "Needs the permission to sync sources." in page
    for url in ("/sources/jira/sync/", "/sources/jira/pause/"):
        assert reader.post(url).status_code == 403, url
    for url in ("/sources/add/", "/sources/add/?kind=jira", "/sources/jira/edit/"):
        assert reader.get(url).status_code == 403, url
    assert "Only an administrator adds sources." in text(reader, "/sources/")


def test_nobody_without_a_login_sees_a_source(lab: Lab, client: Client) -> None:
    for url in ("/sources/", "/sources/jira/", "/sources/add/", "/sources/jira/progress/"):
        assert client.get(url).url.startswith("/accounts/login/")


def test_deeds_are_posts(lab: Lab, administrator: Client) -> None:
    for url in ("/sources/jira/sync/", "/sources/jira/pause/"):
        assert administrator.get(url).status_code == 405


# ── standings ────────────────────────────────────────────────────────────────


def state(source: Source) -> str:
    return freshness.standings([source], timezone.now())[0].state


def test_a_sources_standing_follows_its_syncs(lab: Lab) -> None:
    source, now = lab.jira, timezone.now()
    assert state(source) == "new"
    sync = engine.claim(source)
    assert sync is not None
    assert state(source) == "syncing"
    sync.delete()
    ended(source, finished_at=now - timedelta(hours=1), started_at=now - timedelta(hours=1))
    assert state(source) == "late"
    ended(source, "partial")
    assert state(source) == "ok"
    ended(source, "failed", started_at=now + timedelta(seconds=1))
    assert state(source) == "failing"
    ended(source, "refused", started_at=now + timedelta(seconds=2))
    assert state(source) == "refused"
    source.paused = True
    assert state(source) == "paused"


def test_the_worst_source_comes_first_and_the_page_says_so(lab: Lab, reader: Client) -> None:
    ended(lab.jira)
    ended(lab.tracker, "refused", error="The token is not accepted; make a new one.")
    page = seen(reader, "/sources/")
    assert "Tracker cannot be read; what was stored stays." in page
    assert page.index("Tracker") < page.index("Jira")
    assert "The token is not accepted" in page


# ── progress ─────────────────────────────────────────────────────────────────


def test_progress_moves_answers_304_at_rest_and_ends_without_asking_again(
    lab: Lab, reader: Client
) -> None:
    sync = engine.claim(lab.jira)
    assert sync is not None
    first = reader.get("/sources/jira/progress/")
    assert 'data-poll="/sources/jira/progress/"' in first.content.decode()
    again = reader.get("/sources/jira/progress/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Sync.objects.filter(pk=sync.pk).update(
        records=312, total=340, phase="issues", heard_at=timezone.now()
    )
    moved = reader.get("/sources/jira/progress/", headers={"if-none-match": first["ETag"]})
    assert 'value="312"' in moved.content.decode()
    Sync.objects.filter(pk=sync.pk).update(
        outcome="partial", finished_at=timezone.now(), inserted=312, gap_count=28
    )
    last = reader.get("/sources/jira/progress/").content.decode()
    assert "data-poll" not in last
    assert "312 new, 28 missing" in last


def test_the_page_shows_gaps_in_words_and_never_a_secret(lab: Lab, reader: Client) -> None:
    lab.jira.secret = "very-secret-token"
    lab.jira.settings = {"address": "https://jira.example", "projects": ["DOC", "OCR"]}
    lab.jira.save()
    ended(lab.jira, "partial", gaps=[{"what": "DOC-4", "why": "is <forbidden>"}], gap_count=1)
    page = text(reader, "/sources/jira/")
    assert "is &lt;forbidden&gt;" in page
    assert "DOC, OCR" in page
    assert "stored, encrypted" in page
    assert "very-secret-token" not in page


def test_gaps_are_told_by_reason_and_outlive_a_sync_that_had_none(lab: Lab, reader: Client) -> None:
    many = [{"what": f"part {n}", "why": "is cut short"} for n in range(30)]
    first = timezone.now() - timedelta(hours=1)
    gaps = [{"what": "commit", "why": "lost"}, *many]
    ended(lab.jira, "partial", started_at=first, gaps=gaps, gap_count=500)
    ended(lab.jira)
    page = seen(reader, "/sources/jira/")
    assert "30 times: is cut short" in page
    assert "500 in all, of which the first 31 are kept" in page
    assert page.index("is cut short") < page.index("lost")


# ── sync and pause ───────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_sync_now_claims_once_and_hands_it_to_a_worker(
    administrator: Client, no_worker: list[Any]
) -> None:
    assert "has started" in administrator.post("/sources/jira/sync/", follow=True).content.decode()
    sync = Sync.objects.get()
    assert no_worker == [(str(sync.source_id), str(sync.pk))]
    assert sync.asked_by is not None
    again = administrator.post("/sources/jira/sync/", follow=True).content.decode()
    assert "under way already" in again
    assert Sync.objects.count() == 1


def test_each_sync_of_the_history_is_named_by_when_it_began(lab: Lab, reader: Client) -> None:
    ended(Source.objects.get(slug="jira"))
    rows = reader.get("/sources/jira/").content.decode().partition('id="history"')[2]
    row = rows.partition("<tbody>")[2].partition("</tr>")[0]
    assert re.match(r'\s*<tr><th scope="row"><time ', row), row


def test_pause_and_go_on(lab: Lab, administrator: Client) -> None:
    assert "is paused" in administrator.post("/sources/jira/pause/", follow=True).content.decode()
    assert not Source.objects.due(timezone.now()).filter(slug="jira").exists()
    assert "goes on" in administrator.post("/sources/jira/pause/", follow=True).content.decode()
    assert Source.objects.due(timezone.now()).filter(slug="jira").exists()


# ── the form ─────────────────────────────────────────────────────────────────


def filled(**changed: Any) -> dict[str, Any]:
    usual = {
        "name": "Our Jira",
        "interval": "5",
        "set_address": "https://jira.example",
        "set_mode": "auto",
        "set_email": "",
        "set_projects": "DOC, OCR",
        "set_hypothesis_types": "Hypothesis\nResearch hypothesis",
        "set_hypothesis_labels": "",
        "secret": "tok",
        "viewers": list(Group.objects.values_list("pk", flat=True)),
    }
    return usual | changed


def test_kinds_are_chosen_first(administrator: Client) -> None:
    page = text(administrator, "/sources/add/")
    assert "?kind=jira" in page
    assert "?kind=neptune-archive" in page
    assert "?kind=" in text(administrator, "/sources/add/?kind=nonsense")


def test_a_fresh_form_shows_defaults_as_people_write_them(administrator: Client) -> None:
    page = text(administrator, "/sources/add/?kind=jira")
    assert "['Hypothesis']" not in page
    assert "&#x27;Hypothesis&#x27;" not in page
    assert ">\nHypothesis</textarea>" in page


def test_a_source_is_saved_with_its_words_and_its_secret_sealed(
    administrator: Client, lab: Lab
) -> None:
    answer = administrator.post("/sources/add/?kind=jira", filled())
    assert answer.url == "/sources/our-jira/"
    made = Source.objects.get(slug="our-jira")
    assert made.settings["projects"] == ["DOC", "OCR"]
    assert made.settings["hypothesis_types"] == ["Hypothesis", "Research hypothesis"]
    assert made.secret == "tok"
    assert b"tok" not in bytes(made.sealed_secret or b"")
    assert made.interval == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "required"),
        ({"set_address": ""}, "required"),
        ({"secret": ""}, "required"),
        ({"interval": "7"}, "valid choice"),
        ({"set_mode": "x"}, "valid choice"),
        ({"name": "a\x00b"}, "Null characters"),
        ({"viewers": ["999999"]}, "valid choice"),
    ],
)
def test_a_form_that_lacks_something_says_what_and_saves_nothing(
    administrator: Client, changed: dict[str, Any], said: str
) -> None:
    before = Source.objects.count()
    answer = administrator.post("/sources/add/?kind=jira", filled(**changed))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Source.objects.count() == before


def test_a_name_that_is_a_page_of_ours_gets_another_address(db: None) -> None:
    assert free_slug("Add") == "add-2"
    Source.objects.create(slug="add-2", name="x", kind="jira")
    assert free_slug("add") == "add-3"
    assert free_slug("!!!") == "source"


def test_words_and_lines() -> None:
    assert words("DOC, OCR\n  Research hypothesis ,,\nDOC") == ["DOC", "OCR", "Research hypothesis"]
    assert lines("/a, b/c\r\n\n /d ") == ["/a, b/c", "/d"]


def test_paths_keep_their_commas_and_one_is_needed(lab: Lab) -> None:
    given = {"name": "A", "interval": "5", "set_zone": "Europe/Warsaw"}
    form = SourceForm("neptune-archive", given | {"set_paths": "/data/a, b\n/c"})
    assert form.is_valid(), form.errors
    assert form.settings()["paths"] == ["/data/a, b", "/c"]
    assert "set_paths" in SourceForm("neptune-archive", given | {"set_paths": " \n "}).errors
    odd = given | {"set_paths": "/a", "set_zone": "Mars/Olympus"}
    assert "set_zone" in SourceForm("neptune-archive", odd).errors


def test_editing_keeps_the_secret_and_other_settings_read_everything_anew(
    administrator: Client, lab: Lab
) -> None:
    administrator.post("/sources/add/?kind=jira", filled())
    made = Source.objects.get(slug="our-jira")
    cursor = Cursor.objects.create(source=made, stream="issues", position={"at": 5})
    Source.objects.filter(pk=made.pk).update(claim=None)
    administrator.post("/sources/our-jira/edit/", filled(name="New name", secret=""))
    made.refresh_from_db()
    cursor.refresh_from_db()
    assert (made.name, made.secret, made.reading) == ("New name", "tok", "")
    assert cursor.position == {"at": 5}, "a name changes nothing that was read"
    administrator.post("/sources/our-jira/edit/", filled(set_projects="NEW", secret=""))
    made.refresh_from_db()
    cursor.refresh_from_db()
    assert (made.settings["projects"], made.reading, cursor.position) == (["NEW"], "1", None)
    assert "_reading" not in text(administrator, "/sources/our-jira/")


def test_a_sync_that_runs_by_old_settings_loses_its_claim(administrator: Client, lab: Lab) -> None:
    administrator.post("/sources/add/?kind=jira", filled())
    made = Source.objects.get(slug="our-jira")
    old = Sync.objects.get(source=made, outcome="")
    assert begin(made, old)
    administrator.post("/sources/our-jira/edit/", filled(set_projects="NEW", secret=""))
    made.refresh_from_db()
    assert not made.renew(old.pk, timezone.now())


def test_who_may_not_see_what_was_saved_is_led_to_the_list(administrator: Client) -> None:
    answer = administrator.post("/sources/add/?kind=jira", filled(viewers=[]))
    assert answer.url == "/sources/"


def test_a_kind_that_nothing_reads_is_no_error_of_ours(lab: Lab, administrator: Client) -> None:
    Source.objects.filter(slug="jira").update(kind="gone")
    assert administrator.get("/sources/jira/").status_code == 200
    assert administrator.get("/sources/jira/edit/").status_code == 404
    answer = administrator.post("/sources/jira/sync/", follow=True)
    assert "Nothing here reads sources of the kind gone." in answer.content.decode()
    assert not Sync.objects.exists()


# ── test connection ──────────────────────────────────────────────────────────

PEOPLE = [{"name": "mia", "displayName": "Mia Ode", "email": "m@x.y", "token": "right"}]
STORY = {"users": PEOPLE, "projects": [{"key": "DOC", "name": "Documents"}], "issues": []}


def test_test_connection_says_who_and_what_or_why_not_and_stores_nothing(
    administrator: Client,
) -> None:
    before = Source.objects.count()
    with jira.Practice(jira.State.of(STORY), mode="cloud", port=0) as practice:
        given = filled(set_address=practice.url, set_email="m@x.y", test="1")
        right = administrator.post("/sources/add/?kind=jira", given | {"secret": "right"})
        wrong = administrator.post("/sources/add/?kind=jira", given | {"secret": "wrong"})
    assert "The connection works" in right.content.decode()
    assert "Mia Ode" in right.content.decode()
    assert "The test failed" in wrong.content.decode()
    dead = administrator.post("/sources/add/?kind=jira", given | {"secret": "right"})
    assert "The test failed" in dead.content.decode()
    for answer in (right, wrong, dead):
        assert 'value="right"' not in answer.content.decode()
    assert Source.objects.count() == before


@pytest.mark.parametrize(
    ("skew", "words"),
    [(-0.2, "the same as ours"), (0.4, "the same as ours"), (2.6, "3 s ahead of ours"),
     (-7200.0, "7,200 s behind ours")],
)  # fmt: skip
def test_another_clock_is_told_in_words(skew: float, words: str) -> None:
    assert reading.clock_words(skew) == words


def test_a_folder_that_is_not_there_is_a_word(administrator: Client) -> None:
    given = {"name": "A", "interval": "5", "set_paths": "/nowhere", "set_zone": "UTC", "test": "1"}
    answer = administrator.post("/sources/add/?kind=neptune-archive", given)
    assert "The test failed" in answer.content.decode()
