"""A credential's end may be a guess: Jira Cloud tells nobody when a token ends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0008_what_is_listed_no_more")]

    operations = [
        migrations.AddField(
            "source",
            "secret_end_guessed",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
