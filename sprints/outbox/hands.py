"""Whose account writes: a person's own where they stored a token, else the source's bot."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from sources import secrets
from sources.connectors.base import Beat, Unauthorized, no_beat
from sources.connectors.jira.writes import Pen
from sources.connectors.writing import LIMITS
from sources.models import Source
from sources.rotation import Rotated
from sprints.outbox.models import JiraToken, Write


@dataclass(frozen=True, slots=True)
class Hand:
    """`through` is the person whose token it is; None: the bot's."""

    source: Source
    email: str
    secret: str
    through: int | None

    def pen(self, *, going: Beat = no_beat, beat: Beat = no_beat) -> Pen:
        given = self.source.settings
        return Pen(
            given["address"],
            mode=given.get("mode") or "auto",
            email=self.email,
            token=self.secret,
            limits=LIMITS,
            going=going,
            beat=beat,
        )


def hand_for(write: Write, held: Write | None) -> Hand:
    """For a comment that there is already: its author's, if that is the person who
    acts now; else the bot, for nobody writes as somebody else."""
    tokens = JiraToken.objects.filter(source=write.source_id, user__is_active=True)
    own = tokens.filter(user=write.by_id).first()
    theirs = held is None or held.through_id == write.by_id
    if own is not None and theirs:
        return Hand(write.source, own.email, own.secret, own.user_id)
    return bot(write.source)


def bot(source: Source) -> Hand:
    if not source.sealed_secret:
        raise Unauthorized(f"{source.name} has no credential, and you stored no token of yours.")
    return Hand(source, source.settings.get("email") or "", source.secret, None)


def store(source: Source, user: int, *, email: str, secret: str) -> JiraToken:
    """Keeps a token once Jira knows it. Raises Unauthorized or Unavailable."""
    with Hand(source, email, secret, user).pen() as pen:
        number, name = pen.who()
    token = JiraToken(source=source, user_id=user, email=email, account=name, account_id=number)
    token.secret = secret
    with transaction.atomic():
        JiraToken.objects.filter(source=source, user=user).delete()
        token.save(force_insert=True)
    return token


def tested(token: JiraToken) -> str:
    """The name that Jira knows the token by, asked now."""
    with Hand(token.source, token.email, token.secret, token.user_id).pen() as pen:
        number, name = pen.who()
    JiraToken.objects.filter(pk=token.pk).update(account=name, account_id=number)
    return name


def forget(source: UUID, user: int) -> int:
    gone, _ = JiraToken.objects.filter(source=source, user=user).delete()
    return gone


def rotate() -> Rotated:
    """Every person's token under the newest key. Safe beside a running portal, and
    to do twice: one that is stored meanwhile is newer than ours and stays."""
    told = Rotated()
    for token in JiraToken.objects.select_related("source", "user").order_by("pk"):
        held = bytes(token.sealed_secret)
        try:
            fresh = secrets.rotated(held)
        except secrets.Unreadable:
            told.unreadable.append(f"{token.user.get_username()} at {token.source.name}")
            continue
        same = JiraToken.objects.filter(pk=token.pk, sealed_secret=held)
        told.done += same.update(sealed_secret=fresh)
    return told
