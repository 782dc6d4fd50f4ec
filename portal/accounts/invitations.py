"""The link by which an invited person sets a password: signed, once, for a week.

Nothing is stored. The link holds a mark of the account as it was; the first
password that is set, and every newer link, make it another account.
"""

from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail, signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.accounts.people import Refused

LASTS = timedelta(days=7)
SALT = "labledger.invitation"
CONSOLE = "django.core.mail.backends.console.EmailBackend"
TEXT = """You are invited to Labledger.

Set your password here, within {days} days; the link works once:
{link}

Your user name is {name}.
"""


def path_for(person: User) -> str:
    """A new link's path. Links made before for this person end."""
    if not waits(person):
        raise Refused(f"{person.get_username()} has a password already, or is not active.")
    person.set_unusable_password()
    person.save(update_fields=("password",))
    token = signing.dumps([person.pk, mark(person)], salt=SALT)
    return reverse("invitation", args=[token])


def waits(person: User) -> bool:
    """Invited, and no password set yet."""
    return person.is_active and not person.has_usable_password()


def mark(person: User) -> str:
    account = f"{person.pk} {person.password} {person.email}"
    return salted_hmac(SALT, account, algorithm="sha256").hexdigest()[:32]


def invited(token: str) -> User | None:
    """Whom the link is for; nobody when it is too old, used, or made up."""
    try:
        key, told = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=key, is_active=True).first()
    return person if person and constant_time_compare(mark(person), told) else None


@transaction.atomic
def accept(token: str, password: str) -> bool:
    """Sets the password. False when the link ended meanwhile."""
    person = invited(token)
    if person is None:
        return False
    still = User.objects.select_for_update().get(pk=person.pk)
    if mark(still) != mark(person):
        return False
    still.set_password(password)
    still.save(update_fields=("password",))
    return True


def mail_is_set_up() -> bool:
    return settings.MAILERS["default"]["BACKEND"] != CONSOLE


def send(person: User, link: str) -> str:
    """Mails the link. Returns what went wrong, in words; empty when it went out."""
    text = TEXT.format(days=LASTS.days, link=link, name=person.get_username())
    try:
        mail.send_mail("Your invitation to Labledger", text, None, [person.email])
    except (SMTPException, OSError) as error:
        return f"The mail to {person.email} could not be sent ({error}). Hand over the link."
    return ""
