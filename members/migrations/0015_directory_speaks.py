"""Have those who agreed to speak written into the directory anew, after the migration: by what they speak about."""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("members", "DirectoryEntry").objects.filter(profile__user__spokesperson__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0014_directory_order")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
