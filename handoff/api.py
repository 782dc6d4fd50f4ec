"""Records over the API: find one by a Jira key, fetch it whole or by the file."""

from collections.abc import Sequence
from posixpath import normpath
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from handoff import bundle, facts, listing, sealed
from handoff.facts import Fact
from handoff.listing import Asked, Line
from handoff.models import Record, RecordFile
from handoff.pages.checklist import facts_of
from handoff.serializers import RecordFileOf, RecordOf, RecordPage
from sources.answers import Answer, size
from sources.store import clean
from sprints.models import Task
from tracking.serving import serve_blob, serve_bytes

PAGE = [
    OpenApiParameter("model", str, description="A model's slug."),
    OpenApiParameter("state", str, description="sealed (usual), draft or all"),
    OpenApiParameter("at", str, description="A page's `next`."),
    OpenApiParameter("limit", int, description="Records of a page, at most 500."),
]
RUN = OpenApiParameter("run", str, description="A run's key.")
TASK = OpenApiParameter("task", str, description="A Jira key, also one that it had before.")
BYTES = {(200, "application/octet-stream"): bytes}


class Several(APIException):
    status_code = 409
    default_detail = "More than one file."


class OfRecords(Answer):
    scope = "records"


# ── lists ────────────────────────────────────────────────────────────────────


class Records(OfRecords):
    @extend_schema(operation_id="records", parameters=[TASK, RUN, *PAGE], responses=RecordPage)
    def get(self, request: Request) -> Response:
        """Newest first. A task's records are those of its sub-tasks too."""
        return Response(_page(request, request.query_params.get("task", "")))


class RecordsOfTask(OfRecords):
    @extend_schema(operation_id="task_records", parameters=PAGE, responses=RecordPage)
    def get(self, request: Request, name: str) -> Response:
        """A task's records, newest first; 404 for a key that nothing has or had."""
        page = _page(request, name)
        held = Task.objects.visible_to(request.user).named([clean(name)])
        if not page["rows"] and not held.exists():
            raise Http404
        return Response(page)


def _page(request: Request, task: str) -> dict[str, Any]:
    asked = request.query_params
    found = listing.read(
        request.user,
        Asked(
            model=asked.get("model", ""),
            task=task,
            run=asked.get("run", ""),
            state=asked.get("state", "sealed"),
            place=asked.get("at", ""),
            size=size(request),
        ),
    )
    rows = [_row(request, one) for one in found.lines]
    return dict(RecordPage({"rows": rows, "next": found.older}).data)


def _row(request: Request, line: Line) -> dict[str, Any]:
    record = line.record
    return {
        "id": record.pk,
        "model": record.model_id,
        "version": record.version,
        "state": "sealed" if record.sealed else "draft",
        "digest": f"sha256:{record.digest}" if record.sealed else None,
        "task": record.task_name,
        "run": line.handle,
        "sealed_at": record.sealed_at,
        "sealed_by": record.sealed_by.get_username() if record.sealed_by else None,
        "size": line.size,
        "damaged": line.damaged,
        "url": _url(request, "api_record", record.pk),
        "page_url": _url(request, "record", record.pk),
    }


def _url(request: Request, name: str, *words: object) -> str:
    return str(request.build_absolute_uri(reverse(name, args=words)))


# ── one record ───────────────────────────────────────────────────────────────


class OneRecord(OfRecords):
    @extend_schema(operation_id="record", responses=RecordOf)
    def get(self, request: Request, key: UUID) -> Response:
        line = listing.one(request.user, key)
        if line is None:
            raise Http404
        told = _sealed(request, line) if line.record.sealed else _draft(request, line)
        return Response(RecordOf(told).data)


def _sealed(request: Request, line: Line) -> dict[str, Any]:
    record = line.record
    told, download = sealed.read(record), bundle.of(record)
    return _row(request, line) | {
        "previous": told.previous,
        "checkpoint": _checkpoint(request, record, told),
        "inference_command": (told.value("inference_command") or {}).get("command"),
        "facts": facts_of(told),
        "record_url": _url(request, "api_record_json", record.pk),
        "artifacts_url": _url(request, "api_record_artifacts", record.pk),
        "bundle": {
            "url": _url(request, "api_record_bundle", record.pk),
            "name": download.name,
            "size": download.size,
            "etag": download.etag,
        },
    }


