"""A write that others were quicker with: a state of its own, and how it stood there."""

from django.db import migrations, models
from django.db.models import Q

STATES = ("pending", "sending", "parked", "done", "refused", "conflict", "dropped", "dry")


def states(known: tuple[str, ...]) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(state__in=known), name="a_known_state_of_a_write")


class Migration(migrations.Migration):
    dependencies = [
        ("sprints", "0006_no_index_of_tags"),
    ]

    operations = [
        migrations.AddField(
            model_name="write",
            name="seen",
            field=models.TextField(
                blank=True,
                default="",
                help_text="How it stood there last: of a move that others were quicker with the "
                "status, of a comment a digest of its words.",
            ),
        ),
        migrations.RemoveConstraint(model_name="write", name="a_known_state_of_a_write"),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE sprints_write SET state = 'refused' WHERE state = 'conflict'",
        ),
        migrations.AddConstraint(model_name="write", constraint=states(STATES)),
    ]
