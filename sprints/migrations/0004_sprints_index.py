"""All tasks that were ever in a sprint are found by an index, not by reading every task."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("sprints", "0003_mail_marks"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["sprints"], name="tasks_ever_in_a_sprint"
            ),
        ),
    ]
