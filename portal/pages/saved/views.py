"""Get, call, answer."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.saved import SavedView
from portal.pages.saved import reading
from portal.pages.saved.forms import ViewForm
from portal.pages.saved.forms import pin as pin_for
from portal.pages.settings.views import asker


def changeable(request: HttpRequest, key: int) -> SavedView:
    """Somebody else's is not there at all."""
    held = SavedView.objects.changeable_by(request.user).select_related("owner")
    return get_object_or_404(held, pk=key)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "saved/index.html", {"page": reading.read(request)})


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The question is in the address, where the runs table had it."""
    person = asker(request)
    asked = reading.asked(person, request.GET)
    form = ViewForm(person, asked.view, request.POST or None)
    if request.method == "POST" and not asked.problem and saved(form):
        messages.success(request, f"{asked.view.name} is saved.")
        return redirect(asked.view.url)
    own = SavedView.objects.filter(owner=person).as_listed()
    page = {"form": form, "asked": asked, "others": own}
    return render(request, "saved/add.html", page)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: int) -> HttpResponse:
    view = changeable(request, key)
    name = view.name
    form = ViewForm(asker(request), view, request.POST or None)
    if request.method == "POST" and saved(form):
        messages.success(request, f"{view.name} is saved.")
        return redirect("saved_views")
    return render(request, "saved/edit.html", {"form": form, "view": view, "name": name})


def saved(form: ViewForm) -> bool:
    """Two forms sent at once may have one name: the database decides."""
    if not form.is_valid():
        return False
    try:
        form.save()
    except IntegrityError:
        form.add_error("name", "You have a view of this name.")
        return False
    return True


@require_POST
def pin(request: HttpRequest, key: int) -> HttpResponse:
    """Into one's own side bar with `pinned`, out of it without."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=key)
    pin_for(view, asker(request), pinned=bool(request.POST.get("pinned")))
    return redirect("saved_views")


@require_POST
def question(request: HttpRequest, key: int) -> HttpResponse:
    """The view asks from now on what this address asks."""
    view = changeable(request, key)
    asked = reading.asked(asker(request), request.GET)
    if asked.problem:
        messages.error(request, asked.problem)
        return redirect("view_edit", key)
    view.query, view.columns = asked.view.query, asked.view.columns
    view.save(update_fields=("query", "columns"))
    messages.success(request, f"{view.name} asks this from now on.")
    return redirect(view.url)


@require_POST
def remove(request: HttpRequest, key: int) -> HttpResponse:
    view = changeable(request, key)
    view.delete()
    messages.success(request, f"{view.name} is removed.")
    return redirect("saved_views")
