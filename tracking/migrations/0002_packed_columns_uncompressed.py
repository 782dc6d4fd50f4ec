"""The packed columns are compressed already: keep Postgres from trying again."""

from django.db import migrations

COLUMNS = (("tracking_serieschunk", "packed"), ("tracking_logchunk", "packed"))


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_tables")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTENDED",
        )
        for table, column in COLUMNS
    ]
