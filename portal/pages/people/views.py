"""Get, call, answer."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.people import Refused
from portal.accounts.ties import deciding
from portal.accounts.ties.erasing import erase
from portal.accounts.ties.known import Account, accounts, face_of, name_of
from portal.accounts.ties.likeness import like
from portal.accounts.ties.models import Tie
from portal.pages import asking
from portal.pages.people import accounts as accounts_page
from portal.pages.people import person as person_page
from portal.pages.people.forms import EraseForm

MAY_TIE = permission_required("accounts.tie_account", raise_exception=True)
MAY_ERASE = permission_required("accounts.erase_person", raise_exception=True)


@require_GET
def person(request: HttpRequest, key: int) -> HttpResponse:
    found = get_object_or_404(User.objects.select_related("erasure"), pk=key)
    if not person_page.is_known(request.user, found):
        raise Http404
    page = person_page.read(request.user, found)
    return render(request, "people/person.html", {"page": page})


@require_GET
@MAY_TIE
def index(request: HttpRequest) -> HttpResponse:
    page = accounts_page.read(request.user, asking.word(request.GET, "q"))
    return render(request, "people/accounts.html", {"page": page})


def _back(request: HttpRequest) -> HttpResponse:
    q = asking.word(request.POST, "q")
    return redirect(f"{reverse('accounts')}?{urlencode({'q': q})}" if q else reverse("accounts"))


@require_POST
@MAY_TIE
def decide(request: HttpRequest) -> HttpResponse:
    """An account that this administrator does not see is not there."""
    account, somebody = _account(request), _person(request)
    if somebody is None:
        messages.error(request, "Nobody here has that user name.")
        return _back(request)
    likeness = like(face_of(somebody), account.face)
    reason = likeness.reason if likeness else deciding.BY_HAND
    verb, words = ANSWERS["yes" if request.POST.get("answer") == "yes" else "no"]
    try:
        verb(somebody, account, reason=reason, by=asking.person(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{account.shown} {words} {name_of(somebody)}.")
    return _back(request)


ANSWERS = {
    "yes": (deciding.confirm, "is tied to"),
    "no": (deciding.reject, "will not be proposed again for"),
}


def _account(request: HttpRequest) -> Account:
    try:
        return accounts(request.user)[UUID(request.POST.get("account", ""))]
    except (KeyError, ValueError):
        raise Http404 from None


def _person(request: HttpRequest) -> User | None:
    """By key from a proposal, by user name when tied by hand."""
    told = asking.word(request.POST, "person")
    if told.isdecimal() and len(told) < 10:
        return User.objects.filter(pk=int(told)).first()
    name = asking.word(request.POST, "username")
    return User.objects.filter(username__iexact=name).first()


@require_POST
@MAY_TIE
def untie(request: HttpRequest, key: int) -> HttpResponse:
    """A tie becomes a no; a no is forgotten."""
    tie = get_object_or_404(Tie.objects.visible_to(request.user), pk=key)
    if tie.confirmed:
        deciding.untie(tie, by=asking.person(request))
        messages.success(request, f"It is not {name_of(tie.user)}'s any more.")
    else:
        deciding.take_back(tie)
        messages.success(request, f"It may be proposed for {name_of(tie.user)} again.")
    return _back(request)


@require_http_methods(["GET", "POST"])
@MAY_ERASE
def erasing(request: HttpRequest, key: int) -> HttpResponse:
    somebody = get_object_or_404(User.objects.filter(erasure=None), pk=key)
    form = EraseForm(somebody, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            called = erase(somebody, by=User.objects.get(pk=asking.person(request)))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Erased. What they did is by {called} from now on.")
            return redirect("people")
    return render(
        request, "people/erase.html", {"form": form, "person": somebody, "name": name_of(somebody)}
    )
