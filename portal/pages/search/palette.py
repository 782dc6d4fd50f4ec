"""What the command palette goes to by name: sections, saved views, actions."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.saved import SavedView
from portal.search import search
from portal.shell import SECTIONS

MOST = 12
VIEWS = 5
ACTIONS = 4


@dataclass(frozen=True, slots=True)
class Row:
    url: str
    kind: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A page on which something is done; `needs` is the permission for it, if any."""

    name: str
    address: str
    needs: str = ""
    anchor: str = ""

    @property
    def url(self) -> str:
        return reverse(self.address) + self.anchor


DEEDS = (
    Action("Choose the columns of the runs table", "runs_columns"),
    Action("Export runs as CSV", "runs_csv"),
    Action("Change or remove a saved view", "saved_views"),
    Action("Tie runs to tasks", "inbox", "sprints.add_evidence"),
    Action("Start a sync", "sources", "sources.sync_source"),
    Action("Add a source", "source_add", "sources.add_source"),
    Action("Make an API token", "tokens", anchor="#make"),
    Action("Change my settings and time zone", "settings"),
    Action("Change my password", "account_change_password"),
    Action("Invite somebody", "people", "auth.add_user"),
    Action("Tie accounts outside to people", "accounts", "accounts.tie_account"),
    Action("Sign out", "account_logout"),
)


def read(request: HttpRequest, text: str) -> list[Row]:
    """Places, views and actions, then things. With nothing typed, the sections and what
    is pinned: no query."""
    if not text:
        pins = [Row(one.url, "view", one.name) for one in getattr(request, "pins", ())]
        return [*_places(""), *pins][:MOST]
    hits = search(request.user, text, limit=MOST).hits if len(text) > 1 else []
    things = [Row(hit.url, hit.kind, hit.name, hit.title) for hit in hits]
    named = [*_places(text), *_views(request.user, text), *_actions(request.user, text)]
    return [*named, *things][:MOST]


def _places(text: str) -> Iterator[Row]:
    for place in SECTIONS:
        if text.lower() in place.name.lower():
            yield Row(place.url, "go to", place.name)


def _views(user: User | AnonymousUser, text: str) -> Iterator[Row]:
    for view in SavedView.objects.visible_to(user).as_listed().filter(name__icontains=text)[:VIEWS]:
        yield Row(view.url, "view", view.name, view.query)


def _actions(user: User | AnonymousUser, text: str) -> list[Row]:
    """Every typed word begins one of the action's; what a person may not do is not offered."""
    typed = text.lower().split()
    found = [
        deed
        for deed in DEEDS
        if all(any(word.startswith(one) for word in deed.name.lower().split()) for one in typed)
    ]
    allowed = [deed for deed in found if not deed.needs or user.has_perm(deed.needs)]
    return [Row(deed.url, "do", deed.name) for deed in allowed[:ACTIONS]]
