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
        migrations.RunPython(number, migrations.RunPython.noop),
    ]
