"""Whether two descriptions may be of one person, why, and how sure that is. Pure.

It only ever proposes. Two different addresses of one domain are two people,
whatever their names: an organisation gives each of its people one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sprints.mail import mail_mark

SURE, LIKELY, POSSIBLE = "sure", "likely", "possible"
SURENESS = (SURE, LIKELY, POSSIBLE)  # the surest first

NAME, HANDLE, MAIL = "name", "user name", "e-mail"
WHERE = (NAME, HANDLE, MAIL)
REASONS = {
    (NAME, NAME): "the same name",
    (NAME, HANDLE): "a user name made of the name",
    (NAME, MAIL): "an e-mail that begins with the name",
    (HANDLE, HANDLE): "the same user name",
    (HANDLE, MAIL): "an e-mail that begins with the user name",
    (MAIL, MAIL): "e-mails that begin alike",
}
REASONS_ORDER = {pair: place for place, pair in enumerate(REASONS)}
# Letters that no accent makes, and how they are written without them.
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
WORD = re.compile(r"[^\W_]+")
# Whom many share, or what stands where nobody is known any more.
SHARED = {
    ("admin",), ("administrator",), ("anonymous",), ("anybody",), ("bot",), ("build",), ("ci",),
    ("dev",), ("former", "user"), ("git",), ("github",), ("info",), ("jenkins",), ("nobody",),
    ("noreply",), ("root",), ("runner",), ("service",), ("team",), ("test",), ("ubuntu",),
    ("unknown",), ("user",),
}  # fmt: skip

type Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """What one place tells of somebody. `mark` stands for an address that is not kept."""

    name: str = ""
    handle: str = ""
    mail: str = ""
    mark: str = ""

    @property
    def address(self) -> str:
        """The mark of the address, however it is known."""
        return self.mark or mail_mark(self.mail)

    @property
    def domain(self) -> str:
        return self.address.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Likeness:
    sureness: str
    reason: str


def like(one: Face, other: Face) -> Likeness | None:
    """The same whichever comes first. None: nothing speaks for it, or a domain against it."""
    if one.address and one.address == other.address:
        return Likeness(SURE, "the same e-mail")
    if one.domain and one.domain == other.domain:
        return None
    theirs = dict(_best(forms(other)))
    shared = [
        (len(words) < 2, REASONS_ORDER[pair], pair)
        for words, where in _best(forms(one))
        if words in theirs
        for pair in [_pair(where, theirs[words])]
    ]
    if not shared:
        return None
    single, _, pair = min(shared)
    return Likeness(POSSIBLE if single else LIKELY, REASONS[pair])


def _pair(one: str, other: str) -> tuple[str, str]:
    first, second = sorted((one, other), key=WHERE.index)
    return first, second


def _best(found: Iterator[tuple[Words, str]]) -> list[tuple[Words, str]]:
    """Each form where it tells most: a name before a user name before an address."""
    kept: dict[Words, str] = {}
    for words, where in found:
        kept.setdefault(words, where)
    return list(kept.items())


def forms(face: Face) -> Iterator[tuple[Words, str]]:
    """The words that somebody is called by, in one order and without accents or case."""
    local = face.mail.rpartition("@")[0].partition("+")[0]
    for where, text in ((NAME, face.name), (HANDLE, face.handle), (MAIL, local)):
        words = tuple(sorted(WORD.findall(folded(text))))
        if words and words not in SHARED:
            yield words, where


def folded(text: str) -> str:
    """MÜLLER, Müller and muller alike."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return bare.casefold().translate(PLAIN)
