"""Code is no checkpoint, weights of every known kind are one, and words have edges.

Only rules that still are as 0003 wrote them make room, and each for its own
successors: what an administrator changed, deleted or added stays, under its number.
"""

from contextlib import nullcontext
from importlib import import_module

import pgtrigger
from django.db import migrations

FIRST = import_module("tracking.migrations.0003_first_role_rules").RULES
APART = 4  # so that all have numbers below the last of the first rules, 270

# Kinds that may be weights and much else: only a name can tell. First of them, after
# nothing: files whose bytes are not here.
LOOSE = "| */x-pickle | */x-joblib | */octet-stream | *zip"
ARRAYS = "*/x-hdf5 | */x-np[yz]"
WEIGHTS = "*/x-pytorch | */x-keras | */x-gguf"
ENDINGS = "*.pt | *.pth | *.ckpt | *.onnx | *.gguf | *.keras | *.safetensors"
AUGMENTING = "*<aug>*.py | *augment*.py"
RESUMING = "*<optimizer>* | *<scheduler>* | *<rng_state>* | *<training_args>*"
NO_MODEL = "*class_weights* | *sample_weights* | *loss_weights*"

# (path, kind of bytes) of the first rule that this one follows from; then path, name,
# kind of bytes, role.
RULES = (
    (("*requirements*", ""), "*<requirements>*", "", "| text/plain | text/csv", "environment-lock"),
    (("*uv.lock", ""), "*uv.lock", "", "", "environment-lock"),
    (("*pylock.toml", ""), "*pylock.toml", "", "", "environment-lock"),
    (("*conda-lock*", ""), "*conda-lock*", "", "", "environment-lock"),
    (("", "application/x-ipynb+json"), "", "", "application/x-ipynb+json", "notebook"),
    (("source_code/diff*", ""), "source_code/diff*", "", "", "source-diff"),
    (("source_code/upstream_diff*", ""), "source_code/upstream_diff*", "", "", "source-diff"),
    (("*inference*.py", ""), "source_code/*inference*.py", "", "", "inference-code"),
    (("*aug*.py", ""), "source_code/*", AUGMENTING, "", "augmentation-code"),
    (("source_code/*", ""), "source_code/*", "", "", "training-code"),
    (("probe/*input*", ""), "probe/*input*", "", "", "probe-input"),
    (("probe/*expected*", ""), "probe/*expected*", "", "", "probe-expected"),
    (("dataset/*", "text/csv"), "dataset/*", "", "text/csv", "dataset-frame"),
    (("dataset/*_info", ""), "dataset/*_info", "", "", "dataset-frame"),
    (("dataset/*", ""), "dataset/*", "", "", "dataset"),
    (("monitoring/*", ""), "monitoring/*", "", "", "log"),
    (("*roc*", "image/*"), "*<roc>* | *<rocauc>* | *<auroc>*", "", "image/*", "plot:roc"),
    (("*confusion*", "image/*"), "*confusion*", "", "image/*", "plot:confusion-matrix"),
    (("plots/*", "image/*"), "plots/*", "", "image/*", "plot:other"),
    (("inference/*", ""), "inference/*", "", "image/*", "plot:other"),
    (("augmentation/*", ""), "augmentation/*", "", "image/*", "plot:other"),
    (("*checkpoint*", ""), "", RESUMING, f"{LOOSE} | {WEIGHTS}", "training-state"),
    (("", "application/x-safetensors"), "", "", "application/x-safetensors", "checkpoint"),
    (("", "application/x-onnx"), "", "", "application/x-onnx", "checkpoint"),
    (("", "application/x-onnx"), "", "", WEIGHTS, "checkpoint"),
    (("inference/*", ""), "inference/*", "", "text/markdown | text/x-rst", "documentation"),
    (("inference/*", ""), "inference/*", "", "", "inference-code"),
    (("*inference*.py", ""), "*inference*.py", "", "", "inference-code"),
    (("augmentation/*", ""), "augmentation/*", "", "", "augmentation-code"),
    (("*aug*.py", ""), "", AUGMENTING, "", "augmentation-code"),
    (("", "text/x-python"), "", "", "text/x-python", "training-code"),
    (("*.safetensors", ""), ENDINGS, "", LOOSE, "checkpoint"),
    (("*.safetensors", ""), "", ENDINGS, LOOSE, "checkpoint"),
    (("*weights*", ""), NO_MODEL, "", f"{LOOSE} | {ARRAYS}", "other"),
    (("*weights*", ""), "*weights*", "", f"{LOOSE} | {ARRAYS}", "checkpoint"),
    (("*checkpoint*", ""), "*checkpoint*", "", f"{LOOSE} | {ARRAYS}", "checkpoint"),
    (
        ("*checkpoint*", ""),
        "",
        "*<model>* | *<best>* | *<last>* | *<ckpt>*",
        f"{LOOSE} | {ARRAYS}",
        "checkpoint",
    ),
)


def replace(apps, schema_editor):
    rule = apps.get_model("tracking", "RoleRule")
    untouched = _untouched(rule)
    # Where nothing is stored yet, the audit has nothing to tell.
    stored = apps.get_model("tracking", "Artifact").objects.exists()
    with nullcontext() if stored else pgtrigger.ignore():
        rule.objects.filter(pk__in=untouched.values()).delete()
        taken = set(rule.objects.values_list("order", flat=True))
        order = 10
        for follows, path, name, media_type, role in RULES:
            if follows not in untouched:
                continue
            while order in taken:
                order += 1
            rule.objects.create(order=order, path=path, name=name, media_type=media_type, role=role)
            order += APART


def _untouched(rule):
    """The keys of the rules that are as they were first written, by path and kind."""
    found = {}
    for number, (path, media_type, role) in enumerate(FIRST, start=1):
        as_written = {"order": 10 * number, "path": path, "media_type": media_type, "role": role}
        for key in rule.objects.filter(name="", **as_written).values_list("pk", flat=True):
            found[path, media_type] = key
    return found


class Migration(migrations.Migration):
    dependencies = [("tracking", "0011_fewer_indexes")]

    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
