"""The people's page, and the page behind an invitation. Get, call, answer."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import invitations, people
from portal.pages.settings import reading
from portal.pages.settings.forms import InviteForm, RoleForm

ACCOUNTS = {"name": "Accounts outside", "url": reverse_lazy("accounts")}
MAY_INVITE = permission_required("auth.add_user", raise_exception=True)
MAY_CHANGE = permission_required("auth.change_user", raise_exception=True)


@require_GET
@MAY_INVITE
def index(request: HttpRequest) -> HttpResponse:
    return shown(request, InviteForm())


def shown(request: HttpRequest, form: InviteForm, **more: object) -> HttpResponse:
    page = {
        "form": form,
        "people": reading.everybody(),
        "actions": [ACCOUNTS] if request.user.has_perm("accounts.tie_account") else [],
        **more,
    }
    return render(request, "accounts/people.html", page)


@never_cache
@require_POST
@MAY_INVITE
def invite(request: HttpRequest) -> HttpResponse:
    """The link is in the answer and nowhere else, so this POST does not redirect."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            person = people.invite(form.cleaned_data["email"], form.cleaned_data["role"])
        except people.Refused as refused:
            form.add_error("email", str(refused))
        else:
            return with_link(request, person)
    return shown(request, form)


@never_cache
@require_POST
@MAY_INVITE
def invite_again(request: HttpRequest, key: int) -> HttpResponse:
    person = get_object_or_404(User, pk=key)
    try:
        return with_link(request, person)
    except people.Refused as refused:
        messages.error(request, str(refused))
        return redirect("people")


def with_link(request: HttpRequest, person: User) -> HttpResponse:
    """Mailed when mail is set up; shown in any case, for mails get lost."""
    link = request.build_absolute_uri(invitations.path_for(person))
    trouble, mailed = "", invitations.mail_is_set_up()
    if mailed:
        trouble = invitations.send(person, link)
    more = {"person": person, "link": link, "mailed": mailed and not trouble, "trouble": trouble}
    return shown(request, InviteForm(), days=invitations.LASTS.days, **more)


@require_POST
@MAY_CHANGE
def role(request: HttpRequest, key: int) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("people")
    wanted = form.cleaned_data["role"]
    return changed(
        request,
        key,
        lambda person: people.change_role(person, wanted),
        f"is {'an' if wanted[0] in 'aeiou' else 'a'} {wanted} now",
    )


@require_POST
@MAY_CHANGE
def deactivate(request: HttpRequest, key: int) -> HttpResponse:
    words = "is deactivated: signed out everywhere, and their tokens are revoked"
    return changed(request, key, people.deactivate, words)


@require_POST
@MAY_CHANGE
def let_in_again(request: HttpRequest, key: int) -> HttpResponse:
    return changed(request, key, people.let_in_again, "may sign in again; tokens stay revoked")


def changed(
    request: HttpRequest, key: int, verb: Callable[[User], None], words: str
) -> HttpResponse:
    person = get_object_or_404(User, pk=key)
    try:
        verb(person)
    except people.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{person.get_full_name() or person.get_username()} {words}.")
    return redirect("people")


# ── behind the link, without a login ─────────────────────────────────────────


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The address is the secret. No other site learns it: the policy for
    referrers is that of every page."""
    person = invitations.invited(token)
    if person is None:
        return render(request, "accounts/invitation_over.html", status=410)
    form = SetPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not invitations.accept(token, form.cleaned_data["new_password1"]):
            return render(request, "accounts/invitation_over.html", status=410)
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("account_login")
    return render(request, "accounts/invitation.html", {"form": form, "person": person})
