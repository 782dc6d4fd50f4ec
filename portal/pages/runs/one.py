"""One run's page: what it is, its curves, parameters, files and source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse

from handoff import listing as records
from portal.accounts.ties.following import author_key, owner_key, whose
from portal.pages.asking import words
from portal.pages.people.addresses import person_url
from portal.pages.runs import drawn, files
from sources.models import Person
from sprints import hypotheses, links
from sprints.models import Sprint
from tracking import curves, twins
from tracking.models import LogChunk, Metric, ModelVersion, Run
from tracking.streams.texts import read_lines

LOG_TAIL = 200  # lines of a run's log on its page
LOGS = 3
VERSIONS = 50
OTHERS = 30  # runs that its source may be compared with


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
class Best:
    """A line of the table beside the curves."""

    name: str
    best: float | None
    at: float | None
    last: float | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which curves are drawn, and in words when they are not all."""

    url: str
    state: dict[str, str]
    bests: list[Best]
    summary: str
    only: list[str]


@dataclass(frozen=True, slots=True)
class Other:
    """A run whose source can be compared with this one's."""

    key: UUID
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    run: Run
    opening: str
    pairs: list[Pair]
    code: list[Pair]
    links: list[links.Link]
    sprints: list[Sprint]
    hypotheses: list[hypotheses.Line]
    curves: Chosen
    numbers: list[Metric]
    parameters: list[tuple[str, Any]]
    properties: list[tuple[str, Any]]
    gaps: list[dict[str, str]]
    files: files.Files
    others: list[Other]
    logs: list[tuple[str, str]]
    versions: list[ModelVersion]
    records: Sequence[records.Line]


def read(user: Person, run: Run, asked: QueryDict) -> Page:
    """`run` comes with its project and its source. A constant number of queries."""
    metrics = sorted(Metric.objects.filter(run=run), key=curves.place)
    own = links.tasks_of(user, [run.pk])[run.pk]
    lines = hypotheses.read(user, [link.task for link in own if link.task.is_hypothesis])
    held = files.read(user, run.pk)
    people = whose(user, [key for key in (owner_key(run), author_key(run)) if key])
    return Page(
        run=run,
        opening=_opening(run, own),
        pairs=[*_pairs(run, _whose(people, owner_key(run))), *_twins(user, run)],
        code=_code(run, _whose(people, author_key(run))),
        links=own,
        sprints=links.sprints_of(user, [run.pk])[run.pk],
        hypotheses=lines,
        curves=_chosen(run, [one for one in metrics if one.points > 1], asked),
        numbers=_numbers(metrics),
        parameters=sorted(run.parameters.items()),
        properties=sorted(run.properties.items()),
        gaps=run.gaps,
        files=held,
        others=_others(user, run, own, lines) if held.has_source else [],
        logs=_logs(run),
        versions=list(ModelVersion.objects.visible_to(user).of_run(run)[:VERSIONS]),
        records=records.read(user, records.Asked(run=str(run.pk))).lines,
    )


def _whose(people: Mapping[UUID, User], account: UUID | None) -> str:
    """To what the account's person did; empty where nobody said who that is."""
    return person_url(people.get(account)) if account else ""


def _opening(run: Run, own: Sequence[links.Link]) -> str:
    """The sentence that answers: what is this, and for what?"""
    for_what = f" for {' and '.join(link.task.name for link in own[:3])}" if own else ""
    now = {
        "running": "Still going",
        "finished": "Finished",
        "failed": "Failed",
        "unknown": "Imported without its own words",
    }.get(run.state, run.state)
    who = f", by {run.owner}" if run.owner else ""
    partial = "; parts of it are missing" if run.partial else ""
    return f"{now}{who}{for_what}{partial}."


