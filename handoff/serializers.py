"""Shapes of the API's answers about records."""

from typing import Any

from rest_framework import serializers

HASH = "sha256:, then 64 hexadecimal digits"


class RecordRow(serializers.Serializer[Any]):
    """A record in a list. A draft has no version, digest, or bytes to fetch."""

    id = serializers.UUIDField()
    model = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    state = serializers.CharField(help_text="sealed or draft")
    digest = serializers.CharField(allow_null=True, help_text=f"Of record.json: {HASH}")
    task = serializers.CharField(help_text="The hypothesis's or task's key; empty without one.")
    run = serializers.CharField(help_text="The tracker's id; empty when it is gone.")
    sealed_at = serializers.DateTimeField(allow_null=True)
    sealed_by = serializers.CharField(allow_null=True)
    size = serializers.IntegerField(allow_null=True, help_text="Bytes of its files together.")
    damaged = serializers.BooleanField(
        help_text="Bytes of a file are lost or not those that were sealed: it is not handed out."
    )
    url = serializers.CharField(help_text="This record over the API.")
    page_url = serializers.CharField(help_text="Its page.")


class RecordPage(serializers.Serializer[Any]):
    rows = RecordRow(many=True)
    next = serializers.CharField(help_text="Pass it as `at`; empty at the end.")


class RecordFileOf(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="In the bundle.")
    role = serializers.CharField(help_text="checkpoint, inference-code, dataset-frame, plot:roc, …")
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    source_path = serializers.CharField(help_text="In the tracker.")
    url = serializers.CharField()


class FactOf(serializers.Serializer[Any]):
    section = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    grade = serializers.CharField(help_text="verified, imported, stated or missing")
    value = serializers.JSONField(allow_null=True)
    note = serializers.CharField(help_text="One line for people; of a missing fact, the reason.")
    concern = serializers.CharField(help_text="Why a known fact is no good news; else empty.")


class Previous(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    digest = serializers.CharField(help_text=HASH)


class CheckpointOf(RecordFileOf):
    format = serializers.CharField()
    runs_code_when_loaded = serializers.BooleanField()
    content_digest = serializers.CharField(
        allow_null=True, help_text="Of a safetensors file's tensors alone, without its metadata."
    )


class BundleOf(serializers.Serializer[Any]):
    url = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Exact: Content-Length of the whole.")
    etag = serializers.CharField(help_text="Without quotes, for If-Range.")


class RecordOf(RecordRow):
    """One record. `facts` are a sealed record's own, or a draft's as of now."""

    previous = Previous(allow_null=True)
    checkpoint = CheckpointOf(allow_null=True)
    inference_command = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Words; {checkpoint}, {input} and {output} stand for files.",
    )
    facts = FactOf(many=True)
    record_url = serializers.CharField(allow_null=True, help_text="record.json, the sealed bytes.")
    artifacts_url = serializers.CharField(allow_null=True)
    bundle = BundleOf(allow_null=True)
