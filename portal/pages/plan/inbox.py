"""The inbox as its page shows it."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from portal.pages.plan.shown import Tab, refused
from sources.models import Person
from sources.store import clean
from sprints import inbox
from sprints.inbox import Loose, Which
from tracking.streams.runs import LONGEST_TAG

NAMES: dict[Which, str] = {"": "All", "keyed": "Name a key", "plain": "Name none"}
OPENING = (
    "These runs belong to no task: their tags name none that is there. One press mends it "
    "here, and in an MLflow that may be written to."
)
AT_ONCE = 1_000  # runs of one word that one press ties
WORDS = 8  # that several runs of a page share


@dataclass(frozen=True, slots=True)
class Shared:
    """A word that several runs of the page have, and how many of them."""

    word: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """`word`: only runs that have it for a tag or a key, and `all_of_it` says of how
    many one press ties."""

    rows: list[Loose]
    shared: list[Shared]
    word: str
    all_of_it: str
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
    word = word_of(asked.get("word", ""))
    found = inbox.read(user, which=which, word=word, place=place)
    return Page(
        rows=found.rows,
        shared=[] if word else shared(found.rows, which),
        word=word,
        all_of_it=all_of_it(user, word, which) if word else "",
        tabs=[Tab(name, to(one, word=word), one == which) for one, name in NAMES.items()],
        which=which,
        opening=OPENING if found.rows else "",
        here=to(which, place, word=word),
        words="newest first",
        first_url=to(which, word=word) if place else "",
        newer_url=to(which, found.newer, word=word) if found.newer else "",
        older_url=to(which, found.older, word=word) if found.older else "",
        may_not_tie=refused(user, "sprints.add_evidence", "Tying runs to tasks"),
        may_not_dismiss=refused(user, "sprints.add_dismissal", "Putting runs aside"),
    )


def which_of(word: str) -> Which:
    """What is no name of ours means all."""
    return next((which for which in NAMES if which == word), "")


def word_of(text: str) -> str:
    return clean(text)[:LONGEST_TAG]


def all_of_it(user: Person, word: str, which: Which) -> str:
    """ "the only one", "all 12", "the newest 1,000"."""
    count = inbox.count_of(user, word, which=which, most=AT_ONCE + 1)
    if count > AT_ONCE:
        return f"the newest {AT_ONCE:,}"
    return "the only one" if count == 1 else f"all {count}"


def shared(rows: list[Loose], which: Which) -> list[Shared]:
    """The words that several of these runs have, the commonest first."""
    told = Counter(word for row in rows for word in {*row.run.tags, *row.lost})
    several = [(word, count) for word, count in told.most_common() if count > 1]
    return [Shared(word, count, to(which, word=word)) for word, count in several[:WORDS]]


def to(which: str, at: str = "", *, word: str = "") -> str:
    words = {"names": which, "word": word, "at": at}
    given = urlencode({word: value for word, value in words.items() if value})
    return reverse("inbox") + (f"?{given}" if given else "")


def key_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
