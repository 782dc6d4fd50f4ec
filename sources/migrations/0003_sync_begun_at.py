"""When a worker took a sync up: a message that comes twice begins it once.

Syncs under way during the change count as begun: their worker reads on.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0002_payloads_uncompressed")]

    operations = [
        migrations.AddField("sync", "begun_at", models.DateTimeField(null=True)),
        migrations.RunSQL("UPDATE sources_sync SET begun_at = started_at", migrations.RunSQL.noop),
    ]
