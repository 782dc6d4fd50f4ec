"""The inbox as its page shows it."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from portal.pages.plan.shown import Tab, refused
from sources.models import Person
from sprints import inbox
from sprints.inbox import Loose, Which

NAMES: dict[Which, str] = {"": "All", "keyed": "Name a key", "plain": "Name none"}
OPENING = (
    "These runs belong to no task: their tags name none that is there. "
    "One press mends it; the tracker is left as it is."
)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Loose]
    tabs: list[Tab]
    which: str
    opening: str
    here: str
    words: str
    first_url: str
    newer_url: str
    older_url: str
    may_not_tie: str
    may_not_dismiss: str


def read(user: Person, asked: QueryDict) -> Page:
    which, place = which_of(asked.get("names", "")), asked.get("at", "")
    found = inbox.read(user, which=which, place=place)
    return Page(
        rows=found.rows,
        tabs=[Tab(name, to(word), word == which) for word, name in NAMES.items()],
        which=which,
        opening=OPENING if found.rows else "",
        here=to(which, place),
        words="newest first",
        first_url=to(which) if place else "",
        newer_url=to(which, found.newer) if found.newer else "",
        older_url=to(which, found.older) if found.older else "",
        may_not_tie=refused(user, "sprints.add_evidence", "Tying runs to tasks"),
        may_not_dismiss=refused(user, "sprints.add_dismissal", "Putting runs aside"),
    )


def which_of(word: str) -> Which:
    """What is no name of ours means all."""
    return next((which for which in NAMES if which == word), "")


def to(which: str, at: str = "") -> str:
    words = {"names": which, "at": at}
    given = urlencode({word: value for word, value in words.items() if value})
    return reverse("inbox") + (f"?{given}" if given else "")


def key_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
