"""What tests of groups share with those of meetings: a way to send mail."""

from tests.meetings.conftest import sent

__all__ = ["sent"]
