"""Blocks of neighbours for the orders of the directory; they are filled after the migration."""

from django.db import migrations, models

import members.lookup.kept


class Migration(migrations.Migration):
    dependencies = [("members", "0013_directory_versions")]

    operations = [
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
    ]
