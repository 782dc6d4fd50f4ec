"""A run's files on its page: pictures, series of pictures, source, the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import DenseRank, Greatest, Mod, RowNumber
from django.urls import reverse
from django.utils.safestring import SafeString

from sources.models import Person
from tracking import source_text
from tracking.models import Artifact, Run

SHOWN = 500  # files in the page's table
PLOTS = 24
FRAMES = 12  # pictures of one series of files
SERIES = 6
IS_TEXT = Q(*(Q(blob__media_type__startswith=kind) for kind in source_text.TEXTS), _connector=Q.OR)
CODE = ("training-code", "augmentation-code", "inference-code", "environment-lock", "notebook")
BESIDE = 12  # plots that compared runs have beside each other


@dataclass(frozen=True, slots=True)
class File:
    """`url` downloads it, `read_url` shows its text; either may be empty."""

    artifact: Artifact
    url: str
    read_url: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class Frames:
    """A series of pictures: some of its steps, the first and the last among them."""

    path: str
    files: list[File]
    count: int


@dataclass(frozen=True, slots=True)
class Beside:
    """A plot of several runs, in their order; a run that has none there has None."""

    path: str
    files: list[tuple[Run, File | None]]


@dataclass(frozen=True, slots=True)
class Files:
    """`more` files and `more_plots` are past what a page holds."""

    all: list[File]
    plots: list[File]
    frames: list[Frames]
    more: bool
    more_plots: int
    has_source: bool


def read(user: Person, run: UUID) -> Files:
    """Four queries, and none of them reads more rows than it shows: a run may
    have a hundred thousand files, and its plots anywhere among them."""
    of_run = Artifact.objects.visible_to(user).of_run(run)
    held = list(of_run.order_by("path", "step", "key")[: SHOWN + 1])
    pictures = of_run.filter(blob__media_type__startswith="image/")
    plots: list[Any] = list(
        pictures.filter(step=None).annotate(together=Window(Count("pk")))[:PLOTS]
    )
    return Files(
        all=[file(one) for one in held[:SHOWN]],
        plots=[file(one) for one in plots],
        frames=frames(pictures.exclude(step=None)),
        more=len(held) > SHOWN,
        more_plots=plots[0].together - len(plots) if plots else 0,
        has_source=of_run.filter(IS_TEXT, role__in=CODE).exists(),
    )


def is_picture(artifact: Artifact) -> bool:
    return artifact.blob is not None and artifact.blob.media_type.startswith("image/")


def file(one: Artifact) -> File:
    small = "" if one.step is None else "?small"
    return File(
        one,
        url=reverse("file", args=[one.pk]) if one.blob_id else "",
        read_url=reverse("run_text", args=[one.pk]) if source_text.is_text(one) else "",
        picture_url=reverse("picture", args=[one.pk]) + small if is_picture(one) else "",
    )


def frames(pictures: QuerySet[Artifact]) -> list[Frames]:
    """The first series, by path; an archive writes a step's file as path@step."""
    found: dict[str, list[Any]] = {}
    for one in spread(pictures):
        found.setdefault(one.series, []).append(one)
    return [
        Frames(path, [file(one) for one in several], several[0].together)
        for path, several in found.items()
    ]


def spread(pictures: QuerySet[Artifact]) -> QuerySet[Any]:
    """By series and step; of a long series FRAMES steps, evenly over it, the first
    and the last among them: those at which place * (FRAMES - 1) / (together - 1)
    comes to another whole number."""
    own = F("series")
    counted = pictures.annotate(
        series=Func(
            F("path"),
            Value("(?<=.)@[^@]*$"),
            Value(""),
            function="regexp_replace",
            output_field=TextField(),
        ),
        number=Window(DenseRank(), order_by="series"),
        place=Window(RowNumber(), partition_by=own, order_by=("step", "key")) - 1,
        together=Window(Count("pk"), partition_by=own),
    )
    turn = Mod(F("place") * (FRAMES - 1), Greatest(F("together") - 1, 1))
    chosen = counted.annotate(turn=turn).filter(
        Q(together__lte=FRAMES) | Q(turn__lt=FRAMES - 1), number__lte=SERIES
    )
    return chosen.order_by("series", "step", "key")


def beside(user: Person, runs: Sequence[Run]) -> list[Beside]:
    """The runs' plots by path, those that most of them have first: one query."""
    seen = (
        Artifact.objects.visible_to(user)
        .select_related("blob")
        .filter(run__in=[run.pk for run in runs], step=None)
    )
    pictures = seen.filter(blob__media_type__startswith="image/")
    counted = pictures.annotate(together=Window(Count("pk"), partition_by="path"))
    found: dict[str, dict[UUID, File]] = {}
    for one in counted.order_by("-together", "path")[: BESIDE * len(runs)]:
        found.setdefault(one.path, {})[one.run_id] = file(one)
    return [
        Beside(path, [(run, several.get(run.pk)) for run in runs])
        for path, several in list(found.items())[:BESIDE]
    ]


# ── source files ─────────────────────────────────────────────────────────────


def sources_of(user: Person, run: UUID) -> dict[str, Artifact]:
    """A run's source files by path."""
    held = Artifact.objects.visible_to(user).of_run(run).filter(role__in=CODE, step=None)
    return {one.path: one for one in held[:SHOWN] if source_text.is_text(one)}


def changed(ours: dict[str, Artifact], theirs: dict[str, Artifact]) -> list[str]:
    """Paths of which one side has no file, or other bytes."""
    return sorted(path for path in ours.keys() | theirs.keys() if not _same(ours, theirs, path))


def _same(ours: dict[str, Artifact], theirs: dict[str, Artifact], path: str) -> bool:
    one, other = ours.get(path), theirs.get(path)
    return one is not None and other is not None and one.blob_id == other.blob_id


def diff_url(run: UUID, other: UUID, path: str = "") -> str:
    url = reverse("run_diff", args=[run, other])
    return f"{url}?{urlencode({'path': path})}" if path else url


@dataclass(frozen=True, slots=True)
class Text:
    artifact: Artifact
    html: SafeString
    url: str
    cut: bool
    lost: bool
    cells: bool


def read_text(artifact: Artifact) -> Text:
    """`lost`: there are no bytes, or none that can be read as text."""
    shown = _shown(artifact)
    name = artifact.name or artifact.path
    return Text(
        artifact,
        source_text.highlighted(shown.text, name) if shown else SafeString(""),
        reverse("file", args=[artifact.pk]) if artifact.blob_id else "",
        cut=shown is not None and shown.cut,
        lost=shown is None,
        cells=shown is not None and shown.cells,
    )


def _shown(artifact: Artifact) -> source_text.Shown | None:
    if not source_text.is_text(artifact):
        return None
    try:
        return source_text.read(artifact)
    except FileNotFoundError:
        return None