def _draft(request: Request, line: Line) -> dict[str, Any]:
    """Nothing of a draft is handed out; its facts are as of now."""
    nothing = ("previous", "checkpoint", "record_url", "artifacts_url", "bundle")
    known = _facts_now(request, line.record)
    command = next((one.value for one in known if one.name == "inference_command"), None)
    return (
        _row(request, line)
        | dict.fromkeys(nothing)
        | {
            "inference_command": command["command"] if isinstance(command, dict) else None,
            "facts": known,
        }
    )


def _facts_now(request: Request, record: Record) -> Sequence[Fact]:
    try:
        return facts.read(record, request.user).facts
    except facts.RunGone:
        return []


def _checkpoint(request: Request, record: Record, told: sealed.Sealed) -> dict[str, Any] | None:
    file, value = told.checkpoint, told.value("checkpoint")
    if file is None or value is None:
        return None
    return _artifact(request, record, file) | {
        "format": value["format"],
        "runs_code_when_loaded": value["runs_code_when_loaded"],
        "content_digest": value.get("content_digest"),
    }


def _artifact(request: Request, record: Record, file: sealed.SealedFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "role": file.role,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "source_path": file.source_path,
        "url": _url(request, "api_record_artifact", record.pk, file.path),
    }


# ── bytes ────────────────────────────────────────────────────────────────────


def _visible_sealed(request: Request, key: UUID) -> Record:
    """404 for a draft too: it hands nothing out."""
    held = Record.objects.visible_to(cast(User, request.user)).filter(sealed_at__isnull=False)
    return get_object_or_404(held, pk=key)


class RecordJson(OfRecords):
    @extend_schema(operation_id="record_json", responses={(200, "application/json"): dict})
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        """The sealed bytes: their sha256 is the record's digest."""
        record = _visible_sealed(request, key)
        return serve_bytes(
            request._request,
            bytes(record.body or b""),
            media_type="application/json",
            name=f"{record.model_id}-v{record.version}.json",
        )


class Artifacts(OfRecords):
    @extend_schema(operation_id="record_artifacts", responses=RecordFileOf(many=True))
    def get(self, request: Request, key: UUID) -> Response:
        record = _visible_sealed(request, key)
        rows = [_artifact(request, record, one) for one in sealed.read(record).files]
        return Response(RecordFileOf(rows, many=True).data)


class Artifact(OfRecords):
    problems = (409,)

    @extend_schema(operation_id="record_artifact", responses=BYTES)
    def get(self, request: Request, key: UUID, name: str) -> HttpResponseBase:
        """A file's bytes, by its path or by its role, with ranges.

        Of several files with that role, the one that the inference command runs.
        409 when that is none, and they are not all the same bytes: the answer names them.
        """
        file = _named(_visible_sealed(request, key), name)
        return serve_blob(request._request, file.blob, name=file.path)


def _named(record: Record, name: str) -> RecordFile:
    files = list(record.files.select_related("blob").order_by("path"))
    found = [one for one in files if one.path == name] or [one for one in files if one.role == name]
    if not found:
        raise Http404
    found = _meant(record, found) if len(found) > 1 else found
    if len({one.blob_id for one in found}) > 1:
        paths = ", ".join(one.path for one in found)
        raise Several(f"{len(found)} files are {name}; ask for one by its path: {paths}")
    return found[0]


def _meant(record: Record, files: list[RecordFile]) -> list[RecordFile]:
    """Those that the inference command names, where it names any."""
    stated = sealed.read(record).value("inference_command") or {}
    words = {normpath(word) for word in stated.get("command", [])}
    return [one for one in files if one.path in words] or files


class BundleZip(OfRecords):
    @extend_schema(operation_id="record_bundle", responses={(200, "application/zip"): bytes})
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        """Everything as one zip of known length, with ranges: a download that broke
        off goes on where it was."""
        return bundle.serve_bundle(request._request, _visible_sealed(request, key))
