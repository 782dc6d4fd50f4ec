"""Who may see a page at all, in which zone its times are, and when somebody was here."""

import zoneinfo
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pghistory.middleware import HistoryMiddleware

from portal.accounts.audit import as_text
from portal.accounts.models import Profile
from portal.accounts.saved import pinned, with_pins

# Everything else asks for a login. The API answers for itself (401, not a redirect).
OPEN = ("/accounts/", "/static/", "/api/", "/hooks/", "/healthz", "/metrics", "/favicon.ico")

SEEN_EVERY = 60  # seconds

type Answer = Callable[[HttpRequest], HttpResponse]


def login_required_everywhere(answer: Answer) -> Answer:
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN):
            return answer(request)
        return redirect_to_login(request.get_full_path())

    return guarded


def viewers_zone(answer: Answer) -> Answer:
    """Times are stored in UTC and shown in the viewer's zone. The same query tells what
    they pinned, so that the side bar of every page costs none."""

    def zoned(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.path.startswith("/static/"):
            return answer(request)
        person = with_pins().select_related("profile").filter(pk=request.user.pk).first()
        profile = getattr(person, "profile", None) or Profile()
        request.profile = profile  # type: ignore[attr-defined]
        request.pins = pinned(person.pins) if person else []  # type: ignore[attr-defined]
        with timezone.override(zone(profile.zone)):
            return answer(request)

    return zoned


def zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def seen(answer: Answer) -> Answer:
    """For the list of one's sessions: when each was last used, to the minute.
    allauth's own middleware writes a row for every page that is read."""

    def noted(request: HttpRequest) -> HttpResponse:
        key = request.session.session_key if request.user.is_authenticated else None
        if key and cache.add(f"seen:{key}", 1, SEEN_EVERY):
            UserSession.objects.create_from_request(request)
        return answer(request)

    return noted


class Audited(HistoryMiddleware):  # type: ignore[misc]
    """What a request changes is written down with who asked for it."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with connection.execute_wrapper(as_text):
            answer: HttpResponse = super().__call__(request)
        return answer
