"""Records in lists: by model, task and state, newest first, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from handoff.models import Record, RecordFile, RecordQuerySet
from sources.models import Person
from sources.store import clean
from sprints.models import Task
from tracking.models import Run
from tracking.runs.keyset import Place, decode, encode

USUAL = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. `run` is a run's key; `state` is sealed, draft or empty for both;
    `words` are looked for in model, task and the tracker's id of the run."""

    words: str = ""
    model: str = ""
    task: str = ""
    run: str = ""
    state: str = ""
    place: str = ""
    size: int = USUAL

    @property
    def filtered(self) -> bool:
        return bool(self.words or self.model or self.task or self.state)


@dataclass(frozen=True, slots=True)
class Line:
    """`size` is of the sealed files together; None for a draft. `handle` is
    empty when the run is no longer here. `damaged`: bytes of a file are known to be
    lost or changed, so nothing of it is handed out."""

    record: Record
    handle: str
    size: int | None
    damaged: bool


@dataclass(frozen=True, slots=True)
class Found:
    """`older` is the next page's place; empty at the end."""

    lines: Sequence[Line]
    older: str


def read(user: Person, asked: Asked) -> Found:
    """One page: a fixed number of queries."""
    rows = matching(user, asked).newest_first()
    if place := decode(asked.place):
        rows = rows.filter(
            Q(created_at__lt=place.value) | Q(created_at=place.value, id__gt=place.key)
        )
    lines = _lines(rows, asked.size + 1)
    kept = lines[: asked.size]
    last = kept[-1].record if len(lines) > asked.size else None
    return Found(kept, encode(Place(last.created_at, last.pk)) if last else "")


def one(user: Person, key: UUID) -> Line | None:
    """A record as lists show it, with its body: one query."""
    found = _lines(Record.objects.visible_to(user).filter(pk=key), 1, deferred=())
    return found[0] if found else None


def _lines(rows: RecordQuerySet, most: int, *, deferred: Sequence[str] = ("body",)) -> list[Line]:
    files = RecordFile.objects.filter(record=OuterRef("pk")).values("record")
    shown = (
        rows.select_related("model", "created_by", "sealed_by")
        .defer(*deferred)
        .annotate(
            handle=Subquery(Run.objects.filter(pk=OuterRef("run")).values("handle")[:1]),
            stored=Subquery(files.annotate(total=Sum("blob__size")).values("total")),
            damaged=Exists(files.filter(blob__corrupt=True)),
        )
    )
    return [Line(row, row.handle or "", row.stored, row.damaged) for row in shown[:most]]


def matching(user: Person, asked: Asked) -> RecordQuerySet:
    rows = Record.objects.visible_to(user)
    if asked.model:
        rows = rows.filter(model=clean(asked.model))
    if asked.task:
        rows = rows.filter(of_task(user, clean(asked.task)))
    if asked.run:
        rows = rows.filter(run=key) if (key := _uuid(asked.run)) else rows.none()
    if asked.state in STATES:
        rows = rows.filter(STATES[asked.state])
    if asked.words:
        rows = rows.filter(_saying(user, clean(asked.words)))
    return rows


STATES: Mapping[str, Q] = {
    "sealed": Q(sealed_at__isnull=False),
    "draft": Q(sealed_at=None),
}


def of_task(user: Person, name: str) -> Q:
    """Records of the task that has, or once had, this key, and of its sub-tasks.

    A record keeps its task's name too: it is found when the task is gone."""
    held = Task.objects.visible_to(user).named([name])
    below = Task.objects.visible_to(user).filter(parent__in=held.values("pk"))
    return (
        Q(task__in=held.values("pk"))
        | Q(task__in=below.values("pk"))
        | Q(task_name=name.strip().upper())
    )


def _saying(user: Person, words: str) -> Q:
    runs = Run.objects.visible_to(user).called([words])
    said = Q(model__slug__icontains=words) | Q(model__name__icontains=words)
    if id_of := _uuid(words):
        said |= Q(pk=id_of)
    return said | of_task(user, words) | Q(run__in=runs.values("pk")) | _digest(words)


def _digest(words: str) -> Q:
    """Whoever holds a bundle may ask which record it is."""
    hexes = words.rpartition(":")[2].lower()
    return Q(digest__startswith=hexes) if len(hexes) >= 8 else Q(pk__in=[])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
