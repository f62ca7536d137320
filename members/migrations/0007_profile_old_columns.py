from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("members", "0006_profile_audiences_move")]

    operations = [
        migrations.RemoveField(
            model_name='profile',
            name='search_text',
        ),
        migrations.RemoveField(
            model_name='profile',
            name='visibility',
        ),
        migrations.DeleteModel(
            name='ProfileLanguage',
        ),
    ]
