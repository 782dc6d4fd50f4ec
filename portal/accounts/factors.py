"""Second factors at rest: their secrets lie sealed, under the keys of the credentials."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from sources import secrets
from sources.rotation import Rotated

SEALED = ("secret", "seed")  # of the app's codes, of the recovery codes


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Who reads the database, or a backup of it, still cannot make a code."""

    def encrypt(self, text: str) -> str:
        return secrets.seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text.encode())


def rotate() -> Rotated:
    """Safe to do twice. One that is used meanwhile is left for the next time."""
    told = Rotated()
    for held in Authenticator.objects.select_related("user").order_by("pk"):
        try:
            fresh = {**held.data, **rotated(held.data)}
        except secrets.Unreadable:
            told.unreadable.append(f"second factor of {held.user.get_username()}")
            continue
        if fresh != held.data:
            same = Authenticator.objects.filter(pk=held.pk, data=held.data)
            told.done += same.update(data=fresh)
    return told


def rotated(held: dict[str, str]) -> dict[str, str]:
    names = [name for name in SEALED if name in held]
    return {name: secrets.rotated(held[name].encode()).decode() for name in names}
