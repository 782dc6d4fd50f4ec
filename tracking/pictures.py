"""Small pictures as SVG: safe markup, coloured by CSS classes, told in <title> and <desc>.

Pure functions of their arguments. Numbers that are NaN, infinite or beyond 1e300 are left out,
and a picture of nothing is an empty string.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import TypeGuard

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDE, HIGH = 84, 20
EDGE = 2.5
LARGEST = 1e300


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps the range low..high onto start..end; a range of one value maps to the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        # Halved first: the difference of two huge floats is infinite.
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot's inside, in the picture's own units."""

    width: float
    height: float
    left: float = 46
    right: float = 12
    top: float = 16
    bottom: float = 26

    def across(self, low: float, high: float) -> Scale:
        return Scale(low, high, self.left, self.width - self.right)

    def upwards(self, low: float, high: float) -> Scale:
        return Scale(low, high, self.height - self.bottom, self.top)


def sparkline(values: Sequence[float | None], *, name: str = "") -> SafeString:
    """A line of a row's height with its last point marked.

    More values than can be seen are cut to the least and greatest of each bucket,
    so that an outlier stays.
    """
    points = [
        (at, value) for at, value in enumerate(values) if value is not None and abs(value) < LARGEST
    ]
    if not points:
        return mark_safe("")
    told = f"{name + ': ' if name else ''}{short(points[0][1])} to {short(points[-1][1])}"
    drawn = _places(extremes(points, WIDE // 2), len(values) - 1)
    x, _, y = drawn[drawn.rfind(" ") + 1 :].partition(",")
    return SafeString(
        f'<svg class="spark" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img">'
        f"<title>{escape(told)}, {len(points)} points</title>"
        f'<polyline points="{drawn}"/><circle cx="{x}" cy="{y}" r="2"/></svg>'
    )


def _places(points: Sequence[tuple[int, float]], last: int) -> str:
    """Where they are in a sparkline. Reckoned here and not by Scale: a page has thousands."""
    found = [value / 2 for _, value in points]
    low, tall = min(found), HIGH - 2 * EDGE
    room = max(found) - low
    bottom = HIGH - EDGE if room else HIGH / 2
    places = _across(tuple([at for at, _ in points]), last)
    return places % tuple([bottom - (half - low) / (room or 1) * tall for half in found])


@lru_cache(1_000)  # most series on a page have as many values
def _across(places: tuple[int, ...], last: int) -> str:
    """With room for as many heights: "2.5,%.1f 4.4,%.1f"."""
    left, step = EDGE if last else WIDE / 2, (WIDE - 2 * EDGE) / (last or 1)
    return " ".join(f"{left + at * step:.1f},%.1f" for at in places)


def step_curve(
    points: Sequence[tuple[datetime, float]],
    *,
    target: float | None = None,
    labels: Sequence[str] = (),
    direction: str = "max",
    name: str = "",
) -> SafeString:
    """The best value so far over time: it only steps when a new value is better.

    `labels` go with `points`; only those that made a step are written, as many as
    there is room for, the latest first. `direction` is "max" or "min".
    """
    steps = better_steps(points, labels, direction)
    if not steps:
        return mark_safe("")
    end = max(at for at, _ in points)
    frame = Frame(420, 200)
    values = [step.value for step in steps] + ([target] if is_finite(target) else [])
    marks = ticks(min(values), max(values))
    x = frame.across(steps[0].at.timestamp(), end.timestamp())
    y = frame.upwards(marks[0], marks[-1])
    return format_html(
        '<svg viewBox="0 0 420 200" role="img"><title>{}</title><desc>{}</desc>'
        '{}{}{}<path class="best" d="{}"/>{}{}</svg>',
        f"Best {name or 'value'} so far: {short(steps[-1].value)}",
        told(steps, target),
        grid(frame, marks, y),
        days_below(frame, steps[0].at, end),
        target_line(frame, target, y),
        staircase(steps, x, y, frame.width - frame.right),
        step_circles(steps, x, y),
        step_labels(steps, target, x, y, frame),
    )


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    value: float
    label: str


def better_steps(
    points: Sequence[tuple[datetime, float]], labels: Sequence[str], direction: str
) -> list[Step]:
    """The points, oldest first, that were better than all before them."""
    named = [
        Step(at, value, labels[number] if number < len(labels) else "")
        for number, (at, value) in enumerate(points)
        if is_finite(value)
    ]
    steps: list[Step] = []
    for step in sorted(named, key=lambda one: one.at):
        if not steps or is_better(step.value, steps[-1].value, direction):
            steps.append(step)
    return steps


def is_better(value: float, other: float, direction: str) -> bool:
    return value < other if direction == "min" else value > other


def told(steps: Sequence[Step], target: float | None) -> str:
    words = [
        f"{step.at:%d %b %Y}: {short(step.value)}" + (f" ({step.label})" if step.label else "")
        for step in steps
    ]
    return "; ".join(words) + (f". Target {short(target)}." if is_finite(target) else ".")


def staircase(steps: Sequence[Step], x: Scale, y: Scale, end: float) -> str:
    drawn = f"M{x(steps[0].at.timestamp()):.1f} {y(steps[0].value):.1f}"
    for step in steps[1:]:
        drawn += f"H{x(step.at.timestamp()):.1f}V{y(step.value):.1f}"
    return f"{drawn}H{end:.1f}"


def step_circles(steps: Sequence[Step], x: Scale, y: Scale) -> SafeString:
    drawn = ((circle(x(step.at.timestamp()), y(step.value), 3.5),) for step in steps)
    return format_html_join("", "{}", drawn)


def step_labels(
    steps: Sequence[Step], target: float | None, x: Scale, y: Scale, frame: Frame
) -> SafeString:
    """From the last step back: a label that would touch one already written is left out."""
    taken: list[tuple[float, float, str]] = []
    if is_finite(target):
        taken.append((frame.left + 40, y(target) - 6, target_words(target)))
    written: list[tuple[float, float, str]] = []
    for step in reversed(steps):
        place = (x(step.at.timestamp()), y(step.value) - 8)
        if step.label and all(apart(place, other, step.label) for other in taken + written):
            written.append((*place, step.label))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:.1f}", f"{max(y, 10):.1f}", anchor(x, frame), label) for x, y, label in written),
    )


