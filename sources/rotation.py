"""Every stored credential under the newest key."""

from dataclasses import dataclass, field

from sources import secrets
from sources.models import Source


@dataclass(slots=True)
class Rotated:
    """`unreadable`: names of what holds a secret that no present key opens."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)

    def __add__(self, other: "Rotated") -> "Rotated":
        return Rotated(self.done + other.done, self.unreadable + other.unreadable)


def rotate() -> Rotated:
    """Safe beside a running portal, and to do twice. A credential that is
    entered meanwhile is newer than ours and stays."""
    told = Rotated()
    for source in Source.objects.exclude(sealed_secret=None).order_by("name"):
        held = bytes(source.sealed_secret or b"")
        try:
            fresh = secrets.rotated(held)
        except secrets.Unreadable:
            told.unreadable.append(source.name)
            continue
        same = Source.objects.filter(pk=source.pk, sealed_secret=held)
        told.done += same.update(sealed_secret=fresh)
    return told
