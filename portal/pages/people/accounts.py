"""The page on which an administrator says whose an account is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from portal.accounts.ties.known import Account, accounts, name_of, people
from portal.accounts.ties.likeness import LIKELY, SURE, folded
from portal.accounts.ties.models import KINDS, ErasedAccount, Tie
from portal.accounts.ties.proposing import Decided, Proposal, proposals
from sources.models import Person

SHOWN = 50  # of each list; a search finds the others
TONES = {SURE: "good", LIKELY: "accent"}


@dataclass(frozen=True, slots=True)
class Line:
    """An account that may be somebody's. `tone` is of how sure that is."""

    person: User
    name: str
    account: Account
    sureness: str
    reason: str
    tone: str


@dataclass(frozen=True, slots=True)
class Said:
    """What an administrator said. `account` is how it is called now."""

    tie: Tie
    name: str
    account: str
    kind: str
    source: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    q: str
    opening: str
    proposed: list[Line]
    proposed_note: str
    tied: list[Said]
    tied_note: str
    rejected: list[Said]
    rejected_note: str
    free: list[Account]
    free_note: str
    people: list[tuple[str, str]]
    known: bool  # whether there is any account at all


def read(user: Person, q: str) -> Page:
    """Nine queries, whatever the number of people and accounts."""
    known, everybody = accounts(user), list(people())
    said, closed = _said(user), _closed()
    found = proposals(everybody, known, _decided(said, closed))
    asked = folded(q)
    proposed = [line for line in map(_line, found) if asked in folded(_text(line))]
    lines = [one for one in _lines(said, known) if asked in folded(f"{one.name} {one.account}")]
    tied = [one for one in lines if one.tie.confirmed]
    rejected = [one for one in lines if not one.tie.confirmed]
    # What is proposed above is only searched for here: it may be somebody else's.
    above = frozenset() if q else {one.account.key for one in found}
    free = [
        one for one in _free(known, closed | above) if asked in folded(f"{one.shown} {one.source}")
    ]
    return Page(
        q=q,
        opening=_opening(found, said),
        proposed=proposed[:SHOWN],
        proposed_note=_note(proposed),
        tied=tied[:SHOWN],
        tied_note=_note(tied),
        rejected=rejected[:SHOWN],
        rejected_note=_note(rejected),
        free=free[:SHOWN],
        free_note=_note(free),
        people=[(one.get_username(), name_of(one)) for one in everybody],
        known=bool(known),
    )


def _said(user: Person) -> list[Tie]:
    held = Tie.objects.visible_to(user).select_related("user", "by", "origin")
    return list(held.order_by("-at", "-pk"))


def _closed() -> frozenset[UUID]:
    """Accounts that have somebody, also where this administrator does not see it, and
    those of the erased."""
    tied = Tie.objects.confirmed().values_list("account", flat=True)
    erased = ErasedAccount.objects.values_list("account", flat=True)
    return frozenset(tied.union(erased))


def _decided(said: Iterable[Tie], closed: frozenset[UUID]) -> Decided:
    return Decided(closed, frozenset((one.user_id, one.account) for one in said))


def _line(one: Proposal) -> Line:
    return Line(
        person=one.person,
        name=name_of(one.person),
        account=one.account,
        sureness=one.likeness.sureness,
        reason=one.likeness.reason,
        tone=TONES.get(one.likeness.sureness, "plain"),
    )


def _text(line: Line) -> str:
    return f"{line.name} {line.account.shown} {line.account.source}"


def _lines(said: Iterable[Tie], known: Mapping[UUID, Account]) -> list[Said]:
    return [
        Said(
            tie=one,
            name=name_of(one.user),
            account=known[one.account].shown if one.account in known else one.words or "is gone",
            kind=KINDS[one.kind],
            source=one.origin.name,
            by=name_of(one.by),
            at=one.at,
        )
        for one in said
    ]


def _free(known: Mapping[UUID, Account], closed: frozenset[UUID]) -> list[Account]:
    free = [one for one in known.values() if one.key not in closed]
    return sorted(free, key=lambda one: (one.shown.casefold(), one.kind, one.source))


def _note(rows: Sequence[object]) -> str:
    return f"the first {SHOWN} of {len(rows):,}" if len(rows) > SHOWN else f"{len(rows)}"


def _opening(found: Sequence[Proposal], said: Iterable[Tie]) -> str:
    tied = sum(one.confirmed for one in said)
    fits = f"{len(found):,} account{'s look' if len(found) != 1 else ' looks'} like somebody here"
    held = f"{tied:,} {'are' if tied != 1 else 'is'} tied"
    return f"{fits}, {held}. Nothing is tied by itself."
