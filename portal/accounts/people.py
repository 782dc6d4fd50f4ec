"""Who is here, and what they may do: the verbs of an administrator.

A role is one of five groups, made by a migration. Other groups of a person
are left alone: they say what is seen, not what may be done.
"""

import re
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.models import ApiToken

ADMINISTRATOR = "administrator"
ROLES = {
    "viewer": "reads everything",
    "contributor": "also claims, ties runs to tasks, gives verdicts, drafts records",
    "lead": "also seals records and starts syncs",
    "deployer": "reads everything, drafts records",
    ADMINISTRATOR: "everything: people, sources, the admin",
}


class Refused(Exception):
    """A change that may not be made. The text says why, and what to do instead."""


def role_of(person: User, groups: Iterable[str]) -> str:
    """`groups` are the names of the person's groups. Empty: no role."""
    if person.is_superuser:
        return ADMINISTRATOR
    held = set(groups)
    return next((role for role in reversed(ROLES) if role in held), "")


def administrators() -> QuerySet[User]:
    """The active ones: by role, or by Django's own flag."""
    named = Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR)
    return User.objects.filter(named, is_active=True).distinct()


@transaction.atomic
def invite(email: str, role: str) -> User:
    """A person who cannot sign in before they have set a password."""
    one_at_a_time()
    if has_email(email):
        raise Refused(f"Somebody with the address {email} is here already.")
    person = User(username=free_name(email), email=email.lower())
    person.set_unusable_password()
    person.is_staff = role == ADMINISTRATOR
    person.save()
    person.groups.add(Group.objects.get(name=role))
    return person


def has_email(email: str, *, but: User | None = None) -> bool:
    """People sign in by their address too: two must never share one."""
    held = User.objects.filter(email__iexact=email)
    known = EmailAddress.objects.filter(email__iexact=email)
    if but is not None:
        held, known = held.exclude(pk=but.pk), known.exclude(user=but.pk)
    return held.exists() or known.exists()


def free_name(email: str) -> str:
    """The address's first part, with a number when somebody has it."""
    local = email.partition("@")[0].lower()[:100]
    allowed = re.compile(UnicodeUsernameValidator().regex)
    wanted = "".join(sign for sign in local if allowed.match(sign)) or "person"
    held = User.objects.filter(username__istartswith=wanted)
    taken = {name.lower() for name in held.values_list("username", flat=True)}
    numbers = (f"{wanted}{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(one for one in numbers if one not in taken)


@transaction.atomic
def rename(person: User, *, name: str, email: str) -> None:
    """The first word of a name is kept as the first name, the rest as the last."""
    one_at_a_time()
    if has_email(email, but=person):
        raise Refused(f"Somebody else has the address {email}.")
    if email != person.email:
        EmailAddress.objects.filter(user=person).delete()
    person.first_name, _, person.last_name = name.partition(" ")
    person.email = email
    person.save(update_fields=("first_name", "last_name", "email"))


@transaction.atomic
def change_role(person: User, role: str) -> None:
    one_at_a_time()
    refuse_the_erased(person)
    if role != ADMINISTRATOR:
        refuse_the_last(person, "be given another role")
    person.groups.remove(*Group.objects.filter(name__in=ROLES))
    person.groups.add(Group.objects.get(name=role))
    person.is_superuser = person.is_superuser and role == ADMINISTRATOR
    person.is_staff = role == ADMINISTRATOR
    person.save(update_fields=("is_superuser", "is_staff"))


@transaction.atomic
def deactivate(person: User) -> None:
    """Sessions and tokens stop at once, and do not come back with the person."""
    one_at_a_time()
    refuse_the_last(person, "be deactivated")
    person.is_active = False
    person.save(update_fields=("is_active",))
    end_access(person)


def end_access(person: User) -> None:
    ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=timezone.now())
    for session in UserSession.objects.filter(user=person):
        session.end()


def let_in_again(person: User) -> None:
    refuse_the_erased(person)
    person.is_active = True
    person.save(update_fields=("is_active",))


def one_at_a_time() -> None:
    """Two administrators who demote each other must not both succeed, nor two
    invitations to one address."""
    Group.objects.select_for_update().get(name=ADMINISTRATOR)


def refuse_the_erased(person: User) -> None:
    if hasattr(person, "erasure"):
        raise Refused(f"{person.get_full_name()} was erased, and stays so. Invite them anew.")


def refuse_the_last(person: User, what: str) -> None:
    others = administrators().exclude(pk=person.pk)
    if administrators().filter(pk=person.pk).exists() and not others.exists():
        raise Refused(
            f"{person.get_username()} is the last administrator and cannot {what}. "
            "Make somebody else an administrator first."
        )
