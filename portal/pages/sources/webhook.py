"""A source's webhook: its address and secret, and what came of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.streams import KINDS
from portal.templatetags.shown import ago, count
from sources.models import Source
from sources.webhooks.models import Webhook
from sources.webhooks.receiving import open_door

MAY_CHANGE = permission_required("sources.change_source", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of parts/pairs.html."""

    label: str
    value: Any
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`secret` only in the answer to who has just made it."""

    source: Source
    webhook: Webhook | None
    address: str
    pairs: list[Pair]
    secret: str


@never_cache
@require_http_methods(["GET", "POST"])
@MAY_CHANGE
def page(request: HttpRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source.objects.visible_to(request.user), slug=slug)
    kind = KINDS.get(source.kind)
    if kind is None or kind.webhook is None:
        raise Http404(f"{source.name} has no webhooks.")
    if request.method == "POST" and "close" in request.POST:
        Webhook.objects.filter(source=source).delete()
        messages.success(request, "The webhook's address is closed.")
        return redirect("source_webhook", slug)
    secret = ""
    if request.method == "POST":
        secret = open_door(source, signed="unsigned" not in request.POST).secret
    held = Webhook.objects.filter(source=source).first()
    return render(request, "sources/webhook.html", {"page": _page(request, source, held, secret)})


def _page(request: HttpRequest, source: Source, held: Webhook | None, secret: str) -> Page:
    if held is None:
        return Page(source, None, "", [], "")
    address = request.build_absolute_uri(reverse("webhook", args=[held.token]))
    return Page(source, held, address, _pairs(held), secret)


def _pairs(held: Webhook) -> list[Pair]:
    refusal = f": {held.refusal}" if held.refusal else ""
    return [
        Pair("Signature", "required" if held.signed else "not required; checked when there is one"),
        Pair("Heard", count(held.accepted)),
        Pair("Repeated", count(held.repeated)),
        Pair("Refused", f"{held.refused:,}{refusal}"),
        Pair("Last heard", ago(held.heard_at) if held.heard_at else "never"),
        Pair("Made", ago(held.opened_at)),
    ]


def words(source: Source) -> str:
    """For the source's own page: one query."""
    held = Webhook.objects.filter(source=source).first()
    if held is None:
        return "none"
    refused = f", {held.refused:,} refused" if held.refused else ""
    return f"{held.accepted:,} heard{refused}"
