"""What the sources' pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from portal.freshness import Standing, age, ending, standings
from portal.pages.sources import history, lag, missing, progress, webhook
from portal.pages.sources.forms import SourceForm
from portal.pages.sources.missing import Missing
from portal.streams import KINDS
from portal.templatetags.shown import duration, when
from sources import expiry
from sources.connectors.base import Identity, Trouble
from sources.models import Cursor, Person, Source, Sync
from sprints.outbox.models import WRITTEN_TO

REFUSED = "Needs the permission to sync sources."


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of parts/pairs.html."""

    label: str
    value: Any
    copy: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    standing: Standing
    age: str
    url: str


class Index:
    """The list of sources, worst first."""

    WORST = ("refused", "failing", "late", "new", "syncing", "ok", "paused")

    def __init__(self, held: Sequence[Standing], user: Person) -> None:
        now = timezone.now()
        order = sorted(held, key=lambda one: (self.WORST.index(one.state), one.source.name))
        self.lines = [
            Line(one, age(one, now), reverse("source", args=[one.source.slug])) for one in order
        ]
        self.may_add = user.has_perm("sources.add_source")  # type: ignore[union-attr]
        self.opening = _opening(order)

    @property
    def main_action(self) -> dict[str, Any]:
        refused = "" if self.may_add else "Only an administrator adds sources."
        return {"name": "Add a source", "url": reverse("source_add"), "refused": refused}


def _opening(held: Sequence[Standing]) -> str:
    bad = [one.source.name for one in held if one.state in {"refused", "failing"}]
    if bad:
        return f"{' and '.join(bad[:3])} cannot be read; what was stored stays."
    late = [one.source.name for one in held if one.state == "late"]
    if late:
        return f"{' and '.join(late[:3])} is older than agreed."
    return "Every source is as fresh as agreed." if held else ""


@dataclass(frozen=True, slots=True)
class Page:
    """`told` is the newest sync that told of gaps, `missing` what it told; `unlisted`
    is what the lists had no more when they were last read, `believing` the answer to it."""

    standing: Standing
    age: str
    progress: progress.Progress
    history: history.History
    lag: lag.Lag
    told: Sync | None
    missing: list[Missing]
    unlisted: list[Missing]
    believing: dict[str, Any] | None
    cursors: list[Cursor]
    facts: list[Pair]
    actions: list[dict[str, Any]]
    main_action: dict[str, Any]
    opening: str


def read(user: Person, source: Source, asked: QueryDict) -> Page:
    standing = standings([source], timezone.now())[0]
    may_sync = user.has_perm("sources.sync_source")  # type: ignore[union-attr]
    may_change = user.has_perm("sources.change_source")  # type: ignore[union-attr]
    refused = "" if may_sync else REFUSED
    told = Sync.objects.filter(source=source, gap_count__gt=0).newest_first().first()
    cursors = list(source.cursors.order_by("stream"))
    return Page(
        standing=standing,
        age=age(standing, timezone.now()),
        progress=progress.progress(source, standing.last, may_sync=may_sync),
        history=history.read(source, asked),
        lag=lag.read(source, timezone.now()),
        told=told,
        missing=missing.told_by(told),
        unlisted=missing.unlisted(cursors),
        believing=missing.believing(source, may_change=may_change),
        cursors=cursors,
        facts=[*_facts(source), *_webhook(source, may_change=may_change)],
        actions=[
            {
                "name": "Go on" if source.paused else "Pause",
                "url": reverse("source_pause", args=[source.slug]),
                "post": True,
                "refused": refused,
            },
            *_outbox(source),
            *_remap(source, may_change=may_change),
            {
                "name": "Edit",
                "url": reverse("source_edit", args=[source.slug]),
                "refused": "" if may_change else "Only an administrator edits sources.",
            },
        ],
        main_action={
            "name": "Sync now",
            "url": reverse("source_sync", args=[source.slug]),
            "post": True,
            "refused": refused,
        },
        opening=" ".join(filter(None, (_sentence(standing), _warning(source)))),
    )


