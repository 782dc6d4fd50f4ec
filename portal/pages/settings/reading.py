"""What the settings' pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from portal.accounts import invitations, people
from portal.accounts.models import SCOPES, ApiToken


@dataclass(frozen=True, slots=True)
class TokenLine:
    """state: active, expired, revoked."""

    token: ApiToken
    state: str
    scopes: list[tuple[str, str]]

    @property
    def usable(self) -> bool:
        return self.state == "active"


def tokens(person: User) -> list[TokenLine]:
    """One's own, usable ones first, newest first: one query."""
    now = timezone.now()
    lines = [token_line(token, now) for token in ApiToken.objects.filter(user=person)]
    return sorted(lines, key=lambda line: not line.usable)


def token_line(token: ApiToken, now: datetime) -> TokenLine:
    state = "revoked" if token.revoked_at else "expired" if token.expires_at <= now else "active"
    return TokenLine(token, state, [(name, SCOPES.get(name, "")) for name in token.scopes])


@dataclass(frozen=True, slots=True)
class PersonLine:
    """`kept`: why this person must stay an administrator; empty when they need not.
    state: active, invited, deactivated, erased."""

    person: User
    role: str
    state: str
    waits: bool
    kept: str


@dataclass(frozen=True, slots=True)
class People:
    lines: list[PersonLine]
    roles: dict[str, str]
    opening: str


def everybody() -> People:
    """Two queries: people with their roles. Active ones first, by name."""
    held = User.objects.select_related("erasure").prefetch_related("groups")
    found = sorted(held, key=by_name)
    roles = {one.pk: people.role_of(one, names(one)) for one in found}
    ruling = [one for one in found if one.is_active and roles[one.pk] == people.ADMINISTRATOR]
    last = ruling[0].pk if len(ruling) == 1 else None
    lines = [person_line(one, roles[one.pk], kept=one.pk == last) for one in found]
    return People(lines, people.ROLES, opening(lines))


def by_name(person: User) -> tuple[bool, str]:
    return not person.is_active, (person.get_full_name() or person.username).lower()


def names(person: User) -> list[str]:
    return [group.name for group in person.groups.all()]


def person_line(person: User, role: str, *, kept: bool) -> PersonLine:
    waits = invitations.waits(person)
    why = "The last administrator: make somebody else one first." if kept else ""
    return PersonLine(person, role, state_of(person), waits, why)


def state_of(person: User) -> str:
    if hasattr(person, "erasure"):
        return "erased"
    if not person.is_active:
        return "deactivated"
    return "invited" if invitations.waits(person) else "active"


def opening(lines: Iterable[PersonLine]) -> str:
    states = [line.state for line in lines]
    active, invited = states.count("active"), states.count("invited")
    here = f"{active} {'person' if active == 1 else 'people'}"
    waiting = f", {invited} invited and not here yet" if invited else ""
    return f"{here}{waiting}. Nobody signs up by themselves."
