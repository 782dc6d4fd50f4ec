"""A run's files on its page: pictures, series of pictures, source, the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString

from sources.models import Person
from tracking import source_text
from tracking.models import Artifact

SHOWN = 500  # files in the page's table
PLOTS = 24
FRAMES = 12  # pictures of one series of files
SERIES = 6
CODE = ("training-code", "augmentation-code", "inference-code", "environment-lock")


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
class Files:
    """`more` files and `more_plots` are past what a page holds."""

    all: list[File]
    plots: list[File]
    frames: list[Frames]
    more: bool
    more_plots: int
    has_source: bool


def read(user: Person, run: UUID) -> Files:
    """One query."""
    held = list(Artifact.objects.visible_to(user).of_run(run)[: SHOWN + 1])
    pictures = [one for one in held if is_picture(one)]
    plots = [one for one in pictures if one.step is None]
    return Files(
        all=[file(one) for one in sorted(held[:SHOWN], key=lambda one: (one.path, one.step or 0))],
        plots=[file(one) for one in plots[:PLOTS]],
        frames=frames([one for one in pictures if one.step is not None])[:SERIES],
        more=len(held) > SHOWN,
        more_plots=max(0, len(plots) - PLOTS),
        has_source=any(one.role in CODE and source_text.is_text(one) for one in held),
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


def frames(pictures: Iterable[Artifact]) -> list[Frames]:
    """By path; an archive writes a step's file as path@step."""
    series: dict[str, list[Artifact]] = {}
    for one in pictures:
        series.setdefault(one.path.rpartition("@")[0] or one.path, []).append(one)
    return [
        Frames(path, [file(one) for one in spread(several)], len(several))
        for path, several in sorted(series.items())
    ]


def spread(several: Sequence[Artifact]) -> list[Artifact]:
    """By step, at most FRAMES of them, evenly over the series."""
    ordered = sorted(several, key=lambda one: one.step or 0.0)
    if len(ordered) <= FRAMES:
        return ordered
    return [ordered[round(n * (len(ordered) - 1) / (FRAMES - 1))] for n in range(FRAMES)]


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
    )


def _shown(artifact: Artifact) -> source_text.Shown | None:
    if not source_text.is_text(artifact):
        return None
    try:
        return source_text.read(artifact)
    except FileNotFoundError:
        return None
