"""The list of hypotheses: the address holds the filter."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from portal.pages.plan.shown import ClaimLine, Tab, claim_line
from sources.models import Person
from sprints.hypotheses import listing
from sprints.hypotheses.listing import Asked
from sprints.models import Sprint
from tracking.models import Run


@dataclass(frozen=True, slots=True)
class Option:
    """One of a select."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[ClaimLine]
    tabs: list[Tab]
    sprints: list[Option]
    owners: list[Option]
    asked: Asked
    filtered: bool
    opening: str
    words: str
    first_url: str
    newer_url: str
    older_url: str


def read(user: Person, asked_words: QueryDict) -> Page:
    asked = Asked(
        **{word: asked_words.get(word, "").strip() for word in ("outcome", "sprint", "owner")},
        place=asked_words.get("at", ""),
    )
    found = listing.read_list(user, asked)
    counts = listing.counts(user, asked)
    total = sum(counts.values()) if asked.outcome not in counts else counts[asked.outcome]
    running = _running(user, [run for line in found.lines for run in line.runs])
    return Page(
        rows=[claim_line(line, running) for line in found.lines],
        tabs=_tabs(asked, counts),
        sprints=_sprints(listing.sprints_with_some(user), asked.sprint),
        owners=[Option(name, name, name == asked.owner) for name in listing.owners(user)],
        asked=asked,
        filtered=bool(asked.outcome or asked.sprint or asked.owner),
        opening=_opening(counts),
        words="1 hypothesis" if total == 1 else f"{total:,} hypotheses",
        first_url=_to(asked) if asked.place else "",
        newer_url=_to(asked, at=found.newer) if found.newer else "",
        older_url=_to(asked, at=found.older) if found.older else "",
    )


def _running(user: Person, keys: list[UUID]) -> set[UUID]:
    held = Run.objects.visible_to(user).filter(pk__in=keys, state="running")
    return set(held.values_list("pk", flat=True))


def _to(asked: Asked, *, outcome: str | None = None, at: str = "") -> str:
    """This page's address with some words changed."""
    words = {
        "outcome": asked.outcome if outcome is None else outcome,
        "sprint": asked.sprint,
        "owner": asked.owner,
        "at": at,
    }
    given = urlencode({word: value for word, value in words.items() if value})
    return reverse("hypotheses") + (f"?{given}" if given else "")


def _tabs(asked: Asked, counts: dict[str, int]) -> list[Tab]:
    known = asked.outcome if asked.outcome in counts else ""
    every = Tab("All", _to(asked, outcome=""), not known, sum(counts.values()))
    return [
        every,
        *(
            Tab(word.capitalize(), _to(asked, outcome=word), word == known, number)
            for word, number in counts.items()
        ),
    ]


def _sprints(held: list[Sprint], chosen: str) -> list[Option]:
    """By number, unless two boards use the same."""
    numbers = [one.number for one in held]
    values = [
        (
            str(one.number)
            if one.number is not None and numbers.count(one.number) == 1
            else str(one.pk)
        )
        for one in held
    ]
    return [
        Option(value, one.name, value == chosen) for value, one in zip(values, held, strict=True)
    ]


def _opening(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    if not total:
        return ""
    decided = total - counts["open"]
    return (
        f"{decided} of {total} decided: {counts['confirmed']} confirmed, "
        f"{counts['refuted']} refuted, {counts['inconclusive']} inconclusive. "
        "Refuted counts as work done."
    )
