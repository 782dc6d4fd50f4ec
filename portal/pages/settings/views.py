"""Get, call, answer."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import ApiToken, Profile
from portal.accounts.people import Refused
from portal.pages.settings import reading
from portal.pages.settings.forms import SettingsForm, TokenForm


def asker(request: HttpRequest) -> User:
    """Pages are behind a login: there always is a person."""
    assert isinstance(request.user, User)
    return request.user


def changes_email(request: HttpRequest) -> bool:
    """A new address is a new way to sign in: not for a session left open."""
    told = request.POST.get("email", "").lower()
    return request.method == "POST" and told != asker(request).email


@require_http_methods(["GET", "POST"])
@reauthentication_required(enabled=changes_email)  # type: ignore[untyped-decorator]
def own(request: HttpRequest) -> HttpResponse:
    person = asker(request)
    profile = Profile.objects.filter(user=person).first() or Profile(user=person)
    form = SettingsForm(person, profile, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except Refused as refused:
            form.add_error("email", str(refused))
        else:
            messages.success(request, "Your settings are saved.")
            return redirect("settings")
    return render(request, "accounts/settings.html", {"form": form, "person": person})


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("text")
def tokens(request: HttpRequest) -> HttpResponse:
    """A new token's text is in the answer to its POST and nowhere else, so this
    POST does not redirect."""
    person, text = asker(request), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _, text = ApiToken.make(person, **form.cleaned_data)
        form = TokenForm()
    call = f'curl -H "Authorization: Bearer ll_…" {request.build_absolute_uri("/api/v1/me/")}'
    page = {"form": form, "text": text, "lines": reading.tokens(person), "first_call": call}
    return render(request, "accounts/tokens.html", page)


@require_POST
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Another person's token is not there at all."""
    token = get_object_or_404(ApiToken, pk=key, user=asker(request))
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=("revoked_at",))
    messages.success(request, f"{token.name} is revoked; nothing can use it any more.")
    return redirect("tokens")
