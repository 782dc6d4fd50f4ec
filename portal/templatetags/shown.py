"""Numbers, sizes, times and digests as a page shows them.

Each filter answers safe markup, keeps the full value in `title`, and shows a
muted dash for nothing at all. They never fail: a value they cannot read is
shown as it is.
"""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MINUS = "\N{MINUS SIGN}"
NOTHING = format_html('<span class="none" title="{}">{}</span>', "no value", "\N{EN DASH}")
SPECIAL = {"nan": "NaN", "inf": "\N{INFINITY}", "-inf": "-\N{INFINITY}"}
SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
MORE_IS_BETTER, LESS_IS_BETTER = "max", "min"


@register.filter
def metric(value: object) -> SafeString:
    """Four significant digits, every digit in the title; NaN and infinities by name."""
    if is_nothing(value):
        return NOTHING
    number = number_of(value)
    if number is None:
        return format_html('<span class="num">{}</span>', value)
    return SafeString(f'<span class="num" title="{exact(value)}">{four_digits(number)}</span>')


@register.filter
def signed(value: object, better: str = "") -> SafeString:
    """A difference with its sign; `better` ("max" or "min") colours it good or bad."""
    if is_nothing(value):
        return NOTHING
    number = number_of(value)
    if number is None or math.isnan(number):
        return metric(value)
    return format_html(
        '<span class="num{}" title="{}">{}</span>',
        tone_of(number, better),
        exact(value),
        with_sign(number),
    )


@register.filter
def count(value: object) -> SafeString:
    """A whole number with its thousands apart."""
    number = number_of(value)
    if number is None or not math.isfinite(number):
        return metric(value)
    return format_html('<span class="num">{}</span>', f"{round(number):,}")


@register.filter("bytes")
def size(value: object) -> SafeString:
    """A size in steps of 1,000, as disks and networks count; the exact bytes in the title."""
    number = number_of(value)
    if number is None or not math.isfinite(number):
        return metric(value)
    step, scaled = 0, number
    while abs(scaled) >= 999.5 and step < len(SIZES) - 1:
        step, scaled = step + 1, scaled / 1000
    digits = 0 if step == 0 or abs(scaled) >= 99.95 else 1
    return format_html(
        '<span class="num" title="{} bytes">{}\N{NO-BREAK SPACE}{}</span>',
        f"{round(number):,}",
        f"{scaled:.{digits}f}",
        SIZES[step],
    )


@register.filter
def duration(value: object) -> SafeString:
    """Seconds or a timedelta as its two largest units: 4 min 12 s."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else number_of(value)
    if seconds is None or not math.isfinite(seconds):
        return metric(value)
    return format_html(
        '<span class="num" title="{} s">{}</span>', f"{seconds:,.3f}", span_words(seconds)
    )


@register.filter
def ago(value: datetime | None) -> SafeString:
    """How long ago, or how soon, in words; the moment itself in the title."""
    if not isinstance(value, datetime):
        return NOTHING
    here = timezone.localtime(aware(value))
    return moment(here, ago_words((timezone.now() - here).total_seconds()))


@register.filter
def when(value: datetime | None) -> SafeString:
    """Day and time in the viewer's zone; the year only when it is not this one."""
    if not isinstance(value, datetime):
        return NOTHING
    here = timezone.localtime(aware(value))
    year = "" if here.year == timezone.now().astimezone(here.tzinfo).year else f" {here.year}"
    return moment(here, f"{here:{here.day} %b{year} %H:%M}")


@register.filter
def digest(value: object) -> SafeString:
    """The first twelve characters of a hash or a commit, the whole of it in the title."""
    text = str(value or "")
    if not text:
        return NOTHING
    kind, _, hexes = text.rpartition(":")
    short = hexes if len(hexes) <= 14 else f"{hexes[:12]}\N{HORIZONTAL ELLIPSIS}"
    prefix = f"{kind}:" if kind else ""
    return format_html('<code class="digest" title="{}">{}{}</code>', text, prefix, short)


def is_nothing(value: object) -> bool:
    return value is None or value == ""


def number_of(value: object) -> float | None:
    """A float, or None when the value is no number. Text is read: JSON carries NaN as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if str(value)[:1] != "-" else -math.inf
    except ValueError:
        return None


def exact(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def four_digits(number: float) -> str:
    """The digits of a whole number are never cut: 12,346 rather than 12,350."""
    if not math.isfinite(number):
        return SPECIAL[str(number)]
    size = abs(number)
    if number == 0:
        return "0"
    if size < 0.0005 or size >= 1e7:
        return scientific(number)
    if size >= 999.95:
        return f"{number:,.0f}"
    whole = len(str(int(size))) if size >= 1 else 0
    return f"{number:.{4 - whole}f}"


def scientific(number: float) -> str:
    mantissa, exponent = f"{number:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def with_sign(number: float) -> str:
    if number == 0:
        return "\N{PLUS-MINUS SIGN}0"
    sign = "+" if number > 0 else MINUS
    if math.isinf(number):
        return f"{sign}\N{INFINITY}"
    size = abs(number)
    if size < 0.0001 or size >= 1e7:
        return sign + scientific(float(f"{size:.3g}"))
    if size >= 100:
        return f"{sign}{size:,.0f}"
    return sign + f"{float(f'{size:.3g}'):.10f}".rstrip("0").rstrip(".")


def tone_of(number: float, better: str) -> str:
    if number == 0 or better not in (MORE_IS_BETTER, LESS_IS_BETTER):
        return ""
    return " good" if (number > 0) == (better == MORE_IS_BETTER) else " bad"


def span_words(seconds: float) -> str:
    sign, size = (MINUS if seconds < 0 else ""), abs(seconds)
    if size < 1:
        return f"{sign}{size * 1000:.0f} ms"
    if size < 9.95:
        return f"{sign}{size:.1f} s"
    whole = round(size)
    if whole < 60:
        return f"{sign}{whole} s"
    if whole < 3600:
        return f"{sign}{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{sign}{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{sign}{whole // 86400} d {whole % 86400 // 3600} h"


def ago_words(seconds: float) -> str:
    size = abs(seconds)
    if size < 2:
        return "just now"
    words = age_words(size)
    return f"{words} ago" if seconds > 0 else f"in {words}"


def age_words(size: float) -> str:
    """One unit, rounded down: nobody is told that old facts are younger than they are."""
    for limit, unit, word in (
        (60, 1, "s"),
        (3600, 60, "min"),
        (86400, 3600, "h"),
        (86400 * 60, 86400, "day"),
        (86400 * 730, 86400 * 30.44, "month"),
    ):
        if size < limit:
            return plural(int(size // unit), word)
    return plural(int(size // (86400 * 365.25)), "year")


def plural(number: int, word: str) -> str:
    many = "s" if number != 1 and word in ("day", "month", "year") else ""
    return f"{number} {word}{many}"


def moment(here: datetime, words: str) -> SafeString:
    """A time in the viewer's zone. Written without asking what is safe: a page has hundreds."""
    instant = here.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    title = f"{here:%a {here.day} %b %Y, %H:%M:%S %Z}"
    return SafeString(f'<time datetime="{instant}" title="{title}">{words}</time>')


def aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if timezone.is_naive(value) else value
