"""The sync console in a real browser, with a week of syncs: light and dark, wide and narrow."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from demo.jira import Practice, State
from portal import tasks
from sources.claims import begin, claim
from sources.models import Source, Sync
from sources.store.gone import UNLISTED
from tests.pages.test_in_a_browser import LOOKS, WIDTHS, administrator, dress
from tests.sprints.made import Lab
from tests.sprints_streams.story import STORY

WEEK = 60 * 24 * 7


@pytest.fixture
def lab(transactional_db: None) -> Lab:
    made = Lab()
    made.person("lea.moreau", "lead")
    return made


def a_week(source: Source) -> None:
    """A sync every 15 minutes, one night without any, webhooks between."""
    chance, now = random.Random(49), timezone.now()
    syncs = []
    for minutes in range(0, WEEK, 15):
        if 3_000 < minutes < 3_400:
            continue
        at = now - timedelta(minutes=minutes + 1)
        end = at + timedelta(seconds=chance.randrange(4, 90))
        failed = chance.random() < 0.04
        syncs.append(
            Sync(
                source=source, started_at=at, begun_at=at, heard_at=end, finished_at=end,
                outcome="failed" if failed else "done", trouble="away" if failed else "",
                error="Jira at https://jira.example cannot be reached (connection refused)."
                if failed else "",
                updated=chance.choice((0, 0, 3, 17)), unchanged=312,
                requests=chance.randrange(9, 60),
                retries=chance.choice((0, 0, 0, 2)),
            )
        )  # fmt: skip
        hint = at + timedelta(minutes=7)
        syncs.append(
            Sync(source=source, started_at=hint, begun_at=hint, heard_at=hint, outcome="done",
                 finished_at=hint + timedelta(seconds=1), due_after=now, updated=1, requests=3)
        )  # fmt: skip
    Sync.objects.bulk_create(syncs)


def lacking(source: Source) -> None:
    """The newest good sync lacked something, and a list has many no more."""
    gaps = [{"what": "812 of 900 tasks", "why": f"{UNLISTED}; they stay as they were"}]
    source.cursors.update_or_create(stream="deletions", defaults={"unlisted": gaps})
    newest = Sync.objects.filter(source=source, outcome="done", due_after=None).newest_first()[0]
    newest.gaps = [{"what": f"DOC-{number}", "why": "is cut short"} for number in range(40)]
    newest.outcome, newest.gap_count = "partial", len(newest.gaps)
    newest.save()


def looked_at(page: Page, name: str, page_checks: Any, pictures: Any) -> None:
    for (scheme, width), audited in LOOKS.items():
        dress(page, scheme, width)
        page_checks.nothing_wrong()
        if audited:
            page_checks.accessible()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= WIDTHS[width], f"{name} scrolls sideways at {width}: {wide}"
        pictures(page, f"{name}-{scheme}-{width}")


def test_a_week_of_syncs_keeps_the_rules_in_every_look(
    lab: Lab, signed_in_page: Any, page_checks: Any, pictures: Any
) -> None:
    a_week(lab.jira)
    lacking(lab.jira)
    page = signed_in_page(administrator())
    page.set_default_timeout(20_000)
    page.goto("/sources/jira/")
    expect(page.locator("#age svg")).to_be_visible()
    expect(page.get_by_role("button", name="They have really gone")).to_be_visible()
    looked_at(page, "console", page_checks, pictures)
    dress(page, "light", "wide")
    page.get_by_role("link", name="Failed", exact=True).click()
    expect(page.locator("#history tbody tr").first).to_contain_text("cannot be reached")
    page.get_by_role("link", name="Webhooks", exact=True).click()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("#history tbody tr")).to_have_count(30)
    page_checks()


def test_a_backfill_and_a_refusal_keep_the_rules_in_every_look(
    lab: Lab, signed_in_page: Any, page_checks: Any, pictures: Any
) -> None:
    sync, now = claim(lab.jira), timezone.now()
    assert sync is not None
    assert begin(lab.jira, sync)
    Sync.objects.filter(pk=sync.pk).update(
        phase="issues", phase_began_at=now - timedelta(minutes=4), records=52_000, total=200_000,
        inserted=52_000, requests=900, heard_at=now,
    )  # fmt: skip
    page = signed_in_page(administrator())
    page.set_default_timeout(20_000)
    page.goto("/sources/jira/")
    expect(page.locator("#progress")).to_contain_text("About 11 minutes more")
    looked_at(page, "backfill", page_checks, pictures)
    Sync.objects.filter(pk=sync.pk).update(
        outcome="refused", finished_at=now, trouble="token", phase="",
        error="Jira at https://jira.example does not know this token: it is wrong, expired or "
        "withdrawn. Make a new one and store it here.",
    )  # fmt: skip
    expect(page.locator("#progress")).to_contain_text("What to do:")
    page.reload()
    looked_at(page, "refused", page_checks, pictures)


def test_what_would_change_is_shown_above_the_form(
    lab: Lab, signed_in_page: Any, page_checks: Any, pictures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.tasks.read_source.delay", lambda *_: None)
    with Practice(State.of(STORY), mode="cloud") as practice:
        practice.state.pass_time(86_400)
        lab.jira.settings = {"address": practice.url, "email": "m@x.y", "projects": ["DOC"]}
        lab.jira.secret = "t"
        lab.jira.save()
        sync = tasks.start_sync(lab.jira)
        assert sync is not None
        tasks.read_source(str(lab.jira.pk), str(sync.pk))
    page = signed_in_page(administrator())
    page.set_default_timeout(20_000)
    page.goto("/sources/jira/edit/")
    page.get_by_label("Issue types that are hypotheses").fill("Another type")
    page.get_by_role("button", name="What would change").click()
    expect(page.locator("#tested")).to_contain_text("1 would be a hypothesis no more")
    expect(page.get_by_label("Issue types that are hypotheses")).to_have_value("Another type")
    looked_at(page, "foreseen", page_checks, pictures)
