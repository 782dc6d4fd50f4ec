"""Who may see a page at all, and in which zone its times are."""

import zoneinfo
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.accounts.models import Profile

# Everything else asks for a login. The API answers for itself (401, not a redirect).
OPEN = ("/accounts/", "/static/", "/api/", "/healthz", "/favicon.ico")

type Answer = Callable[[HttpRequest], HttpResponse]


def login_required_everywhere(answer: Answer) -> Answer:
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN):
            return answer(request)
        return redirect_to_login(request.get_full_path())

    return guarded


def viewers_zone(answer: Answer) -> Answer:
    """Times are stored in UTC and shown in the viewer's zone."""

    def zoned(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.path.startswith("/static/"):
            return answer(request)
        profile = Profile.objects.filter(user=request.user.pk).first() or Profile()
        request.profile = profile  # type: ignore[attr-defined]
        with timezone.override(zone(profile.zone)):
            return answer(request)

    return zoned


def zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
