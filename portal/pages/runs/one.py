"""One run's page: what it is, its curves, parameters, files and source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString

from sources.models import Person
from sprints import hypotheses, links
from sprints.models import Sprint
from tracking import curves, source_text
from tracking.models import Artifact, LogChunk, Metric, Run
from tracking.streams.texts import read_lines

LOG_TAIL = 200  # lines of a run's log on its page
SHOWN_FILES = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of parts/pairs.html."""

    label: str
    value: Any
    url: str = ""
    copy: str = ""
    grade: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    what: str
    reason: str
    short: str = "missing"


@dataclass(frozen=True, slots=True)
class Best:
    """A line of the table beside the curves."""

    name: str
    best: float | None
    at: float | None
    last: float | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class File:
    artifact: Artifact
    url: str
    read_url: str
    diff_url: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    run: Run
    opening: str
    pairs: list[Pair]
    code: list[Pair]
    links: list[links.Link]
    sprints: list[Sprint]
    hypotheses: list[hypotheses.Line]
    curves_url: str
    curves_state: dict[str, str]
    bests: list[Best]
    numbers: list[Metric]
    parameters: list[tuple[str, Any]]
    properties: list[tuple[str, Any]]
    gaps: list[Gap]
    plots: list[File]
    files: list[File]
    more_files: int
    logs: list[tuple[str, str]]
    live: bool
    source_name: str


def read(user: Person, run: Run, asked: QueryDict) -> Page:
    metrics = list(Metric.objects.filter(run=run).order_by("name"))
    artifacts = list(Artifact.objects.visible_to(user).of_run(run.pk)[: SHOWN_FILES + 1])
    own = links.tasks_of(user, [run.pk])[run.pk]
    shown = [one for one in artifacts if one.role.startswith("plot:") and one.blob_id]
    return Page(
        run=run,
        opening=_opening(run, own),
        pairs=_pairs(run),
        code=_code(run),
        links=own,
        sprints=links.sprints_of(user, [run.pk])[run.pk],
        hypotheses=hypotheses.read(user, [link.task for link in own if link.task.is_hypothesis]),
        curves_url=reverse("run_curves", args=[run.pk]),
        curves_state={word: asked.get(word, "") for word in ("x", "scale", "smooth", "from", "to")},
        bests=[_best(one) for one in metrics if one.points > 1],
        numbers=[one for one in metrics if one.points <= 1],
        parameters=sorted(run.parameters.items()),
        properties=sorted(run.properties.items()),
        gaps=[Gap(gap["what"], gap["why"]) for gap in run.gaps],
        plots=[_file(one) for one in shown],
        files=[_file(one) for one in artifacts[:SHOWN_FILES]],
        more_files=max(0, len(artifacts) - SHOWN_FILES),
        logs=_logs(run),
        live=run.state == "running",
        source_name=run.source.name,
    )


def _opening(run: Run, own: Sequence[links.Link]) -> str:
    """The sentence that answers: what is this, and for what?"""
    for_what = f" for {' and '.join(link.task.name for link in own[:3])}" if own else ""
    now = {
        "running": "Still going",
        "finished": "Finished",
        "failed": "Failed",
        "unknown": "Imported without its own words",
    }[run.state]
    who = f", by {run.owner}" if run.owner else ""
    partial = "; parts of it are missing" if run.partial else ""
    return f"{now}{who}{for_what}{partial}."


def _pairs(run: Run) -> list[Pair]:
    reason = "not in the archive" if run.source.kind == "neptune-archive" else "not told"
    return [
        Pair("Run", run.handle, copy=run.handle),
        Pair("Project", run.project.name),
        Pair("Owner", run.owner, missing="" if run.owner else reason),
        Pair("Tags", ", ".join(run.tags) or "none"),
        Pair("Source", run.source.name, url=reverse("source", args=[run.source.slug])),
    ]


def _code(run: Run) -> list[Pair]:
    """Where the code was. What the archive lost is said, never left blank."""
    commit = str(run.code.get("commit") or "")
    reason = next((gap["why"] for gap in run.gaps if gap["what"] == "commit"), "not told")
    found = [
        Pair("Commit", commit[:12], copy=commit, grade="imported")
        if commit
        else Pair("Commit", "", missing=reason)
    ]
    named = ((name, run.code.get(name)) for name in ("branch", "message", "entrypoint"))
    found += [Pair(name.capitalize(), str(value)) for name, value in named if value]
    if run.code.get("dirty"):
        found.append(Pair("Working tree", "had changes that were not committed"))
    return found


def _best(one: Metric) -> Best:
    way = curves.direction(one.name)
    return Best(one.name, getattr(one, way), getattr(one, f"{way}_step"), one.last)


def _file(one: Artifact) -> File:
    read_url = reverse("run_text", args=[one.pk]) if source_text.is_text(one) else ""
    return File(one, reverse("file", args=[one.pk]) if one.blob_id else "", read_url)


def _logs(run: Run) -> list[tuple[str, str]]:
    names = LogChunk.objects.filter(run=run).order_by("name").values_list("name", flat=True)
    return [
        (name, "\n".join(text for _, _, text in read_lines(run.pk, name)[-LOG_TAIL:]))
        for name in names.distinct()[:3]
    ]


# ── curves ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Drawn:
    """`mark` changes when the charts would; `charts` draws them."""

    mark: str
    charts: Callable[[], dict[str, Any]] = field(repr=False)


def read_curves(run: Run, asked: QueryDict) -> Drawn:
    metrics = list(Metric.objects.filter(run=run, points__gt=1).order_by("name"))
    view = window(asked)
    live = {"live": True} if run.state == "running" else {}
    grown = max((one.last_at.isoformat() for one in metrics if one.last_at), default="")
    count = sum(one.points for one in metrics)
    return Drawn(
        f"{run.pk}:{count}:{grown}:{run.state}:{sorted(view.items())}",
        lambda: {"charts": curves.charts(metrics, **view), **live},
    )


def window(asked: QueryDict) -> dict[str, Any]:
    """What part is asked for: nonsense means all of it."""
    return {
        "x": "time" if asked.get("x") == "time" else "step",
        "start": _number(asked.get("from", "")),
        "end": _number(asked.get("to", "")),
    }


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


# ── a source file ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Text:
    artifact: Artifact
    html: SafeString
    url: str
    cut: bool


def read_text(artifact: Artifact) -> Text:
    shown = source_text.read(artifact)
    return Text(
        artifact,
        source_text.highlighted(shown.text, artifact.name or artifact.path),
        reverse("file", args=[artifact.pk]),
        shown.cut,
    )