def _outbox(source: Source) -> list[dict[str, Any]]:
    """What is written to it, of kinds that are."""
    if source.kind not in WRITTEN_TO:
        return []
    return [{"name": "Outbox", "url": f"{reverse('outbox')}?source={source.slug}"}]


def _remap(source: Source, *, may_change: bool) -> list[dict[str, Any]]:
    """Only of kinds whose raw records can be mapped anew."""
    if source.kind not in KINDS or not KINDS[source.kind].maps:
        return []
    return [
        {
            "name": "Map anew",
            "url": reverse("source_remap", args=[source.slug]),
            "post": True,
            "refused": "" if may_change else "Only an administrator maps records anew.",
        }
    ]


def _sentence(standing: Standing) -> str:
    now = timezone.now()
    return {
        "syncing": "It is being read now.",
        "paused": "Paused: nothing is read until someone lets it go on.",
        "ok": f"As fresh as agreed: last read {age(standing, now)}.",
        "late": f"Older than agreed: last read {age(standing, now)}.",
        "failing": "The last sync failed and is tried again by itself.",
        "refused": "The source refuses us: a person must act.",
        "new": "It has not been read yet.",
    }[standing.state]


def _warning(source: Source) -> str:
    words = ending(source, timezone.now())
    return f"Its {words}: make a new one and store it here." if words else ""


def _facts(source: Source) -> list[Pair]:
    """Settings in words. The credential is never among them."""
    said = [
        Pair(name.replace("_", " ").capitalize(), _words(value))
        for name, value in source.settings.items()
        if value not in ("", [], None) and not name.startswith("_")
    ]
    credential = "stored, encrypted" if source.sealed_secret else "none"
    return [
        *said,
        Pair("Credential", credential + _expiry(source)),
        Pair("Read every", duration(source.interval)),
        Pair("Next sync", "paused" if source.paused else when(source.next_sync_at)),
    ]


def _webhook(source: Source, *, may_change: bool) -> list[Pair]:
    if source.kind not in KINDS or KINDS[source.kind].webhook is None:
        return []
    url = reverse("source_webhook", args=[source.slug]) if may_change else ""
    return [Pair("Webhook", webhook.words(source), url=url)]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _expiry(source: Source) -> str:
    at = source.secret_expires_at
    guess = " at the latest, at a guess" if source.secret_end_guessed else ""
    return f", expires {at:%d %b %Y}{guess}" if at else ""


@dataclass(frozen=True, slots=True)
class Tested:
    """What Test connection found: an identity, or a trouble in words."""

    identity: Identity | None = None
    trouble: str = ""

    @property
    def facts(self) -> list[Pair]:
        if self.identity is None:
            return []
        found = self.identity
        skew = "" if found.clock_skew is None else clock_words(found.clock_skew)
        rows = (
            ("Signed in as", found.who),
            ("Sees", ", ".join(found.projects) or "no project"),
            ("Server", found.server),
            ("Time zone", found.zone),
            ("Clock", skew),
            ("Credential expires", found.expires_at or ""),
        )
        return [Pair(label, value) for label, value in rows if value]


def clock_words(skew: float) -> str:
    """`skew`: seconds that the other side's clock is ahead of ours."""
    seconds = round(abs(skew))
    if not seconds:
        return "the same as ours"
    return f"{seconds:,} s {'ahead of' if skew > 0 else 'behind'} ours"


def test(form: SourceForm) -> Tested:
    """Ask the other side, with the form's words and, if it was left empty, the
    stored credential. Nothing is saved but when the stored one ends."""
    held = form.source
    source = form.apply_to(Source.objects.get(pk=held.pk) if held else Source(slug="unsaved"))
    try:
        client = form.kind.client(source)
        try:
            identity = client.test()
        finally:
            client.close()
    except Trouble as trouble:
        return Tested(trouble=str(trouble))
    if held and not form.cleaned_data.get("secret"):
        expiry.note(held, [identity.expires_at])
    return Tested(identity=identity)
