"""Which accounts are like somebody here, and what was decided of others."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.contrib.auth.models import User

from portal.accounts.ties.known import Account, face_of, name_of
from portal.accounts.ties.likeness import POSSIBLE, SURENESS, Face, Likeness, forms, like


@dataclass(frozen=True, slots=True)
class Proposal:
    person: User
    account: Account
    likeness: Likeness

    @property
    def reason(self) -> str:
        return f"{self.likeness.reason}; {self.likeness.sureness}"


@dataclass(frozen=True, slots=True)
class Decided:
    """`closed` accounts have somebody, or had one who was erased; `rejected` are pairs
    of a person's and an account's key."""

    closed: frozenset[UUID]
    rejected: frozenset[tuple[int, UUID]]


def proposals(
    people: Iterable[User], accounts: Mapping[UUID, Account], decided: Decided
) -> list[Proposal]:
    """The surest first. No query; every person is only held against who shares a word
    or an address with them."""
    free = [one for one in accounts.values() if one.key not in decided.closed]
    index = _index(free)
    found = [
        one
        for person in people
        if person.is_active
        for one in _of_person(person, index)
        if (person.pk, one.account.key) not in decided.rejected
    ]
    return sorted(_doubted(found), key=_order)


def _index(accounts: Iterable[Account]) -> dict[object, list[Account]]:
    index: dict[object, list[Account]] = defaultdict(list)
    for account in accounts:
        for mark in _marks(account.face):
            index[mark].append(account)
    return index


def _marks(face: Face) -> Iterator[object]:
    """What two faces must share one of to be alike at all."""
    if face.address:
        yield face.address
    yield from {words for words, _ in forms(face)}


def _of_person(person: User, index: Mapping[object, Sequence[Account]]) -> Iterator[Proposal]:
    face = face_of(person)
    near = {one.key: one for mark in _marks(face) for one in index.get(mark, ())}
    for account in near.values():
        likeness = like(face, account.face)
        if likeness:
            yield Proposal(person, account, likeness)


def _doubted(found: Sequence[Proposal]) -> Iterator[Proposal]:
    """What fits two people equally well is at most possible."""
    fitting = Counter((one.account.key, one.likeness.sureness) for one in found)
    for one in found:
        others = fitting[one.account.key, one.likeness.sureness] - 1
        if not others:
            yield one
            continue
        words = f"{one.likeness.reason}, as {others} other{'s' if others > 1 else ''} here"
        yield replace(one, likeness=Likeness(POSSIBLE, words))


def _order(one: Proposal) -> tuple[int, str, str, str]:
    place = SURENESS.index(one.likeness.sureness)
    return place, name_of(one.person).casefold(), one.account.kind, one.account.shown
