from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.pages.home import reading


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "home/index.html", {"page": reading.read(request.user)})
