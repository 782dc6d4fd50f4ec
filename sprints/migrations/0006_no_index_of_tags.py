"""An index of early days, which 0005 does not make any more. On the way back tags'
rows go: before 0005 there is no such kind of write."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("sprints", "0005_tags_of_runs"),
    ]

    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS tags_open",
            "DELETE FROM sprints_write WHERE kind IN ('tag', 'untag')",
        ),
    ]
