"""Credentials at rest: Fernet, newest key first, the others only to read."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sources.connectors.base import Unauthorized


class Unreadable(Unauthorized):
    """A stored credential that none of the keys opens."""


def _keys() -> MultiFernet:
    if not settings.CREDENTIAL_KEYS:
        raise ImproperlyConfigured(
            "LABLEDGER_CREDENTIAL_KEYS is empty: credentials cannot be stored. "
            "Make a key with `labledger key` and set it."
        )
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


def seal(text: str) -> bytes:
    return _keys().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    try:
        return _keys().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Unreadable(
            "The stored credential cannot be read with the present keys. Enter it again."
        ) from None


def rotated(sealed: bytes) -> bytes:
    """The same secret under the newest key."""
    try:
        return _keys().rotate(bytes(sealed))
    except InvalidToken:
        raise Unreadable("The stored credential cannot be read with the present keys.") from None
