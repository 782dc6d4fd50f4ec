"""People with roles, and what they hold."""

from importlib import import_module

from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client

from portal.accounts.models import ApiToken
from portal.accounts.people import ADMINISTRATOR

PASSWORD = "correct-horse-9-battery"


def make_roles():
    """As the migration did, for a test whose database was emptied by another."""
    import_module("portal.accounts.migrations.0002_roles").add(apps, None)


def person(name="mara", role="contributor", **more):
    user = User.objects.create_user(name, f"{name}@lab.test", PASSWORD, **more)
    user.is_staff = role == ADMINISTRATOR
    user.save()
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def code_of(secret):
    """What the person's app shows."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def token_of(user, *scopes, days=30):
    return ApiToken.make(user, name="pipeline", scopes=list(scopes or ["read"]), days=days)


def bearer(text):
    return {"Authorization": f"Bearer {text}"}
