"""A sealed record's page, from its own bytes and the state of the blobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.urls import reverse

from handoff import bundle, sealed
from handoff.models import Record
from handoff.pages.checklist import Checklist, checklist, facts_of
from handoff.pages.index import name_of
from handoff.pages.lineage import Step, lineage
from handoff.pages.numbers import Table, table
from sources.models import Person
from tracking.serving import SHOWN


@dataclass(frozen=True, slots=True)
class Version:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class File:
    sealed: sealed.SealedFile
    url: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class Page:
    """`lost` names the files whose bytes are no longer what was sealed: nothing
    is handed out then."""

    record: Record
    title: str
    opening: str
    digest: str
    command: str
    size: int
    bundle_name: str
    lost: Sequence[str]
    checklist: Checklist
    lineage: Sequence[Step]
    numbers: Table
    parameters: Sequence[tuple[str, Any]]
    files: Sequence[File]
    verified_at: datetime | None
    previous: Version | None
    newest: Version | None

    @property
    def plots(self) -> list[File]:
        return [one for one in self.files if one.picture_url]

    @property
    def lost_words(self) -> str:
        return f"The stored bytes of {', '.join(self.lost)} are lost or changed since the seal."


def read(user: Person, record: Record, root: str) -> Page:
    """`root` is the portal's address, for the command. Four queries."""
    told = sealed.read(record)
    known = facts_of(told)
    download = bundle.of(record)
    before = _before(user, record)
    latest = _newest(user, record)
    return Page(
        record=record,
        title=f"{told.model_name}, version {told.version}",
        opening=_opening(record, told),
        digest=f"sha256:{told.digest}",
        command=command(root, record, told),
        size=download.size,
        bundle_name=download.name,
        lost=download.lost,
        checklist=checklist(known),
        lineage=lineage(record, known),
        numbers=_numbers(told, before),
        parameters=sorted((told.value("parameters") or {}).items()),
        files=[_file(record, one) for one in told.files],
        verified_at=record.files.aggregate(at=Min("blob__verified_at"))["at"],
        previous=_version(before),
        newest=_version(latest) if latest and latest.pk != record.pk else None,
    )


def command(root: str, record: Record, told: sealed.Sealed) -> str:
    """Fetch, unpack, check against the digest that this page shows."""
    top = f"{told.model}-v{told.version}"
    url = root + reverse("api_record_bundle", args=[record.pk])
    return (
        f'curl -fL -C - -H "Authorization: Bearer $LABLEDGER_TOKEN" -o {top}.zip {url}\n'
        f"unzip -q {top}.zip && python3 {top}/verify.py --digest sha256:{told.digest}"
    )


def _opening(record: Record, told: sealed.Sealed) -> str:
    by = name_of(record.sealed_by) if record.sealed_by else told.sealed_by
    run = (told.value("run") or {}).get("id", "")
    gone, concerns = len(told.missing), len(told.concerns)
    words = f"Sealed by {by} from {run}. {len(told.facts) - gone} of {len(told.facts)} facts known"
    if gone:
        words += f", {gone} missing"
    if concerns:
        words += f", {concerns} to mind"
    return f"{words}."


def _before(user: Person, record: Record) -> Record | None:
    older = Record.objects.visible_to(user).filter(model=record.model_id)
    return older.filter(version__lt=record.version).order_by("-version").first()


def _newest(user: Person, record: Record) -> Record | None:
    later = Record.objects.visible_to(user).filter(model=record.model_id).defer("body")
    return later.filter(version__gt=record.version).order_by("-version").first()


def _version(record: Record | None) -> Version | None:
    if record is None:
        return None
    return Version(f"version {record.version}", reverse("record", args=[record.pk]))


def _numbers(told: sealed.Sealed, before: Record | None) -> Table:
    decision: Mapping[str, Any] | None = told.value("decision_metric")
    if before is None:
        return table(told.metrics(), decision)
    return table(told.metrics(), decision, sealed.read(before).metrics(), before.version)


def _file(record: Record, one: sealed.SealedFile) -> File:
    place = [record.pk, one.path]
    shown = one.role.startswith("plot:") and one.media_type in SHOWN
    picture = reverse("record_picture", args=place) if shown else ""
    return File(one, reverse("record_file", args=place), picture)
