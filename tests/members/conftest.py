"""Mail of these tests takes the road it takes in the portal: rows in the outbox, then a file for each message."""

import pytest


@pytest.fixture(autouse=True)
def _mail_through_the_outbox(settings):
    """Django's test runner puts a list in the place of the backend."""
    settings.EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"
    settings.OUTBOX_TRANSPORT = "portal.outbox.capture.CaptureBackend"
