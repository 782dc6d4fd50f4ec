"""A person's own tokens: with one, what they do here is written as theirs."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.freshness import ENDING
from portal.pages.outbox.forms import TokenForm
from portal.pages.settings.views import asker
from sources.connectors.base import Trouble
from sources.connectors.jira.address import token_lasts
from sources.models import Source
from sprints.outbox import hands
from sprints.outbox.models import JiraToken, mode


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day that a token can have: nobody tells it, and it may end before."""

    at: datetime
    soon: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One Jira, with the token of this person that there is, and a form for another."""

    source: Source
    token: JiraToken | None
    form: TokenForm
    note: str
    ends: Ending | None


NOTES = {
    "off": "Nothing is written to it at present.",
    "dry": "A dry run at present: nothing is sent.",
    "on": "",
}


def read(person: User, form: TokenForm | None = None, slug: str = "") -> list[Line]:
    """Two queries. `form` is what was just sent, with its errors."""
    held = {one.source_id: one for one in JiraToken.objects.filter(user=person)}
    jiras = Source.objects.visible_to(person).filter(kind="jira").order_by("name")
    return [
        Line(
            source=one,
            token=held.get(one.pk),
            form=form if form is not None and one.slug == slug else empty(one, person),
            note=NOTES[mode(one)],
            ends=ending(held.get(one.pk), one),
        )
        for one in jiras
    ]


def ending(token: JiraToken | None, source: Source) -> Ending | None:
    lasts = token_lasts(source.settings)
    if token is None or lasts is None:
        return None
    at = token.stored_at + lasts
    return Ending(at, soon=at - timezone.now() <= ENDING)


def empty(source: Source, person: User) -> TokenForm:
    return TokenForm(source, email=person.email)


def jira(request: HttpRequest, slug: str) -> Source:
    return get_object_or_404(
        Source.objects.visible_to(asker(request)).filter(kind="jira"), slug=slug
    )


@never_cache
@require_http_methods(["GET"])
def index(request: HttpRequest) -> HttpResponse:
    return shown(request)


def shown(
    request: HttpRequest, form: TokenForm | None = None, slug: str = "", status: int = 200
) -> HttpResponse:
    lines = read(asker(request), form, slug)
    return render(request, "outbox/tokens.html", {"lines": lines}, status=status)


@never_cache
@require_POST
@sensitive_post_parameters()
def store(request: HttpRequest, slug: str) -> HttpResponse:
    """Asked of Jira first: a token that it does not know is not kept."""
    source = jira(request, slug)
    form = TokenForm(source, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            token = hands.store(
                source, asker(request).pk, email=given.get("email", ""), secret=given["secret"]
            )
        except Trouble as trouble:
            form.add_error("secret", str(trouble))
        else:
            messages.success(request, f"{source.name} knows you as {token.account}.")
            return redirect("jira_tokens")
    return shown(request, form, slug, status=422)


@require_POST
def test(request: HttpRequest, slug: str) -> HttpResponse:
    token = own(request, slug)
    try:
        name = hands.tested(token)
    except Trouble as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, f"It works: {token.source.name} knows you as {name}.")
    return redirect("jira_tokens")


@require_POST
def forget(request: HttpRequest, slug: str) -> HttpResponse:
    token = own(request, slug)
    hands.forget(token.source_id, token.user_id)
    messages.success(
        request, f"Your token is deleted; {token.source.name} is written to by its bot again."
    )
    return redirect("jira_tokens")


def own(request: HttpRequest, slug: str) -> JiraToken:
    """Another person's token is not there at all."""
    held = JiraToken.objects.select_related("source")
    return get_object_or_404(held, source=jira(request, slug), user=asker(request))
