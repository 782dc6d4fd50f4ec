"""The burn-up of a sprint as SVG: scope, done, the even pace between, weekends, today."""

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tracking.pictures import Frame, Scale, grid, short, ticks

FRAME = Frame(660, 220, left=34, right=16, top=18, bottom=28)
ROOM = 64  # between two day names


def burn_up(
    scope: Sequence[float],
    done: Sequence[float],
    days: Sequence[date],
    today: date | None = None,
    *,
    unit: str = "points",
) -> SafeString:
    """One value of `scope` and `done` a day, for the days that have been; `days` is the whole
    sprint. Days to come have no value, so both may be shorter than `days`.
    """
    if not days or not scope or not done:
        return mark_safe("")
    scope, done = scope[: len(days)], done[: len(days)]
    marks = ticks(0, max(*scope, *done, 1))
    x = FRAME.across(0, max(len(days) - 1, 1))
    y = FRAME.upwards(0, marks[-1])
    return format_html(
        '<svg class="broad" viewBox="0 0 660 220" role="img"><title>{}</title><desc>{}</desc>'
        '{}{}{}{}{}<path class="scope" d="{}"/><path class="done" d="{}"/>{}</svg>',
        f"{short(done[-1])} of {short(scope[-1])} {unit} done",
        told(scope, done, days, unit),
        weekends(days, x),
        grid(FRAME, marks, y),
        day_names(days, today, x),
        today_line(days, today, x),
        even_pace(scope, days, x, y),
        stairs(scope, x, y),
        polyline(done, x, y),
        line_names(scope, done, x, y),
    )


def told(scope: Sequence[float], done: Sequence[float], days: Sequence[date], unit: str) -> str:
    return (
        f"From {days[0]:%d %b} to {days[-1]:%d %b %Y}. Scope began at {short(scope[0])} {unit} and "
        f"is {short(scope[-1])}; {short(done[-1])} are done after {len(done)} of {len(days)} days."
    )


def stairs(values: Sequence[float], x: Scale, y: Scale) -> str:
    """Scope changes at once, so it is drawn in steps."""
    drawn = f"M{x(0):.1f} {y(values[0]):.1f}"
    for at, value in enumerate(values[1:], start=1):
        drawn += f"H{x(at):.1f}" if value == values[at - 1] else f"H{x(at):.1f}V{y(value):.1f}"
    return drawn


def polyline(values: Sequence[float], x: Scale, y: Scale) -> str:
    return "M" + "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in enumerate(values))


def even_pace(scope: Sequence[float], days: Sequence[date], x: Scale, y: Scale) -> SafeString:
    return format_html(
        '<path class="ideal" d="M{} {}L{} {}"/>',
        *(f"{x(0):.1f}", f"{y(0):.1f}", f"{x(len(days) - 1):.1f}", f"{y(scope[-1]):.1f}"),
    )


def weekends(days: Sequence[date], x: Scale) -> SafeString:
    """A free day is shaded half a day to each side, within the plot."""
    half = (x(1) - x(0)) / 2
    low, high = x(0), x(max(len(days) - 1, 1))
    bands = (
        (max(x(at) - half, low), min(x(at) + half, high))
        for at, day in enumerate(days)
        if day.weekday() >= 5
    )
    return format_html_join(
        "",
        '<rect class="weekend" x="{}" y="{}" width="{}" height="{}"/>',
        (
            (
                f"{left:.1f}",
                FRAME.top,
                f"{right - left:.1f}",
                FRAME.height - FRAME.bottom - FRAME.top,
            )
            for left, right in bands
        ),
    )


def day_names(days: Sequence[date], today: date | None, x: Scale) -> SafeString:
    """First, last and today are always named, Mondays where there is room."""
    named: dict[int, str] = {0: f"{days[0].day} {days[0]:%b}"}
    if len(days) > 1:
        named[len(days) - 1] = f"{days[-1].day} {days[-1]:%b}"
    if today is not None and today in days:
        at = days.index(today)
        named = {other: name for other, name in named.items() if abs(x(other) - x(at)) >= ROOM}
        named[at] = f"{today.day} {today:%b}, today"
    for at, day in enumerate(days):
        if day.weekday() == 0 and all(abs(x(at) - x(other)) >= ROOM for other in named):
            named[at] = f"{day.day} {day:%b}"
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (f"{x(at):.1f}", FRAME.height - 8, side(at, len(days)), name)
            for at, name in sorted(named.items())
        ),
    )


def side(at: int, days: int) -> str:
    """Names near an edge lean inwards, so that nothing is cut off."""
    if at <= days * 0.06:
        return "start"
    return "end" if at >= (days - 1) * 0.94 else "middle"


def today_line(days: Sequence[date], today: date | None, x: Scale) -> SafeString:
    if today is None or today not in days:
        return mark_safe("")
    return format_html(
        '<path class="today" d="M{} {}V{}"/>',
        f"{x(days.index(today)):.1f}",
        FRAME.top,
        FRAME.height - FRAME.bottom,
    )


def line_names(scope: Sequence[float], done: Sequence[float], x: Scale, y: Scale) -> SafeString:
    """At the end of each line, on the side where there is room; never on top of each other."""
    at = x(len(scope) - 1)
    leans, shift = ("end", -7) if at > FRAME.width - 170 else ("start", 7)
    grown = scope[-1] - scope[0]
    change = f" ({grown:+.4g})" if grown else ""
    above = y(scope[-1]) - 6
    below = max(y(done[-1]) + 15, above + 15)
    if below > FRAME.height - FRAME.bottom - 2:
        below = y(done[-1]) - 7
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}">scope {}{}</text>'
        '<text class="done-word" x="{}" y="{}" text-anchor="{}">done {}</text>',
        *(f"{at + shift:.1f}", f"{above:.1f}", leans, short(scope[-1]), change),
        *(f"{x(len(done) - 1) + shift:.1f}", f"{below:.1f}", leans, short(done[-1])),
    )
