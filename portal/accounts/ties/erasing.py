"""A person is erased: their name, addresses, ties and ways in go; what they did stays,
by "Former person 12".

The row of the user stays too, so that nothing that refers to it breaks. Sealed
records keep the bytes they were sealed with, and mirrored rows what their
source says. Nothing brings it back.
"""

from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q
from pgtrigger import ignore

from handoff import leaving as records
from portal.accounts import people, saved
from portal.accounts.models import ApiToken, Profile
from portal.accounts.people import Refused
from portal.accounts.ties.models import ErasedAccount, Erasure, Tie
from sprints.outbox import leaving as outbox
from sprints.outbox.asking import Refused as UnderWay

# What only opens doors, or says how pages looked to them.
OWN: tuple[type[Model], ...] = (ApiToken, UserSession, EmailAddress, Authenticator, Profile)
# Rows of the admin's own log tell a thing by its name: of these, a person's.
OF_A_PERSON: tuple[type[Model], ...] = (User, *OWN)
NOWHERE = UUID(int=0)


@transaction.atomic
def erase(person: User, *, by: User) -> str:
    """What they are called from now on. All of it, or nothing."""
    people.one_at_a_time()
    held = User.objects.select_for_update().get(pk=person.pk)
    _refuse(held, by)
    called, before = f"Former person {held.pk}", held.get_username()
    try:
        outbox.forget_person(held.pk, now_called=called)
    except UnderWay as under_way:
        raise Refused(str(under_way)) from under_way
    records.forget_person(before, now_called=called)
    _forget_the_admins_words(held, called)
    _close_the_doors(held)
    _forget_ties(held)
    saved.forget_person(held)
    _rename(held)
    _forget_former_names(held)
    Erasure.objects.create(user=held, by=by)
    return called


def _refuse(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise Refused("Nobody erases themselves: ask another administrator.")
    if Erasure.objects.filter(user=person).exists():
        raise Refused(f"{person.get_full_name()} is erased already.")
    people.refuse_the_last(person, "be erased")


def _close_the_doors(person: User) -> None:
    people.end_access(person)
    for model in OWN:
        model._default_manager.filter(user=person).delete()


def _forget_ties(person: User) -> None:
    """Of what is written down about ties, that there was one stays, and not of what."""
    theirs = Tie.objects.filter(user=person)
    accounts = theirs.confirmed().values_list("account", flat=True)
    ErasedAccount.objects.bulk_create(map(ErasedAccount, accounts), ignore_conflicts=True)
    theirs.delete()
    events = apps.get_model("accounts", "TieEvent")
    with ignore("accounts.TieEvent:append_only"):
        events.objects.filter(user=person.pk).update(account=NOWHERE)


def _rename(person: User) -> None:
    person.username = people.free_name(f"former-person-{person.pk}@")
    person.first_name, person.last_name, person.email = "Former", f"person {person.pk}", ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()


def _forget_former_names(person: User) -> None:
    """What was changed, when and by whom stays; what they were called does not."""
    events = apps.get_model("accounts", "PersonEvent")
    with ignore("accounts.PersonEvent:append_only"):
        events.objects.filter(pgh_obj=person.pk).update(username=person.username, email="")


def _forget_the_admins_words(person: User, called: str) -> None:
    """Before their rows are gone: what the log tells of is known by the rows' ids, and
    what went earlier by a name that is theirs from end to end."""
    kinds = ContentType.objects.get_for_models(*OF_A_PERSON)
    theirs = Q(content_type=kinds[User], object_id=str(person.pk))
    for model in OWN:
        keys = model._default_manager.filter(user=person).values_list("pk", flat=True)
        theirs |= Q(content_type=kinds[model], object_id__in=list(map(str, keys)))
    named = Q(object_repr__iexact=person.get_username())
    if person.email:
        named |= Q(object_repr__iexact=person.email)
    others = named & Q(content_type__in=[kinds[model] for model in OWN])
    LogEntry.objects.filter(theirs | others).update(object_repr=called)
