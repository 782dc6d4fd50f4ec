"""How old a source was over the last week: a picture, and its sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.freshness import patience
from portal.pages.sources.progress import rough
from sources.models import Source, Sync
from tracking.pictures import Frame, Scale, grid, ticks

SHOWN = timedelta(days=7)
PARTS = 168  # hours: of each the greatest age is drawn, so that no standstill is lost
FRAME = Frame(660, 178, left=34, right=16, top=22, bottom=26)
UNITS = ((timedelta(days=3), timedelta(days=1), "days"), (timedelta(hours=3), timedelta(hours=1),
         "hours"), (timedelta(0), timedelta(minutes=1), "minutes"))  # fmt: skip

type Ages = Sequence[timedelta | None]


@dataclass(frozen=True, slots=True)
class Lag:
    picture: SafeString
    unit: str
    words: str


def read(source: Source, now: datetime) -> Lag:
    """One query. Without a good sync there is no picture."""
    ages = list(greatest(good_ends(source, now - SHOWN), now))
    known = [age for age in ages if age is not None]
    if not known:
        return Lag(mark_safe(""), "", "")
    agreed = patience(source)
    words = told(known, agreed)
    size, unit = next((size, name) for least, size, name in UNITS if max(known) >= least)
    return Lag(drawn(ages, agreed, now, size, words), unit, words)


def good_ends(source: Source, since: datetime) -> list[datetime]:
    """When good syncs of the whole source ended, and the last one before."""
    good = Sync.objects.filter(source=source).whole().good()
    before = good.filter(finished_at__lt=since).order_by("-finished_at").values("finished_at")[:1]
    first = Coalesce(Subquery(before), Value(since))
    ends = good.filter(finished_at__gte=first).order_by("finished_at")
    return [end for end in ends.values_list("finished_at", flat=True) if end is not None]


def greatest(ends: Sequence[datetime], now: datetime) -> Iterator[timedelta | None]:
    """Of each part of the week the greatest age; None before the first good sync."""
    part, last, left = SHOWN / PARTS, None, list(reversed(ends))
    for number in range(PARTS):
        until = now - SHOWN + (number + 1) * part
        found: list[timedelta] = []
        while left and left[-1] <= until:
            end = left.pop()
            found += [end - last] if last and end > until - part else []
            last = end
        found += [until - last] if last else []
        yield max(found, default=None)


def told(known: Sequence[timedelta], agreed: timedelta) -> str:
    late = sum(age > agreed for age in known)
    most = f"at most {rough(max(known))} old"
    if not late:
        return f"Never older than agreed: {most}."
    return f"Older than agreed within {late} of {len(known)} hours: {most}."


def drawn(ages: Ages, agreed: timedelta, now: datetime, size: timedelta, words: str) -> SafeString:
    values = [None if age is None else age / size for age in ages]
    level = agreed / size
    marks = ticks(0, max(level, *(value for value in values if value is not None)))
    x, y = FRAME.across(0, PARTS), FRAME.upwards(0, marks[-1])
    return format_html(
        '<svg class="broad" viewBox="0 0 660 178" role="img"><title>{}</title><desc>{}</desc>'
        '{}{}<path class="done" d="{}"/><path class="target" d="M{} {}H{}"/>'
        '<text class="target-word" x="{}" y="{}" text-anchor="end">dotted: agreed, {}</text></svg>',
        "Age over the last 7 days",
        words,
        grid(FRAME, marks, y),
        days(now, x),
        stairs(values, x, y),
        *(f"{FRAME.left:.1f}", f"{y(level):.1f}", f"{FRAME.width - FRAME.right:.1f}"),
        *(f"{FRAME.width - FRAME.right:.1f}", f"{FRAME.top - 6:.1f}", rough(agreed)),
    )


def stairs(values: Sequence[float | None], x: Scale, y: Scale) -> str:
    """Broken where nothing is known."""
    path, pen_is_up = "", True
    for number, value in enumerate(values):
        if value is None:
            pen_is_up = True
            continue
        start = f"M{x(number):.1f} {y(value):.1f}" if pen_is_up else f"V{y(value):.1f}"
        path, pen_is_up = f"{path}{start}H{x(number + 1):.1f}", False
    return path


def days(now: datetime, x: Scale) -> SafeString:
    """The week's days, each named where it begins in the viewer's zone."""
    first = timezone.localtime(now - SHOWN).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = (first + timedelta(days=number) for number in range(1, 8))
    hour = SHOWN / PARTS
    places = ((x((day - (now - SHOWN)) / hour), f"{day:%a} {day.day}") for day in begins)
    return format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        (
            (f"{place:.1f}", FRAME.height - 6, name)
            for place, name in places
            if place < FRAME.width - 60
        ),
    )
