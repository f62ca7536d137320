from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0010_move_domains'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='organisation',
            name='domain',
        ),
    ]
