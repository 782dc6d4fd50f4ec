"""A delivery comes in: believed or refused, kept once, and counted."""

from collections.abc import Callable, Mapping

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sources.connectors.base import Refused, Told
from sources.models import Source
from sources.webhooks.models import Hint, Webhook, digest_of

log = structlog.get_logger(__name__)

LARGEST = 2**20  # bytes of a body; Jira's own issues stay far below

type Reader = Callable[..., Told]


def door(token: str) -> Webhook | None:
    """The open door with this address; of a paused source, too: what it tells waits."""
    return Webhook.objects.select_related("source").filter(token_digest=digest_of(token)).first()


def open_door(source: Source, *, signed: bool) -> Webhook:
    """A new address and secret for this source; an older address is closed."""
    held = Webhook.objects.filter(source=source).first() or Webhook(source=source)
    held.signed = signed
    held.renew()
    held.save()
    return held


def receive(webhook: Webhook, headers: Mapping[str, str], body: bytes, read: Reader) -> Told | None:
    """The hint, stored; None for one that was told before. Raises Refused.

    One that names nothing is only counted: there is nothing to look for.
    """
    try:
        told = read(headers, body, webhook.secret, signed=webhook.signed)
    except Refused as refusal:
        refuse(webhook, str(refusal))
        raise
    with transaction.atomic():
        new = _keep(webhook, told)
        counted = {"accepted": F("accepted") + 1} if new else {"repeated": F("repeated") + 1}
        Webhook.objects.filter(pk=webhook.pk).update(heard_at=timezone.now(), **counted)
    return told if new else None


def _keep(webhook: Webhook, told: Told) -> bool:
    hint = Hint(
        source_id=webhook.pk,
        identifier=told.identifier,
        event=told.event,
        ids=list(told.ids),
        read_at=None if told.ids else timezone.now(),
    )
    if Hint.objects.filter(source=webhook.pk, identifier=told.identifier).exists():
        return False
    # Two at once: the constraint decides, and bulk_create tells it without an error.
    Hint.objects.bulk_create([hint], ignore_conflicts=True)
    return True


def refuse(webhook: Webhook, why: str) -> None:
    log.warning("webhook refused", source=webhook.source.slug, why=why)
    Webhook.objects.filter(pk=webhook.pk).update(
        refused=F("refused") + 1, refused_at=timezone.now(), refusal=why
    )
