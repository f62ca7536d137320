from django.db import migrations

# What "anyone" of the old choice opened: every field but e-mail and phone, which were shown to nobody.
OPENED = (
    "pronouns", "photo", "role", "organisation", "level", "country", "ask_about", "looking_for", "willing_to", "bio",
    "links", "stage", "service_lines", "languages", "time_zone", "contributions",
)


def move(apps, schema_editor):
    """One choice for a whole profile becomes the same choice for each of its fields; languages move into the row."""
    profile, language = apps.get_model("members", "Profile"), apps.get_model("members", "ProfileLanguage")
    everything = {field: "public" for field in OPENED}
    profile.objects.filter(visibility="public").update(shown_to="public", audiences=everything)
    spoken = {}
    for pk, code in language.objects.order_by("pk").values_list("profile_id", "code"):
        spoken.setdefault(pk, []).append(code)
    for pk, codes in spoken.items():
        profile.objects.filter(pk=pk).update(languages=codes)


def move_back(apps, schema_editor):
    profile, language = apps.get_model("members", "Profile"), apps.get_model("members", "ProfileLanguage")
    profile.objects.filter(shown_to="public").update(visibility="public")
    for row in profile.objects.exclude(languages=[]).iterator():
        language.objects.bulk_create(language(profile_id=row.pk, code=code) for code in row.languages)


class Migration(migrations.Migration):

    dependencies = [("members", "0005_profile_privacy")]

    operations = [migrations.RunPython(move, move_back)]
