"""Every part on one page, with its states: an address table of its own, for these tests only."""

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import RequestContext, engines
from django.urls import include, path
from django.utils import timezone

from portal.shell import Facts, Freshness, Place
from sprints.pictures import burn_up
from tests.design.things import CHECKS, DIFF, PAIRS, RUNS
from tracking.pictures import sparkline, step_curve

HERE = Path(__file__).parent


class Fields(forms.Form):
    name = forms.CharField(help_text="As people will call it.")
    token = forms.CharField(required=False, widget=forms.PasswordInput)
    kind = forms.ChoiceField(choices=[("jira", "Jira"), ("mlflow", "MLflow")])
    notes = forms.CharField(required=False, widget=forms.Textarea)
    paused = forms.BooleanField(required=False, help_text="Nothing is read while it rests.")
    scope = forms.MultipleChoiceField(
        choices=[("read", "Read"), ("sync", "Start syncs")], widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("The address answers, but not as a Jira does.")


def action(name: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"name": name, "url": "/", "refused": "", "post": False} | more)


def shell_facts(request: HttpRequest) -> Facts:
    return Facts(
        counts={"/hypotheses/": 12, "/runs/": 1284, "/records/": 9},
        pins=(
            Place("Best of sprint 49", "/runs/?q=sprint+49"),
            Place("Without a task", "/x", count=5),
        ),
        freshness=(
            Freshness("Jira", "/sources/1/", "3 min ago"),
            Freshness("Neptune", "/sources/2/", "2 h ago", "late"),
            Freshness("Archive 2024", "/sources/3/", "token expired", "bad"),
        ),
        inbox_count=5,
        menu=(Place("Settings", "/settings/"), Place("API tokens", "/settings/tokens/")),
    )


def shown(request: HttpRequest, file: str, **values: Any) -> HttpResponse:
    template = engines["django"].from_string((HERE / file).read_text())
    return HttpResponse(template.template.render(RequestContext(request, values)))


def gallery(request: HttpRequest) -> HttpResponse:
    for level in (messages.SUCCESS, messages.WARNING, messages.ERROR, messages.INFO):
        messages.add_message(request, level, "Sprint 49 was read again: 312 of 340 issues.")
    now = timezone.now()
    return shown(
        request,
        "gallery.html",
        form=Fields({"name": ""}),
        now=now,
        earlier=now - timedelta(days=40, hours=3),
        actions=[action("Review"), action("Delete", post=True, danger=True)],
        refused=[action("Seal", refused="Two facts are missing.")],
        main_action=action("Open stand-up"),
        figures=[
            SimpleNamespace(label="Day", value=9, note="of 14", tone=""),
            SimpleNamespace(label="Best F1", value="0.931", note="target met", tone="good"),
            SimpleNamespace(label="GPU-hours", value=118, note="", tone=""),
        ],
        tabs=[
            SimpleNamespace(name="Sprint 49", url="/", current=True, count=37),
            SimpleNamespace(name="Mine", url="/", current=False, count=None),
            SimpleNamespace(name="Failed since yesterday", url="/", current=False, count=2),
        ],
        runs=RUNS,
        lines=DIFF,
        pairs=PAIRS,
        gaps=[
            SimpleNamespace(what="Source files", reason="", short=""),
            SimpleNamespace(what="Commit", reason="The run was started by hand.", short="no git"),
        ],
        checks=CHECKS,
        palette_rows=[
            SimpleNamespace(url="/t/1", kind="task", title="DOC-2698 Focal loss", note="sprint 49")
        ],
        sources=shell_facts(request).freshness,
        columns=range(6),
        nothing=None,
        spark=sparkline([math.exp(-at / 9) + at % 3 / 30 for at in range(60)], name="loss"),
        curve=BEST,
        burn=BURN,
        curves_state=SimpleNamespace(
            **{"x": "", "scale": "", "smooth": "", "from": "", "to": ""} | request.GET.dict()
        ),
        curves_table=[SimpleNamespace(name="train/loss", best=0.11, at=59, last=0.1123, url="")],
        nan=float("nan"),
        infinite=float("inf"),
    )


