"""The small parts that templates write most often, as tags: chips, keys, icons, cards."""

from collections.abc import Mapping

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

type Chip = dict[str, str]

STATE_TONES = {
    "finished": "good",
    "done": "good",
    "sealed": "good",
    "approved": "good",
    "ok": "good",
    "running": "accent",
    "syncing": "accent",
    "active": "accent",
    "failed": "bad",
    "revoked": "bad",
    "refused": "bad",
    "conflict": "bad",
    "damaged": "bad",
    "failing": "bad",
    "partial": "warn",
    "parked": "warn",
    "paused": "warn",
    "late": "warn",
}
VERDICTS = {
    "confirmed": ("good", "\N{CHECK MARK}"),
    "refuted": ("bad", "\N{MULTIPLICATION X}"),
    "inconclusive": ("warn", "~"),
    "open": ("plain", "\N{WHITE CIRCLE}"),
    "dropped": ("dashed", "\N{EN DASH}"),
}
GRADES = {"verified": "good", "imported": "plain", "stated": "plain", "missing": "warn"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of static/icons.svg. It says nothing by itself: words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("parts/chip.html")
def state(name: str | None, *, note: str = "", title: str = "") -> Chip:
    """finished, running, failed, unknown, syncing, paused; any other word is shown plainly."""
    word = name or "unknown"
    return chip(STATE_TONES.get(word, "plain"), word, note=note, title=title)


@register.inclusion_tag("parts/chip.html")
def verdict(name: str | None, *, title: str = "") -> Chip:
    """A hypothesis without a verdict is open."""
    word = name or "open"
    tone, sign = VERDICTS.get(word, ("plain", ""))
    return chip(tone, word, sign=sign, title=title)


@register.inclusion_tag("parts/chip.html")
def grade(name: str, reason: str = "") -> Chip:
    """How well a fact is known. What is missing always says why."""
    if name == "missing":
        return chip("warn", "missing:", note=reason or "not in the archive")
    return chip(GRADES.get(name, "plain"), name, title=reason)


@register.inclusion_tag("parts/chip.html")
def tag(name: str, url: str = "") -> Chip:
    return chip("plain", name, url=url)


@register.inclusion_tag("parts/key.html")
def key(name: str, url: str = "", title: str = "") -> dict[str, str]:
    """A task's key, in mono; a link when there is an address."""
    return {"name": name, "url": url, "title": title}


@register.inclusion_tag("parts/copy.html")
def copy(text: object, label: str = "", what: str = "") -> dict[str, object]:
    """A copy button. `what` names the thing for people who cannot see it beside the button."""
    return {"text": text, "label": label, "what": what}


@register.simple_block_tag(takes_context=True)
def card(
    context: template.Context, content: str, title: str = "", *, note: str = "", anchor: str = ""
) -> SafeString:
    """{% card "Burn-up" note="points" %} body {% endcard %}"""
    return filled(
        "parts/card.html",
        context,
        {"title": title, "note": note, "anchor": anchor, "body": content},
    )


@register.simple_block_tag(takes_context=True)
def table(
    context: template.Context,
    content: str,
    *,
    label: str,
    tall: bool = False,
    loose: bool = False,
    rows: bool = False,
) -> SafeString:
    """A scrolling box round the <thead> and <tbody> within; `label` names it aloud.

    `tall` keeps the head in sight, `loose` lets the first column scroll away,
    `rows` lets j, k and x walk the rows.
    """
    return filled(
        "parts/table.html",
        context,
        {"label": label, "tall": tall, "loose": loose, "rows": rows, "body": content},
    )


def chip(
    tone: str, word: str, *, sign: str = "", note: str = "", title: str = "", url: str = ""
) -> Chip:
    return {"tone": tone, "word": word, "sign": sign, "note": note, "title": title, "url": url}


def filled(name: str, context: template.Context, values: Mapping[str, object]) -> SafeString:
    """A part drawn with the page's own template engine, and with nothing but `values`."""
    engine = context.template.engine  # type: ignore[union-attr]
    return engine.get_template(name).render(context.new(dict(values)))
