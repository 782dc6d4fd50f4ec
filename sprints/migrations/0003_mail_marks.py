"""A Jira account's mail address is compared by a mark; the address is not kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sprints", "0002_outbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="mail",
            field=models.TextField(
                blank=True, default="", help_text="A mark of the address, not itself."
            ),
        ),
    ]
