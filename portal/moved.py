"""Whether anything that a person sees has changed: one query, for pages that stay open."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from sources.models import Person, Source


def mark(user: Person) -> str:
    """Another one after a sync changed something of any source that this person sees."""
    held = Source.objects.visible_to(user).order_by("pk").values_list("pk", "moved_at")
    return sha256(repr(list(held)).encode()).hexdigest()[:32]


@require_GET
def moved(request: HttpRequest) -> HttpResponse:
    """204 with the mark as ETag, 304 while it is the asker's."""
    etag = quote_etag(mark(request.user))
    status = 304 if request.headers.get("If-None-Match") == etag else 204
    return HttpResponse(status=status, headers={"ETag": etag, "Cache-Control": "no-cache"})