def apart(place: tuple[float, float], other: tuple[float, float, str], label: str) -> bool:
    wide = 6.2 * max(len(label), len(other[2]))
    return abs(place[0] - other[0]) > wide or abs(place[1] - other[1]) > 13


def anchor(x: float, frame: Frame) -> str:
    if x > frame.width - 90:
        return "end"
    return "start" if x < frame.left + 40 else "middle"


def target_line(frame: Frame, target: float | None, y: Scale) -> SafeString:
    if not is_finite(target):
        return mark_safe("")
    level = y(target)
    return format_html(
        '<path class="target" d="M{} {}H{}"/><text class="target-word" x="{}" y="{}">{}</text>',
        *(f"{frame.left:.1f}", f"{level:.1f}", f"{frame.width - frame.right:.1f}"),
        *(f"{frame.left + 4:.1f}", f"{level - 6:.1f}", target_words(target)),
    )


def target_words(target: float) -> str:
    return f"target {short(target)}"


def grid(frame: Frame, marks: Sequence[float], y: Scale) -> SafeString:
    """Level lines with their numbers at the left."""
    right = f"{frame.width - frame.right:.1f}"
    return format_html_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (frame.left, f"{y(mark):.1f}", right, frame.left - 8, f"{y(mark) + 4:.1f}", short(mark))
            for mark in marks
        ),
    )


def days_below(frame: Frame, start: datetime, end: datetime) -> SafeString:
    low, right = frame.height - 6, frame.width - frame.right
    words = [(frame.left, "start", day_words(start))]
    if end.date() != start.date():
        words.append((right, "end", day_words(end)))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:.1f}", low, side, text) for x, side, text in words),
    )


def day_words(day: datetime) -> str:
    return f"{day.day} {day:%b}"


def circle(x: float, y: float, radius: float) -> SafeString:
    return format_html('<circle cx="{}" cy="{}" r="{}"/>', f"{x:.1f}", f"{y:.1f}", radius)


def path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def extremes(points: Sequence[tuple[int, float]], buckets: int) -> list[tuple[int, float]]:
    """At most two points a bucket, its least and its greatest, in order; ends are kept."""
    if len(points) <= 2 * buckets:
        return list(points)
    kept = {points[0], points[-1]}
    for number in range(buckets):
        part = points[number * len(points) // buckets : (number + 1) * len(points) // buckets]
        kept.add(min(part, key=lambda point: point[1]))
        kept.add(max(part, key=lambda point: point[1]))
    return sorted(kept)


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round levels that enclose low..high: steps of 1, 2 or 5 times a power of ten."""
    if high == low:
        room = abs(high) / 10 or 1.0
        low, high = low - room, high + room
    rough = high / wanted - low / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def short(value: float) -> str:
    """Four significant digits without the noise of binary fractions."""
    return (
        f"{value:.4g}"
        if abs(value) < 1e4
        else f"{value:,.0f}"
        if abs(value) < 1e7
        else f"{value:.3g}"
    )


def is_finite(value: float | None) -> TypeGuard[float]:
    """Also refuses values so large that a range of them would overflow."""
    return value is not None and abs(value) < LARGEST
