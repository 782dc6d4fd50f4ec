"""A rule may go by the name of the file itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0003_first_role_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="rolerule",
            name="name",
            field=models.CharField(
                blank=True,
                help_text="What the file itself is called: *.ckpt, best.*",
                max_length=200,
            ),
        ),
        migrations.AlterField(
            model_name="rolerule",
            name="media_type",
            field=models.CharField(
                blank=True,
                help_text="As its bytes tell, whatever it is called: image/*, application/x-onnx.",
                max_length=100,
                verbose_name="kind of bytes",
            ),
        ),
        migrations.AlterField(
            model_name="rolerule",
            name="order",
            field=models.PositiveIntegerField(
                help_text="The first rule that fits counts.", unique=True
            ),
        ),
        migrations.AlterField(
            model_name="rolerule",
            name="path",
            field=models.CharField(
                blank=True, help_text="Where the run has it: plots/*, *checkpoint*.", max_length=200
            ),
        ),
    ]
