"""The migrations describe the models."""

import io

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_model_change_without_its_migration():
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(f"makemigrations has something to write:\n{said.getvalue()}")
