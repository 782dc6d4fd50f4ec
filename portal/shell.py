"""What the frame of every page shows: sections, pinned views, freshness, the person.

This file reads nothing itself. `settings.SHELL_FACTS` names a function
`(request) -> Facts`; it is called once a page, only when a template draws the frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the side bar. `key` is the letter after `g` that goes there."""

    name: str
    url: str
    key: str = ""
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a source's facts are, in words ("3 min ago"), and whether that is as agreed."""

    name: str
    url: str
    age_text: str
    state: Literal["ok", "late", "bad"] = "ok"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rest of the portal tells the frame. `counts` is by section address."""

    counts: Mapping[str, int] = field(default_factory=dict)
    pins: tuple[Place, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    inbox_count: int = 0
    menu: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Shell:
    sections: tuple[Place, ...]
    pins: tuple[Place, ...]
    freshness: tuple[Freshness, ...]
    inbox_count: int
    single_keys: bool
    menu: tuple[Place, ...]
    person: str


SECTIONS = (
    Place("Home", "/", "h"),
    Place("Sprints", "/sprints/", "s"),
    Place("Hypotheses", "/hypotheses/", "y"),
    Place("Runs", "/runs/", "r"),
    Place("Inbox", "/inbox/", "i"),
    Place("Records", "/records/", "d"),
    Place("Sources", "/sources/", "o"),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `shell` in every template, read when first used."""
    return {"shell": SimpleLazyObject(lambda: read(request))}


def read(request: HttpRequest) -> Shell:
    facts = facts_for(request)
    counts = dict(facts.counts)
    if facts.inbox_count:
        counts.setdefault("/inbox/", facts.inbox_count)
    return Shell(
        sections=tuple(marked(place, request.path, counts) for place in SECTIONS),
        pins=tuple(
            marked(pin, request.get_full_path(), {pin.url: pin.count}) for pin in facts.pins
        ),
        freshness=facts.freshness,
        inbox_count=facts.inbox_count,
        single_keys=single_keys(request),
        menu=facts.menu,
        person=name_of(request),
    )


def facts_for(request: HttpRequest) -> Facts:
    """A stranger's frame (an error page before login) shows no facts at all."""
    named = getattr(settings, "SHELL_FACTS", "")
    if not named or not name_of(request):
        return Facts()
    facts: Facts = import_string(named)(request)
    return facts


def marked(place: Place, path: str, counts: Mapping[str, int | None]) -> Place:
    return Place(
        place.name, place.url, place.key, counts.get(place.url), is_current(place.url, path)
    )


def is_current(url: str, path: str) -> bool:
    """Home is only itself; another place also holds everything below it; a question is
    the same however a browser writes it."""
    if "?" in url:
        ours, theirs = urlsplit(url), urlsplit(path)
        return ours.path == theirs.path and parse_qsl(ours.query) == parse_qsl(theirs.query)
    return path == url or (url != "/" and path.startswith(url))


def single_keys(request: HttpRequest) -> bool:
    """Whether this person keeps the shortcuts of one letter (WCAG 2.1.4 lets them say no)."""
    profile = getattr(request, "profile", None)
    return profile is None or bool(profile.single_keys)


def name_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return str(user.get_full_name() or user.get_username())
