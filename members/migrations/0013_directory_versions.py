"""Give every term of the directory a version of its own, by which processes know what they have read."""

from django.db import migrations, models

import members.lookup.kept


def number(apps, schema_editor):
    """The key serves: versions that are drawn later are all larger than any."""
    apps.get_model("members", "DirectoryTerm").objects.update(version=models.F("pk"))


class Migration(migrations.Migration):
    dependencies = [("members", "0012_reaching_each_other")]

    operations = [
        migrations.AddField(
            model_name="directoryterm",
            name="version",
            field=models.BigIntegerField(default=members.lookup.kept.new_version),
        ),
        migrations.AddField(
            model_name="directoryentry",
            name="sort_name",
            field=models.CharField(blank=True, default="", max_length=160),
            preserve_default=False,
        ),
        migrations.AddField(model_name="directoryentry", name="member_since", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="DirectoryBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.CharField(max_length=12)),
                ("first", models.CharField(blank=True, max_length=160)),
                ("first_key", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("people", models.BinaryField()),
                ("version", models.BigIntegerField(default=members.lookup.kept.new_version)),
            ],
            options={"indexes": [models.Index(fields=["order", "first"], name="directory_blocks")]},
        ),
        migrations.RunPython(number, migrations.RunPython.noop),
    ]
