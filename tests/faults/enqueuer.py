"""Writes things and what is to be told of them, one transaction each, for as long as it takes; a ledger of commits.

A line of the ledger is written once the commit has returned: what stands there must be in the database.
"""

import sys
import time
from pathlib import Path

import django


def main(ledger: str, count: int) -> None:
    """So many commits; one that fails is tried again under another number."""
    django.setup()
    from django.db import DatabaseError, InterfaceError, connection, transaction

    from portal.follows.models import Channel
    from portal.outbox.operations import queue_mails
    from tests.faults.letters import letter

    number = done = 0
    with Path(ledger).open("a", encoding="ascii", buffering=1) as notes:
        while done < count:
            number += 1
            try:
                with transaction.atomic():
                    Channel.objects.create(kind="thing", title=f"thing:{number}", url="/", audience="members")
                    queue_mails([letter(f"thing:{number}")])
            except (DatabaseError, InterfaceError):
                connection.close()
                time.sleep(0.05)
                continue
            notes.write(f"thing:{number}\n")
            done += 1
            time.sleep(0.005)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
