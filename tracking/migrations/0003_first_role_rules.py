"""The rules that a new portal starts with; administrators edit them."""

from django.db import migrations

RULES = (
    ("*checkpoint*", "", "checkpoint"),
    ("*.safetensors", "", "checkpoint"),
    ("", "application/x-safetensors", "checkpoint"),
    ("*weights*", "", "checkpoint"),
    ("", "application/x-onnx", "checkpoint"),
    ("inference/*", "", "inference-code"),
    ("*inference*.py", "", "inference-code"),
    ("augmentation/*", "", "augmentation-code"),
    ("*aug*.py", "", "augmentation-code"),
    ("*roc*", "image/*", "plot:roc"),
    ("*confusion*", "image/*", "plot:confusion-matrix"),
    ("plots/*", "image/*", "plot:other"),
    ("", "application/x-ipynb+json", "notebook"),
    ("*requirements*", "", "environment-lock"),
    ("*uv.lock", "", "environment-lock"),
    ("*pylock.toml", "", "environment-lock"),
    ("*conda-lock*", "", "environment-lock"),
    ("probe/*input*", "", "probe-input"),
    ("probe/*expected*", "", "probe-expected"),
    ("dataset/*", "text/csv", "dataset-frame"),
    ("dataset/*_info", "", "dataset-frame"),
    ("dataset/*", "", "dataset"),
    ("source_code/diff*", "", "source-diff"),
    ("source_code/upstream_diff*", "", "source-diff"),
    ("source_code/*", "", "training-code"),
    ("", "text/x-python", "training-code"),
    ("monitoring/*", "", "log"),
)


def add(apps, schema_editor):
    rule = apps.get_model("tracking", "RoleRule")
    rule.objects.bulk_create(
        rule(order=10 * number, path=path, media_type=media_type, role=role)
        for number, (path, media_type, role) in enumerate(RULES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("tracking", "0002_packed_columns_uncompressed")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
