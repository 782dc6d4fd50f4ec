"""A source, a run and its files in the tables, as a sync would leave them."""

import csv
import hashlib
import io
import json
import struct
from datetime import UTC, datetime

import orjson
import zstandard
from django.contrib.auth.models import Group, Permission, User

from sources.models import Payload, Source
from sprints.models import Hypothesis, Sprint, Task, TaskKey, Verdict
from tracking.blobs import ingest
from tracking.models import Artifact, Mention, Metric, Run, TrackerProject

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CODE = b"import sys\nprint(sys.argv)\n"


def person(name, *codenames, source=None):
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    if source is not None:
        group, _ = Group.objects.get_or_create(name=f"team of {source.slug}")
        source.viewers.add(group)
        user.groups.add(group)
    return user


def source(slug="lab", kind="neptune_archive"):
    return Source.objects.create(slug=slug, name=slug.title(), kind=kind)


def mirrored(source, kind, external_id):
    return {
        "key": source.key(kind, external_id),
        "source": source,
        "external_id": str(external_id),
        "digest": b"d",
    }


def run(source, handle="DOC-117", **more):
    project, _ = TrackerProject.objects.get_or_create(
        key=source.key("project", "team/Digit reader"),
        defaults={**mirrored(source, "project", "team/Digit reader"), "name": "team/Digit reader"},
    )
    made = Run.objects.create(
        **mirrored(source, "run", handle),
        project=project,
        handle=handle,
        **{
            "name": "focal loss",
            "state": "finished",
            "owner": "anna",
            "started_at": AT,
            "parameters": {"lr": 0.003, "seed": 7, "shape": [8, 8, 1], "weight_decay": None},
            "code": {"commit": "3f9a2c1d" * 5, "dirty": False, "branch": "main"},
        }
        | more,
    )
    words = orjson.dumps({"run": handle})
    Payload.objects.create(
        key=made.key,
        source=source,
        kind="run",
        digest=b"d",
        body=zstandard.compress(words),
        fetched_at=AT,
    )
    return made


def file(run, path, content, role, **more):
    blob = ingest(io.BytesIO(content), path=path).blob if content is not None else None
    return Artifact.objects.create(
        **mirrored(run.source, "artifact", f"{run.handle}/{path}/{more.get('step', '')}"),
        run=run,
        path=path,
        role=role,
        blob=blob,
        **more,
    )


def metric(run, name, value, *, low=None, high=None, points=0):
    return Metric.objects.create(
        source=run.source,
        run=run,
        name=name,
        last=value,
        min=value if low is None else low,
        max=value if high is None else high,
        points=points,
    )


def safetensors(numbers=4, *, salt=0.0):
    """The smallest honest checkpoint."""
    head = {"w": {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 4 * numbers]}}
    text = json.dumps(head).encode()
    values = struct.pack(f"<{numbers}f", *(salt + at for at in range(numbers)))
    return struct.pack("<Q", len(text)) + text + values


def table(head, *rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue().encode()


def whole_run(source, handle="DOC-117", *, salt=0.0, **more):
    """A run that has everything a record asks for."""
    made = run(source, handle, **more)
    labels = [(f"{at}.png", at % 3, "train" if at < 6 else "test") for at in range(9)]
    file(
        made, "model/checkpoint_best", safetensors(salt=salt), "checkpoint", name="best.safetensors"
    )
    file(made, "inference/code", CODE, "inference-code", name="infer.py")
    file(made, "augmentation/script", b"# nothing is turned\n", "augmentation-code", name="aug.py")
    file(made, "source_code/files/src/train.py", b"print(1)\n", "training-code")
    file(
        made,
        "dataset/frame",
        table(("path", "label", "split"), *labels),
        "dataset-frame",
        name="frame.csv",
    )
    file(
        made,
        "environment/requirements",
        b"numpy==2.3.0 --hash=sha256:00\n",
        "environment-lock",
        name="requirements.txt",
    )
    file(
        made, "plots/roc_auc", b"\x89PNG\r\n\x1a\nroc" + handle.encode(), "plot:roc", name="roc.png"
    )
    file(
        made,
        "plots/confusion_matrix",
        b"\x89PNG\r\n\x1a\ncm",
        "plot:confusion-matrix",
        name="cm.png",
    )
    file(made, "probe/input", table(("x",), (1,), (2,)), "probe-input", name="input.csv")
    file(
        made, "probe/expected", table(("y",), (2.0,), (4.0,)), "probe-expected", name="expected.csv"
    )
    file(made, "monitoring/stdout", b"epoch 0\n", "log")
    file(made, "labels.json", b'["a", "b"]', "other")
    for name, value in (
        ("train/f1", 0.95),
        ("valid/f1", 0.92),
        ("test/f1", 0.91),
        ("probe/tolerance_abs", 1e-6),
    ):
        metric(made, name, value, points=0 if name.startswith("probe") else 10)
    return made


def task(source, name, *, parent=None, hypothesis=False, sprint=None, **more):
    made = Task.objects.create(
        **mirrored(source, "issue", name),
        name=name,
        project_id=source.key("jira project", "DOC"),
        parent=parent,
        sprint=sprint,
        is_hypothesis=hypothesis,
        is_subtask=hypothesis,
        type="Sub-task" if hypothesis else "Story",
        **{"summary": f"Summary of {name}", "status": "In Review", "category": "doing"} | more,
    )
    TaskKey.objects.create(source=source, task=made, name=name)
    return made


def sprint(source, number=49):
    return Sprint.objects.create(
        **mirrored(source, "sprint", number),
        name=f"Sprint {number}",
        number=number,
        state="active",
        goal="Read digits",
        starts_at=AT,
    )


def tag(run, name):
    return Mention.objects.create(source=run.source, run=run, kind="key", value=name, place="tag")


def hypothesis(task, *, by, metric="valid/f1", threshold=0.9, baseline=None):
    return Hypothesis.objects.create(
        task=task,
        claim="Focal loss lifts F1",
        metric=metric,
        threshold=threshold,
        baseline=baseline,
        edited_by=by,
    )


def verdict(task, run, *, by, outcome="confirmed"):
    return Verdict.objects.create(task=task, outcome=outcome, reason="It held.", run=run.pk, by=by)


def sha256(content):
    return hashlib.sha256(content).hexdigest()
