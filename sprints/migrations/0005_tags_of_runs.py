"""The outbox writes runs' tags, too: two kinds."""

from django.db import migrations, models
from django.db.models import Q

JIRAS = ("link", "unlink", "labels", "move", "subtask", "comment", "worklog")
TAGS = ("tag", "untag")


class Migration(migrations.Migration):
    dependencies = [
        ("sprints", "0004_sprints_index"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="write", name="a_known_kind_of_write"),
        migrations.AddConstraint(
            model_name="write",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=(*JIRAS, *TAGS)), name="a_known_kind_of_write"
            ),
        ),
        migrations.AlterField(
            model_name="write",
            name="subject",
            field=models.TextField(
                blank=True, help_text="Of a link its global id, of a tag its run."
            ),
        ),
        migrations.AlterField(
            model_name="write",
            name="account",
            field=models.TextField(blank=True, help_text="Who wrote it, as it is called there."),
        ),
    ]
