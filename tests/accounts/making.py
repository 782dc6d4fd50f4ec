"""People with roles, and what they hold."""

from django.contrib.auth.models import Group, User
from django.test import Client

from portal.accounts.models import ApiToken
from portal.accounts.people import ADMINISTRATOR

PASSWORD = "correct-horse-9-battery"


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


def token_of(user, *scopes, days=30):
    return ApiToken.make(user, name="pipeline", scopes=list(scopes or ["read"]), days=days)


def bearer(text):
    return {"Authorization": f"Bearer {text}"}