def _pairs(run: Run, owner_url: str) -> list[Pair]:
    reason = "not in the archive" if run.source.kind == "neptune-archive" else "not told"
    return [
        Pair("Run", run.handle, copy=run.handle),
        Pair("Project", run.project.name),
        Pair("Owner", run.owner, url=owner_url, missing="" if run.owner else reason),
        Pair("Tags", ", ".join(run.tags) or "none"),
        Pair("Source", run.source.name, url=reverse("source", args=[run.source.slug])),
    ]


def _twins(user: Person, run: Run) -> list[Pair]:
    return [
        Pair(
            "The same run as",
            f"{one.handle} in {one.source.name}",
            url=reverse("run", args=[one.pk]),
        )
        for one in twins.same_as(user, run)
    ]


def _code(run: Run, author_url: str) -> list[Pair]:
    """Where the code was. What the archive lost is said, never left blank."""
    commit = str(run.code.get("commit") or "")
    reason = next((gap["why"] for gap in run.gaps if gap["what"] == "commit"), "not told")
    found = [
        Pair("Commit", commit[:12], copy=commit, grade="imported")
        if commit
        else Pair("Commit", "", missing=reason)
    ]
    if author := run.code.get("author") or run.code.get("email"):
        found.append(Pair("Author", str(author), url=author_url))
    named = ((name, run.code.get(name)) for name in ("branch", "message", "entrypoint"))
    found += [Pair(name.capitalize(), str(value)) for name, value in named if value]
    if run.code.get("dirty"):
        found.append(Pair("Working tree", "had changes that were not committed"))
    return found


def _chosen(run: Run, series: Sequence[Metric], asked: QueryDict) -> Chosen:
    only = [name for name in words(asked, "series") if any(one.name == name for one in series)]
    shown = [one for one in series if one.name in only] if only else list(series)
    url, here = reverse("run_curves", args=[run.pk]), reverse("run", args=[run.pk])
    query = f"?{urlencode([('series', name) for name in only])}" if only else ""
    return Chosen(
        url=url + query,
        state=drawn.state(asked),
        bests=[_best(one, here) for one in series],
        summary=_summary(len(curves.drawn([one.name for one in shown])), len(series)),
        only=only,
    )


def _summary(drawn_now: int, there: int) -> str:
    if drawn_now == there:
        return ""
    return f"{drawn_now} of {there} series are drawn; a name in the table draws that one alone."


def _numbers(metrics: Sequence[Metric]) -> list[Metric]:
    """Single values, those of the test first: the page's head has room for a few."""
    single = [one for one in metrics if one.points <= 1]
    return sorted(single, key=lambda one: curves.named(one.name).split != "test")


def _best(one: Metric, here: str) -> Best:
    way = curves.direction(one.name)
    url = f"{here}?{urlencode({'series': one.name})}#curves"
    return Best(one.name, getattr(one, way), getattr(one, f"{way}_step"), one.last, url)


def _others(
    user: Person, run: Run, own: Sequence[links.Link], lines: Sequence[hypotheses.Line]
) -> list[Other]:
    """Baselines first, then the newest runs of the same tasks."""
    baselines = [line.claim.baseline for line in lines if line.claim.baseline]
    tied = links.runs_of(user, [link.task.pk for link in own])
    keys = dict.fromkeys([*baselines, *(key for several in tied.values() for key in several)])
    keys.pop(run.pk, None)
    wanted = list(keys)[:OTHERS]
    held = Run.objects.visible_to(user).only("handle", "name").in_bulk(wanted)
    return [
        Other(key, _named(held[key], is_baseline=key in baselines)) for key in wanted if key in held
    ]


def _named(run: Run, *, is_baseline: bool) -> str:
    words_of = f"{run.handle} {run.name}".strip()
    return f"{words_of} (baseline)" if is_baseline else words_of


def _logs(run: Run) -> list[tuple[str, str]]:
    names = LogChunk.objects.filter(run=run).order_by("name").values_list("name", flat=True)
    return [
        (name, "\n".join(text for _, _, text in read_lines(run.pk, name, last=LOG_TAIL)))
        for name in names.distinct()[:LOGS]
    ]
