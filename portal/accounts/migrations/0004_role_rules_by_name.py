"""What is written down of a rule for roles includes the name it goes by."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_audit"),
        ("tracking", "0004_role_rules_by_name"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="trackedrolerule",
            name="added_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="trackedrolerule",
            name="changed_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="trackedrolerule",
            name="removed_delete",
        ),
        migrations.AddField(
            model_name="roleruleevent",
            name="name",
            field=models.CharField(
                blank=True,
                help_text="What the file itself is called: *.ckpt, best.*",
                max_length=200,
            ),
        ),
        migrations.AlterField(
            model_name="roleruleevent",
            name="media_type",
            field=models.CharField(
                blank=True,
                help_text="As its bytes tell, whatever it is called: image/*, application/x-onnx.",
                max_length=100,
                verbose_name="kind of bytes",
            ),
        ),
        migrations.AlterField(
            model_name="roleruleevent",
            name="order",
            field=models.PositiveIntegerField(help_text="The first rule that fits counts."),
        ),
        migrations.AlterField(
            model_name="roleruleevent",
            name="path",
            field=models.CharField(
                blank=True, help_text="Where the run has it: plots/*, *checkpoint*.", max_length=200
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="trackedrolerule",
            trigger=pgtrigger.compiler.Trigger(
                name="added_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_roleruleevent" ("id", "media_type", "name", "order", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (NEW."id", NEW."media_type", NEW."name", NEW."order", NEW."path", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."role"); RETURN NULL;',
                    hash="4866c989658da54157fa0e9325b080ba16ace5ae",
                    operation="INSERT",
                    pgid="pgtrigger_added_insert_fa7d4",
                    table="tracking_rolerule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="trackedrolerule",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "accounts_roleruleevent" ("id", "media_type", "name", "order", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (NEW."id", NEW."media_type", NEW."name", NEW."order", NEW."path", _pgh_attach_context(), NOW(), \'changed\', NEW."id", NEW."role"); RETURN NULL;',
                    hash="637c2412686cb0b9de188c7628d9409c69471e08",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_2c373",
                    table="tracking_rolerule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="trackedrolerule",
            trigger=pgtrigger.compiler.Trigger(
                name="removed_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_roleruleevent" ("id", "media_type", "name", "order", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (OLD."id", OLD."media_type", OLD."name", OLD."order", OLD."path", _pgh_attach_context(), NOW(), \'removed\', OLD."id", OLD."role"); RETURN NULL;',
                    hash="85bce4e2f903bfeed9c1a731bbf6cfee394c1392",
                    operation="DELETE",
                    pgid="pgtrigger_removed_delete_912e2",
                    table="tracking_rolerule",
                    when="AFTER",
                ),
            ),
        ),
    ]