DAYS = [date(2026, 11, 10) + timedelta(days=at) for at in range(15)]
BURN = burn_up(
    [44, 44, 44, 49, 49, 49, 49, 52, 52, 52], [0, 3, 8, 8, 13, 13, 13, 22, 29, 34], DAYS, DAYS[9]
)
BEST = step_curve(
    [
        (datetime(2026, 11, day, 9, tzinfo=UTC), value)
        for day, value in (
            (10, 0.884),
            (12, 0.897),
            (13, 0.87),
            (15, 0.911),
            (18, 0.931),
            (19, 0.92),
        )
    ],
    target=0.93,
    labels=["", "DOC-2690", "", "DOC-2699", "DOC-2698", ""],
    name="F1",
)


def series(request: HttpRequest) -> JsonResponse:
    """Two charts over 0..200, cut to the range asked for; the second has gaps."""
    low, high = float(request.GET.get("from") or 0), float(request.GET.get("to") or 200)
    base = 1_795_000_000 if request.GET["x"] == "time" else 0
    steps = [at for at in range(201) if low <= at + base <= high + base]
    loss = [math.exp(-at / 40) + 0.03 * math.sin(at * 1.7) + 0.05 for at in steps]
    xs = [at + base for at in steps]
    best = min(range(len(loss)), key=loss.__getitem__)
    charts = [
        {
            "title": "loss",
            "unit": "nats",
            "series": [
                {"label": "train", "x": xs, "y": loss, "best": {"x": xs[best], "y": loss[best]}},
                {
                    "label": "validation",
                    "dash": True,
                    "x": xs[::10],
                    "y": [v * 1.2 for v in loss[::10]],
                    "best": None,
                },
            ],
        },
        {
            "title": "f1",
            "unit": "",
            "series": [
                {
                    "label": "validation",
                    "colour": 2,
                    "x": xs,
                    "y": [
                        None if at % 50 == 0 else 1 - v for at, v in zip(steps, loss, strict=True)
                    ],
                    "best": None,
                }
            ],
        },
    ]
    return JsonResponse({"charts": charts})


class Sync:
    """A sync that reads one issue more each time somebody really looks, up to three."""

    asked: list[int] = []
    read = 0


def syncing(request: HttpRequest) -> HttpResponse:
    Sync.asked, Sync.read = [], 0
    return shown(request, "syncing.html", **progress())


def progress() -> dict[str, Any]:
    over = Sync.read == 3
    return {
        "status": "finished" if over else "syncing",
        "value": Sync.read,
        "poll_url": "" if over else "/syncing/progress/",
    }


def sync_progress(request: HttpRequest) -> HttpResponse:
    """Every other question finds nothing new and is answered 304."""
    etag = f'"{Sync.read}"'
    if request.headers.get("If-None-Match") == etag and Sync.asked[-1] == 200:
        Sync.asked.append(304)
        return HttpResponse(status=304, headers={"ETag": etag})
    Sync.read += 1
    Sync.asked.append(200)
    template = engines["django"].from_string(PROGRESS)
    answer = HttpResponse(template.render(progress()))
    answer["ETag"] = f'"{Sync.read}"'
    return answer


PROGRESS = (
    '{% include "parts/progress.html" with name="sync" phase="issues" '
    'total=3 every=60 label="Issues" %}'
)


def palette(request: HttpRequest) -> HttpResponse:
    words = request.GET["q"].lower()
    rows = [
        SimpleNamespace(url=f"/gallery/{name}/", kind="view", title=name, note="")
        for name in ("first", "second", "third")
        if words in name
    ]
    template = engines["django"].get_template("parts/palette_rows.html")
    return HttpResponse(template.render({"rows": rows}))


def place(request: HttpRequest, name: str) -> HttpResponse:
    return shown(request, "place.html", name=name)


def error(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(engines["django"].get_template(f"{code}.html").render({}, request))


urlpatterns = [
    path("", gallery),
    path("accounts/", include("allauth.urls")),
    path("series/", series),
    path("syncing/", syncing),
    path("syncing/progress/", sync_progress),
    path("search/palette/", palette),
    path("errors/<code>/", error),
    path("gallery/<name>/", place),
    path("runs/", place, {"name": "runs"}),
    path("runs/compare/", place, {"name": "compare"}),
]
