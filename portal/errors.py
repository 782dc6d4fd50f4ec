"""What nobody foresaw: a page for people, a problem document under /api/."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from portal.api.problems import TYPE


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _problem(500, "Something here went wrong. It is in the log; try again later.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    return _problem(400, "This request cannot be read.")


def _problem(status: int, detail: str) -> JsonResponse:
    """As the API's other problems. What the error itself says may be for nobody's eyes."""
    title = {400: "Bad request", 500: "Server error"}[status]
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(told, status=status, content_type=TYPE)
