"""Sample work for a new installation: people, sources, and what people decided.

The sources are read by the same workers, over the same protocols, as real ones
would be. Only people's own words (claims in numbers, verdicts) are written
here: no tracker holds them.
"""

import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.dateparse import parse_datetime

from demo import mlflow, work
from demo.neptune.tokens import api_token
from sources.models import Source
from sprints.models import Hypothesis, Verdict
from sprints.streams.words import TASK
from tracking.streams.naming import owner_key

ROLES = {
    "ML engineer": "contributor",
    "data engineer": "contributor",
    "deployment engineer": "deployer",
    "team lead": "lead",
    "annotator": "viewer",
}
READER = "lea.moreau"
MINUTE = timedelta(minutes=1)


class Command(BaseCommand):
    help = "Fill a new installation with sample work, read from practice servers."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.DATA / "sample"
        folder.mkdir(exist_ok=True)
        paths = work.prepared(folder, datetime.now(UTC))
        names = ("jira", "neptune", *(["mlflow"] if mlflow.wished() else []))
        ports = {name: free_port() for name in names}
        (folder / "ports.json").write_text(json.dumps(ports))
        story = json.loads(paths.story.read_text())
        with transaction.atomic():
            people = add_people(story["people"])
            sources = add_sources(paths, ports)
            issues = json.loads(paths.jira.read_text())["issues"]
            decide(story, sources, people, {one["key"]: one["id"] for one in issues})


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def add_people(told: list[dict[str, Any]]) -> dict[str, User]:
    """Without passwords: an administrator gives them one, or an invitation."""
    people = {}
    for one in told:
        first, _, last = one["shown"].partition(" ")
        person = User(username=one["name"], first_name=first, last_name=last)
        person.email = f"{one['name']}@paper-lab.example"
        person.set_unusable_password()
        person.save()
        person.groups.add(Group.objects.get(name=ROLES[one["role"]]))
        people[one["name"]] = person
    return people


def add_sources(paths: work.Paths, ports: dict[str, int]) -> dict[str, Source]:
    told: dict[str, dict[str, Any]] = {
        "jira": {
            "name": "Paper lab Jira",
            "kind": "jira",
            "secret": f"practice-{READER}",
            "settings": {
                "address": f"http://127.0.0.1:{ports['jira']}",
                "mode": "cloud",
                "email": f"{READER}@paper-lab.example",
                "projects": ["DOC", "OCR"],
                "hypothesis_types": ["Hypothesis"],
                "hypothesis_labels": ["hypothesis"],
                "writes": "on",
            },
        },
        "archive": {
            "name": "Neptune archive, sprints 44 to 48",
            "kind": "neptune-archive",
            "settings": {"paths": [str(paths.archive)], "zone": work.ARCHIVE_ZONE},
            "interval": timedelta(hours=1),
        },
        "neptune": {
            "name": "Neptune on premises",
            "kind": "neptune",
            "secret": api_token(READER, f"http://127.0.0.1:{ports['neptune']}"),
            "settings": {"projects": [], "insecure": True},
        },
    }
    if "mlflow" in ports:
        told["mlflow"] = {
            "name": "MLflow",
            "kind": "mlflow",
            "settings": {"address": f"http://127.0.0.1:{ports['mlflow']}"},
        }
    return {slug: add_source(slug, **given) for slug, given in told.items()}


def add_source(slug: str, *, secret: str = "", **given: Any) -> Source:
    source = Source(slug=slug, **{"interval": MINUTE, **given})
    source.secret = secret
    source.save()
    source.viewers.set(Group.objects.all())
    return source


def decide(
    story: dict[str, Any],
    sources: dict[str, Source],
    people: dict[str, User],
    issues: dict[str, int],
) -> None:
    """Claims in numbers and verdicts. Keys are known before the rows are: a
    mirrored row's key follows from its source and its id over there."""
    projects = {one["run"]: one["project"] for one in evidence_of(story)}
    held = {run: run_key(sources, project, run) for run, project in projects.items()}
    for one in story["hypotheses"]:
        task = sources["jira"].key(TASK, issue_of(one["key"], issues, story["movedKeys"]))
        owner = people[one["owner"]]
        at = parse_datetime(one["decidedAt"]) if one.get("decidedAt") else None
        Hypothesis.objects.create(
            task_id=task,
            claim=one["claim"],
            metric=one["metric"],
            direction="min" if one["direction"] == "below" else "max",
            threshold=one["threshold"],
            baseline=held.get(one.get("baselineRun") or ""),
            edited_by=owner,
        )
        if one.get("verdict"):
            best = best_of(one)
            Verdict.objects.create(
                task_id=task,
                outcome=one["verdict"],
                reason=one.get("note") or "",
                run=held[best["run"]],
                figures={
                    "metric": one["metric"],
                    "best": best["value"],
                    "run": best["run"],
                    "sources": [str(tracker_of(sources, best["run"]).pk)],
                },
                by=owner,
                at=at or datetime.now(UTC),
            )


def evidence_of(story: dict[str, Any]) -> list[dict[str, Any]]:
    return [found for one in story["hypotheses"] for found in one.get("evidence", [])]


def run_key(sources: dict[str, Source], project: str, run: str) -> Any:
    return owner_key(tracker_of(sources, run), "run", project, run)


def tracker_of(sources: dict[str, Source], run: str) -> Source:
    return sources["neptune" if run.startswith("FRM-") else "archive"]


def issue_of(key: str, issues: dict[str, int], moved: dict[str, str]) -> int:
    return issues[key] if key in issues else issues[moved[key]]


def best_of(one: dict[str, Any]) -> dict[str, Any]:
    pick = min if one["direction"] == "below" else max
    found: dict[str, Any] = pick(one["evidence"], key=lambda run: run["value"])
    return found
