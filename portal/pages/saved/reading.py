"""What the pages of saved views show."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, QueryDict

from portal.accounts.saved import MEND, SavedView
from portal.pages.asking import word, words
from portal.pages.runs import listing
from sources.models import Person


@dataclass(frozen=True, slots=True)
class Line:
    """`link` is the whole address, to be sent to somebody."""

    view: SavedView
    pinned: bool
    may_change: bool
    link: str

    @property
    def owner(self) -> str:
        return self.view.owner.get_full_name() or self.view.owner.get_username()


@dataclass(frozen=True, slots=True)
class Page:
    own: list[Line]
    team: list[Line]


def listed(user: Person) -> QuerySet[SavedView]:
    """By name, each with `pinned`: whether this person has it in their side bar."""
    pins = SavedView.pinned_by.through.objects.filter(savedview=OuterRef("pk"), user=user.pk)
    return SavedView.objects.visible_to(user).as_listed().annotate(pinned=Exists(pins))


def read(request: HttpRequest) -> Page:
    """One query, beside the asker's rights. One's own for the team are among one's own."""
    person, mends = request.user, request.user.has_perm(MEND)
    lines = [
        Line(
            view,
            pinned=view.pinned,  # type: ignore[attr-defined]
            may_change=mends or view.owner_id == person.pk,
            link=request.build_absolute_uri(view.url),
        )
        for view in listed(person)
    ]
    return Page(
        own=[line for line in lines if line.view.owner_id == person.pk],
        team=[line for line in lines if line.view.owner_id != person.pk],
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is to be saved. `problem` says why it cannot be; `words` how many
    runs answer it."""

    view: SavedView
    problem: str
    words: str


def asked(user: User, told: QueryDict) -> Asked:
    """The table itself says whether it understands the question."""
    view = SavedView(owner=user, query=word(told, "q"), columns=words(told, "col"))
    if not view.question:
        return Asked(view, "There is nothing to save: filter the runs or choose columns first.", "")
    page = listing.read(user, told)
    return Asked(view, page.table.problem, page.words)
