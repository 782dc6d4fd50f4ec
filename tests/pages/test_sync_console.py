"""The sync console: history, age, expected end, advice, mapping anew, what would change."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from demo.jira import Practice, State
from portal import tasks
from portal.freshness import patience
from portal.pages.sources import foreseen, lag, progress
from sources import advice, remap
from sources.claims import begin
from sources.engine import claim
from sources.models import Cursor, Source, Sync
from sources.store.gone import UNLISTED
from sprints.models import Task
from tests.pages.asking import same_cost, seen, text
from tests.pages.conftest import client_of
from tests.pages.test_sources import ended, filled
from tests.sprints.made import Lab
from tests.sprints_streams.story import STORY

URL = "/sources/jira/"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    sent: list[Any] = []
    monkeypatch.setattr("portal.tasks.read_source.delay", lambda *args: sent.append(args))
    return sent


@pytest.fixture
def administrator(lab: Lab) -> Client:
    person = lab.person("ada", "administrator")
    lab.jira.viewers.add(Group.objects.get(name="administrator"))
    return client_of(person)


def before(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def past(source: Source, minutes: float, outcome: str = "done", **fields: Any) -> Sync:
    """A sync of so long ago, of half a minute."""
    at = before(minutes)
    usual = {"started_at": at, "begun_at": at, "finished_at": at + timedelta(seconds=30)}
    return ended(source, outcome, **(usual | {"inserted": 0} | fields))


# ── history ──────────────────────────────────────────────────────────────────


def lines(client: Client, query: str = "") -> list[Any]:
    answer = client.get(f"{URL}{query}")
    assert answer.status_code == 200
    return list(answer.context["page"].history.lines)


def test_syncs_that_webhooks_caused_do_not_crowd_out_the_others(lab: Lab, reader: Client) -> None:
    whole = past(lab.jira, 100)
    mapped = past(lab.jira, 99, due_after=timezone.now(), from_stored=True)
    for number in range(40):
        past(lab.jira, number, due_after=timezone.now(), updated=1)
    assert [line.sync.pk for line in lines(reader)] == [mapped.pk, whole.pk]
    assert "stored records" in seen(reader, URL)
    hinted = lines(reader, "?syncs=webhooks")
    assert len(hinted) == 30
    assert {line.why for line in hinted} == {"webhook"}


def test_those_that_changed_or_failed_are_chosen_and_nonsense_is_all(
    lab: Lab, reader: Client
) -> None:
    changed = past(lab.jira, 4, removed=1)
    failed = past(lab.jira, 3, "failed")
    refused = past(lab.jira, 2, "refused")
    past(lab.jira, 1)
    assert [line.sync for line in lines(reader, "?syncs=changed")] == [changed]
    assert [line.sync for line in lines(reader, "?syncs=failed")] == [refused, failed]
    assert len(lines(reader, "?syncs=nonsense&before=nothing~like-it")) == 4
    Sync.objects.filter(pk__in=[failed.pk, refused.pk]).delete()
    assert "No such sync" in seen(reader, f"{URL}?syncs=failed")


def test_every_sync_is_on_one_page_of_the_history(lab: Lab, reader: Client) -> None:
    same = timezone.now() - timedelta(hours=1)
    made = {past(lab.jira, 0, started_at=same).pk for _ in range(70)}
    met: list[Any] = []
    query = ""
    for _ in range(3):
        page = reader.get(f"{URL}{query}").context["page"].history
        met += [line.sync.pk for line in page.lines]
        query = page.older_url.partition("/jira/")[2].partition("#")[0]
    assert (len(met), set(met), query) == (70, made, "")
    assert page.first_url == f"{URL}#history"


def test_a_sync_tells_its_duration_its_requests_and_its_retries(lab: Lab, reader: Client) -> None:
    past(lab.jira, 5, requests=1234, retries=17)
    row = text(reader, URL).partition('id="history"')[2].partition("<tbody>")[2]
    row = row.partition("</tr>")[0]
    assert "30 s</span>" in row
    assert "1,234" in row
    assert ">17<" in row


@pytest.mark.parametrize("query", ["", "?syncs=changed", "?syncs=failed", "?syncs=webhooks"])
def test_the_page_costs_the_same_with_one_and_with_sixty_of_everything(
    lab: Lab, reader: Client, query: str
) -> None:
    def more() -> None:
        for number in range(60):
            gaps = [{"what": f"part {number}", "why": "is cut short"}]
            past(lab.jira, number, updated=1, gaps=gaps, gap_count=1)
            past(lab.jira, number, "failed", due_after=timezone.now())
            Cursor.objects.create(source=lab.jira, stream=f"s{number}")

    past(lab.jira, 1, updated=1)
    assert same_cost(reader, lambda: f"{URL}{query}", more) <= 18


# ── age ──────────────────────────────────────────────────────────────────────

NOW = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
HOUR = timedelta(hours=1)


def test_the_age_rises_to_the_next_good_sync_and_an_outage_is_not_lost() -> None:
    ends = [NOW - 24 * HOUR, NOW - 23.5 * HOUR, NOW - 3 * HOUR]
    ages = list(lag.greatest(ends, NOW))
    assert len(ages) == 168
    assert ages[:143] == [None] * 143, "before the first good sync nothing is known"
    assert ages[143] == timedelta(0)
    assert ages[144] == 0.5 * HOUR
    assert ages[145] == 1.5 * HOUR
    assert ages[164] == 20.5 * HOUR, "the hour in which it was read again"
    assert ages[-1] == 3 * HOUR


def test_the_picture_has_the_agreed_age_and_says_when_it_was_passed(
    lab: Lab, reader: Client
) -> None:
    assert reader.get(URL).context["page"].lag.picture == ""
    for minutes in range(0, 600, 5):
        past(lab.jira, minutes)
    page = text(reader, URL)
    assert 'class="target"' in page
    assert "dotted: agreed, 16 minutes" in page
    assert "Never older than agreed: at most 5 minutes old." in page
    Sync.objects.filter(started_at__range=(before(400), before(100))).delete()
    assert "Older than agreed within 6 of " in text(reader, URL)


def test_syncs_that_make_nothing_fresh_do_not_count(lab: Lab) -> None:
    past(lab.jira, 500)
    for minutes in (400, 300):
        past(lab.jira, minutes, due_after=timezone.now())
        past(lab.jira, minutes, "failed")
    assert "at most 8 hours old" in lag.read(lab.jira, timezone.now()).words


def test_the_last_good_sync_before_the_week_is_known(lab: Lab) -> None:
    past(lab.jira, 60 * 24 * 9)
    past(lab.jira, 60 * 24 * 8)
    assert len(lag.good_ends(lab.jira, timezone.now() - lag.SHOWN)) == 1
    assert "at most 8 days old" in lag.read(lab.jira, timezone.now()).words


def test_agreed_is_what_the_frame_calls_late(lab: Lab) -> None:
    assert patience(lab.jira) == timedelta(minutes=16)


# ── expected end ─────────────────────────────────────────────────────────────


def moving(**fields: Any) -> Sync:
    now = timezone.now()
    usual: dict[str, Any] = {
        "phase_began_at": now - timedelta(minutes=4),
        "heard_at": now,
        "records": 1_000,
        "total": 4_000,
    }
    return Sync(**(usual | fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "about 12 minutes more"),
        ({"phase_from": 500}, "about 24 minutes more"),
        ({"total": 500_000}, "about 33 hours more"),
        ({"total": 40_000}, "about 3 hours more"),
        ({"total": 1_001}, "about a minute more"),
        ({"total": None}, ""),
        ({"records": 0}, ""),
        ({"records": 700, "phase_from": 700}, ""),
        ({"total": 900}, ""),
        ({"phase_began_at": None}, ""),
        ({"outcome": "done"}, ""),
    ],
)
def test_the_end_is_told_by_the_pace_of_this_sync_and_never_made_up(
    fields: dict[str, Any], words: str
) -> None:
    assert progress.expected_end(moving(**fields)) == words


def test_a_pace_of_a_few_seconds_is_none() -> None:
    sync = moving(phase_began_at=timezone.now() - timedelta(seconds=5))
    assert progress.expected_end(sync) == ""


def test_the_page_tells_the_end_a_wait_for_a_worker_and_silence(lab: Lab, reader: Client) -> None:
    sync = claim(lab.jira)
    assert sync is not None
    assert "waits for a worker" in seen(reader, f"{URL}")
    assert begin(lab.jira, sync)
    now = timezone.now()
    Sync.objects.filter(pk=sync.pk).update(
        phase="issues", phase_began_at=now - timedelta(minutes=4), heard_at=now,
        records=1_000, total=4_000,
    )  # fmt: skip
    moving_part = reader.get(f"{URL}progress/")
    assert "About 12 minutes more" in moving_part.content.decode()
    Sync.objects.filter(pk=sync.pk).update(heard_at=now - timedelta(minutes=9))
    assert "issues, last heard of 9 min ago" in text(reader, f"{URL}progress/")


# ── what to do ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcome", "trouble", "words"),
    [
        ("refused", "token", "Make a new credential"),
        ("refused", "hidden", "Let the account see"),
        ("failed", "address", "Check the address"),
        ("failed", "away", "it is tried again by itself"),
        ("parked", "quota", "it goes on by itself at that time"),
        ("failed", "ours", "labledger doctor"),
        ("refused", "", "A person must act"),
        ("failed", "never heard of", "it is tried again by itself"),
    ],
)
def test_a_troubles_kind_says_what_to_do(
    lab: Lab, reader: Client, outcome: str, trouble: str, words: str
) -> None:
    ended(lab.jira, outcome, trouble=trouble, error="It said no.")
    assert words in seen(reader, URL).partition("What to do:")[2].partition("Settings")[0]


def test_where_nothing_is_wrong_nothing_is_to_do(lab: Lab, reader: Client) -> None:
    ended(lab.jira, "partial")
    assert "What to do" not in text(reader, URL)
    assert advice.advice(outcome="", trouble="token") == ""


# ── mapping anew ─────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_an_administrator_maps_anew_without_asking_the_source(
    administrator: Client, no_worker: list[Any]
) -> None:
    page = administrator.post(f"{URL}remap/", follow=True).content.decode()
    assert "What is stored of Jira is mapped anew." in page
    sync = Sync.objects.get()
    assert sync.from_stored
    assert no_worker == [(str(sync.source_id), str(sync.pk))]
    assert "under way" in administrator.post(f"{URL}remap/", follow=True).content.decode()


def test_who_may_map_anew(
    lab: Lab, reader: Client, lead: Client, stranger: Client, administrator: Client
) -> None:
    assert reader.post(f"{URL}remap/").status_code == 403
    assert lead.post(f"{URL}remap/").status_code == 403
    assert "Only an administrator maps records anew." in text(lead, URL)
    assert administrator.get(f"{URL}remap/").status_code == 405
    lab.jira.viewers.clear()
    assert administrator.post(f"{URL}remap/").status_code == 404
    assert not remap.waits(lab.jira)


# ── what is listed no more ───────────────────────────────────────────────────


def unlisted(source: Source) -> None:
    gaps = [{"what": "30 of 30 tasks", "why": f"{UNLISTED}; so they stay as they were"}]
    source.cursors.update_or_create(stream="deletions", defaults={"unlisted": gaps})


@pytest.mark.django_db(transaction=True)
def test_an_administrator_says_that_it_has_really_gone(
    lab: Lab, administrator: Client, no_worker: list[Any]
) -> None:
    swept = lab.jira.cursors.create(stream="sweep", position={"at": 1}, finished_at=before(5))
    assert "They have really gone" not in text(administrator, URL)
    unlisted(lab.jira)
    assert "They have really gone" in text(administrator, URL)
    page = administrator.post(f"{URL}believe/", follow=True).content.decode()
    assert "For an hour, what Jira no longer lists is hidden here." in page
    assert "They have really gone" not in page
    swept.refresh_from_db()
    assert (swept.position, swept.finished_at) == ({"at": 1}, None)
    assert len(no_worker) == 1
    lab.jira.refresh_from_db()
    assert lab.jira.believed


def test_later_syncs_with_gaps_of_their_own_take_nothing_from_it(
    lab: Lab, administrator: Client
) -> None:
    unlisted(lab.jira)
    boards = {"what": "DOC", "why": "has no board"}
    past(lab.jira, 1, "partial", gaps=[boards], gap_count=1)
    page = text(administrator, URL)
    assert "has no board" in page
    assert "30 of 30 tasks" in page
    assert "They have really gone" in page


def test_what_a_sync_told_is_not_told_again_once_its_list_has_them(
    lab: Lab, administrator: Client
) -> None:
    gap = {"what": "30 of 30 tasks", "why": f"{UNLISTED}; so they stay as they were"}
    past(lab.jira, 9, "partial", gaps=[gap], gap_count=1)
    page = text(administrator, URL)
    assert "30 of 30 tasks" not in page
    assert "They have really gone" not in page


def test_while_an_answer_holds_nothing_is_asked(lab: Lab, administrator: Client) -> None:
    unlisted(lab.jira)
    Source.objects.filter(pk=lab.jira.pk).update(believed_until=before(-1))
    page = text(administrator, URL)
    assert "They have really gone" not in page
    assert "hidden when their list is read next" in page
    Source.objects.filter(pk=lab.jira.pk).update(believed_until=before(1))
    assert "They have really gone" in text(administrator, URL)


def test_a_sync_that_runs_began_without_knowing(lab: Lab, administrator: Client) -> None:
    assert claim(lab.jira)
    assert "say it again" in administrator.post(f"{URL}believe/", follow=True).content.decode()
    lab.jira.refresh_from_db()
    assert not lab.jira.believed


def test_who_may_say_so(lab: Lab, lead: Client, administrator: Client) -> None:
    unlisted(lab.jira)
    assert lead.post(f"{URL}believe/").status_code == 403
    assert "Only an administrator says so." in text(lead, URL)
    assert administrator.get(f"{URL}believe/").status_code == 405
    lab.jira.viewers.clear()
    assert administrator.post(f"{URL}believe/").status_code == 404


def test_a_kind_without_such_settings_has_no_such_button(lab: Lab) -> None:
    lab.tracker.viewers.add(Group.objects.get(name="administrator"))
    client = client_of(lab.person("ada", "administrator"))
    assert "Map anew" not in text(client, "/sources/tracker/")
    answer = client.post("/sources/tracker/remap/", follow=True).content.decode()
    assert "no settings by which records are mapped" in answer


# ── settings that only say how records are understood ────────────────────────


@pytest.fixture
def practice() -> Any:
    with Practice(State.of(STORY), mode="cloud") as running:
        running.state.pass_time(86_400)
        yield running


@pytest.fixture
def read(practice: Any, administrator: Client, no_worker: list[Any]) -> Source:
    """A Jira that was added and read."""
    given = filled(
        name="Read", set_address=practice.url, set_email="m@x.y", set_projects="DOC", secret="t",
        set_hypothesis_types="Hypothesis",
    )  # fmt: skip
    administrator.post("/sources/add/?kind=jira", given)
    source = Source.objects.get(slug="read")
    tasks.read_source(str(source.pk), str(Sync.objects.get(source=source).pk))
    return Source.objects.get(slug="read")


def edit(client: Client, source: Source, **changed: Any) -> Any:
    usual = {
        "name": "Read", "set_address": source.settings["address"], "set_email": "m@x.y",
        "set_projects": "DOC", "set_hypothesis_types": "Hypothesis", "secret": "",
    }  # fmt: skip
    return client.post("/sources/read/edit/", filled(**(usual | changed)), follow=True)


def test_other_types_of_hypotheses_are_mapped_and_nothing_is_read(
    administrator: Client, read: Source, practice: Any
) -> None:
    place = Cursor.objects.get(source=read, stream="issues").position
    asked = len(practice.requests)
    answer = edit(administrator, read, set_hypothesis_types="Another type")
    assert "is saved, and what is stored is mapped anew" in answer.content.decode()
    sync = Sync.objects.get(source=read, outcome="")
    assert sync.from_stored
    tasks.read_source(str(read.pk), str(sync.pk))
    assert not Task.objects.filter(source=read, is_hypothesis=True).exists()
    assert Cursor.objects.get(source=read, stream="issues").position == place
    assert len(practice.requests) == asked


def test_another_project_is_read_though_the_types_change_too(
    administrator: Client, read: Source
) -> None:
    edit(administrator, read, set_hypothesis_types="Another type", set_projects="NEW")
    assert Cursor.objects.get(source=read, stream="issues").position is None
    assert not Sync.objects.get(source=read, outcome="").from_stored


def test_what_would_change_is_told_by_name_and_nothing_is_stored(
    administrator: Client, read: Source
) -> None:
    told = edit(administrator, read, set_hypothesis_types="Another type", foresee="1")
    page = told.content.decode()
    assert "1 would be a hypothesis no more" in page
    assert ">DOC-3<" in page
    assert "Another type" in page, "the form keeps what was typed"
    assert Source.objects.get(pk=read.pk).settings == read.settings
    assert Task.objects.filter(source=read, is_hypothesis=True).count() == 1
    again = edit(administrator, read, foresee="1").content.decode()
    assert "Nothing would change" in again
    wider = edit(administrator, read, set_projects="DOC, NEW", foresee="1").content.decode()
    assert "Projects: what another reading would bring is not known" in wider


def test_only_the_first_twenty_are_named_and_none_is_lost(lab: Lab) -> None:
    made = [lab.claim(f"DOC-{number}") for number in range(50)]
    changes = [remap.Change("task", task, {"is_hypothesis": (False, True)}) for task in made]
    become, cease, otherwise = foreseen._groups(changes)
    assert (become.words, len(become.named), become.more) == ("50 would become hypotheses", 20, 30)
    assert (cease.named, otherwise.named) == ([], [])


def test_a_new_source_has_nothing_to_foresee(administrator: Client) -> None:
    assert "What would change" not in text(administrator, "/sources/add/?kind=jira")
