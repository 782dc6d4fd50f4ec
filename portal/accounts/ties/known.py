"""The accounts that sources know: Jira's, owners of runs, authors of commits."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User

from portal.accounts.ties.likeness import Face
from portal.accounts.ties.models import KINDS, account_key
from sources.models import Person, Source, visible_sources
from sprints.models import Member
from tracking.owners import Owner, authors, owners


@dataclass(frozen=True, slots=True)
class Account:
    """`shown` is what people call it; `words` what its source does, of owners and authors."""

    key: UUID
    origin: UUID
    source: str
    kind: str
    shown: str
    words: str
    face: Face

    @property
    def kind_words(self) -> str:
        return KINDS[self.kind]


def accounts(user: Person) -> dict[UUID, Account]:
    """All of the sources that this person sees, by key: four queries."""
    seen = visible_sources(user)
    named = dict(Source.objects.filter(pk__in=seen).values_list("pk", "name"))
    held = Member.objects.visible_to(user).values_list("key", "source", "name", "mail")
    found = [
        Account(key, source, named[source], "member", name, "", Face(name=name, mark=mail))
        for key, source, name, mail in held
    ]
    found += [_owner(one, named) for one in owners(seen)]
    found += [_author(one, named) for one in authors(seen)]
    return {one.key: one for one in found}


def _owner(one: Owner, named: dict[UUID, str]) -> Account:
    """Some trackers call people by their address."""
    address = "@" in one.words
    face = Face(mail=one.words) if address else Face(handle=one.words)
    key = account_key(one.source, "owner", one.words)
    return Account(key, one.source, named[one.source], "owner", one.words, one.words, face)


def _author(one: Owner, named: dict[UUID, str]) -> Account:
    key = account_key(one.source, "author", one.words)
    shown = f"{one.name} <{one.words}>" if one.name else one.words
    face = Face(name=one.name, mail=one.words)
    return Account(key, one.source, named[one.source], "author", shown, one.words, face)


def people() -> Iterator[User]:
    """Whom an account may belong to: everybody whose name was not erased. One query."""
    held = User.objects.filter(erasure=None)
    yield from sorted(held, key=lambda one: name_of(one).casefold())


def name_of(person: User) -> str:
    return person.get_full_name() or person.get_username()


def face_of(person: User) -> Face:
    return Face(name=person.get_full_name(), handle=person.get_username(), mail=person.email)
