from django.db import migrations


def move(apps, schema_editor):
    """One column becomes rows that somebody verifies; of two organisations with one domain the older keeps it."""
    organisation = apps.get_model("members", "Organisation")
    domain = apps.get_model("members", "OrganisationDomain")
    rows = {}
    for row in organisation.objects.exclude(domain="").order_by("pk"):
        rows.setdefault(row.domain.strip().lower(), row)
    domain.objects.bulk_create(domain(organisation=row, domain=name) for name, row in rows.items())


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0009_joining'),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop, elidable=True),
    ]
