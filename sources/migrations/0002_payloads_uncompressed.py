"""A payload's body is zstd already: keep Postgres from trying again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_tables")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE sources_payload ALTER COLUMN body SET STORAGE EXTERNAL",
            "ALTER TABLE sources_payload ALTER COLUMN body SET STORAGE EXTENDED",
        )
    ]
