"""One member whose mail came back: so that the staff desk shows what it does then."""

from datetime import datetime, timedelta

from demo.progress import Progress
from members.models import User
from portal.incoming import rules
from portal.incoming.models import AddressHealth
from portal.incoming.operations import count_failure

SAID = "550 5.1.1 The mailbox does not exist: the person has left this office."


def load(progress: Progress, now: datetime) -> None:
    """Let two mails to one address fail, on two days; not again when they did before."""
    person = User.objects.members().exclude(email__endswith="@example.org").order_by("email").first()
    if person is not None and not AddressHealth.objects.filter(address=person.email.lower()).exists():
        for days_ago in (5, 2):
            count_failure(address=person.email, counts=rules.HARD, problem=SAID, at=now - timedelta(days=days_ago))
    progress.done("1 address that takes no mail")
