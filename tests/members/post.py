"""The mails that a test caused, as their readers get them."""

import re

from portal.outbox.capture import Captured, captured
from portal.outbox.drain import drain

CODE = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")


def delivered() -> list[Captured]:
    """Everything that is due is sent; all mails of this test, the newest first."""
    drain()
    return captured()


def newest(to: str) -> Captured:
    """The last mail to an address."""
    return next(mail for mail in delivered() if mail.message["To"] == to)


def code_for(address: str) -> str:
    """The code in the last mail to an address."""
    found = CODE.search(newest(address).text)
    assert found, newest(address).text
    return found[0]


def link_for(address: str) -> str:
    """The path of the first link in the last mail to an address."""
    found = re.search(r"https?://[^/\s]+(/\S+)", newest(address).text)
    assert found, newest(address).text
    return found[1]
