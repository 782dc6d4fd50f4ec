"""Ties between people and accounts outside; marks of erased ones; what is written down."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_send_to_jira"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("sources", "0005_newest_syncs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasedAccount",
            fields=[
                ("account", models.UUIDField(primary_key=True, serialize=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="erasure",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ErasureEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="accounts.erasure",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(help_text="member, owner or author", max_length=10)),
                ("account", models.UUIDField(help_text="See account_key.")),
                ("words", models.TextField(blank=True)),
                ("confirmed", models.BooleanField()),
                ("reason", models.TextField(help_text="Why it was thought so, as it was shown.")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sources.source",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": (
                    ("tie_account", "Can say whose an account outside is"),
                    ("erase_person", "Can erase a person's name, addresses and ties"),
                ),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TieEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("account", models.UUIDField(help_text="See account_key.")),
                ("kind", models.CharField(help_text="member, owner or author", max_length=10)),
                ("confirmed", models.BooleanField()),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="sources.source",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="account_kind_origin_user_confirmed_events",
                        to="accounts.tie",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="erasure",
            trigger=pgtrigger.compiler.Trigger(
                name="erased_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_erasureevent" ("at", "by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."at", NEW."by_id", _pgh_attach_context(), NOW(), \'erased\', NEW."user_id", NEW."user_id"); RETURN NULL;',
                    hash="f897a4f60953e40023f4c650996093587bf0abdc",
                    operation="INSERT",
                    pgid="pgtrigger_erased_insert_021a1",
                    table="accounts_erasure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="erasureevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a8d94f8ab23639196de44f840fd991934cac19a2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8d115",
                    table="accounts_erasureevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed", True)),
                fields=("account",),
                name="one_person_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.UniqueConstraint(
                fields=("user", "account"), name="one_word_on_an_account"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tie",
            trigger=pgtrigger.compiler.Trigger(
                name="confirmed_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."confirmed")',
                    func='INSERT INTO "accounts_tieevent" ("account", "confirmed", "kind", "origin_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."account", NEW."confirmed", NEW."kind", NEW."origin_id", _pgh_attach_context(), NOW(), \'confirmed\', NEW."id", NEW."user_id"); RETURN NULL;',
                    hash="7b50c4b15c4231590413fd78c2820c6395065b46",
                    operation="INSERT",
                    pgid="pgtrigger_confirmed_insert_a0257",
                    table="accounts_tie",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tie",
            trigger=pgtrigger.compiler.Trigger(
                name="rejected_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT NEW."confirmed")',
                    func='INSERT INTO "accounts_tieevent" ("account", "confirmed", "kind", "origin_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."account", NEW."confirmed", NEW."kind", NEW."origin_id", _pgh_attach_context(), NOW(), \'rejected\', NEW."id", NEW."user_id"); RETURN NULL;',
                    hash="eceda86bc0738054d6725819652c504c11bc3c63",
                    operation="INSERT",
                    pgid="pgtrigger_rejected_insert_5ef64",
                    table="accounts_tie",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tie",
            trigger=pgtrigger.compiler.Trigger(
                name="taken_back_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_tieevent" ("account", "confirmed", "kind", "origin_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."account", OLD."confirmed", OLD."kind", OLD."origin_id", _pgh_attach_context(), NOW(), \'taken back\', OLD."id", OLD."user_id"); RETURN NULL;',
                    hash="ff9ae350b8e8fc554a55b38e6a103a40f83b4bae",
                    operation="DELETE",
                    pgid="pgtrigger_taken_back_delete_aea6c",
                    table="accounts_tie",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tieevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6aa068582d1a19f466c6fa792041d0f6b674d6b8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_43276",
                    table="accounts_tieevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
