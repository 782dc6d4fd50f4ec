"""An administrator's yes and no on an account, and what takes them back."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from portal.accounts.people import Refused, one_at_a_time
from portal.accounts.ties.known import Account, name_of
from portal.accounts.ties.models import ErasedAccount, Erasure, Tie

BY_HAND = "tied by hand"


@transaction.atomic
def confirm(person: User, account: Account, *, reason: str, by: int) -> Tie:
    """An account is one person's at most. Saying it twice changes nothing."""
    one_at_a_time()
    _refuse_the_erased(person, account)
    held = Tie.objects.confirmed().filter(account=account.key).select_related("user").first()
    if held is not None and held.user_id != person.pk:
        raise Refused(f"{account.shown} is {name_of(held.user)}'s already. Untie it there first.")
    return held or _said(person, account, confirmed=True, reason=reason, by=by)


@transaction.atomic
def reject(person: User, account: Account, *, reason: str, by: int) -> Tie:
    """It is not proposed for this person again, whatever the account is called later."""
    one_at_a_time()
    _refuse_the_erased(person, account)
    return _said(person, account, confirmed=False, reason=reason, by=by)


@transaction.atomic
def untie(tie: Tie, *, by: int) -> None:
    """It was a mistake: the account is free, and not proposed for this person again."""
    one_at_a_time()
    held = Tie.objects.select_for_update().get(pk=tie.pk)
    held.delete()
    held.pk, held.confirmed, held.by_id, held.at = None, False, by, timezone.now()
    held.save(force_insert=True)


@transaction.atomic
def take_back(tie: Tie) -> None:
    """A no is taken back: the account may be proposed again."""
    one_at_a_time()
    tie.delete()


def _said(person: User, account: Account, *, confirmed: bool, reason: str, by: int) -> Tie:
    Tie.objects.filter(user=person, account=account.key).delete()
    return Tie.objects.create(
        origin_id=account.origin,
        kind=account.kind,
        account=account.key,
        words=account.words,
        user=person,
        confirmed=confirmed,
        reason=reason,
        by_id=by,
    )


def _refuse_the_erased(person: User, account: Account) -> None:
    if Erasure.objects.filter(user=person).exists():
        raise Refused(f"{name_of(person)} was erased: nothing is tied to them any more.")
    if ErasedAccount.objects.filter(account=account.key).exists():
        raise Refused("This account's person asked to be erased. It is tied to nobody.")
