"""Reports of failed delivery as Postfix, Exim, Exchange, Gmail and qmail write them; addresses are invented."""

# ruff: noqa: E501 -- mails, as programs write them

from collections.abc import Callable

ORIGINAL = """Received: from portal.example (portal.example [192.0.2.7])
Message-ID: <0123456789abcdef@portal.example>
From: Community <programme@portal.example>
To: {address}
Subject: Agenda: Costs
"""


def _report(head: str, words: str, status: str, address: str, *, human: str = "text/plain; charset=us-ascii") -> bytes:
    text = f"""{head}Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

This is a MIME-encapsulated message.

--=_b1
Content-Description: Notification
Content-Type: {human}

{words}

--=_b1
Content-Description: Delivery report
Content-Type: message/delivery-status

{status}
--=_b1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{ORIGINAL.format(address=address)}
--=_b1--
"""
    return text.encode()


def postfix(address: str, status: str, reply: str, *, action: str = "failed") -> bytes:
    """Postfix 3.7."""
    return _report(
        "Return-Path: <>\nDate: Mon, 23 Nov 2026 10:01:02 +0000 (UTC)\nFrom: MAILER-DAEMON@mx.agency.example (Mail Delivery System)\n",
        f"This is the mail system at host mx.agency.example.\n\nI'm sorry to have to inform you that your message could not\n"
        f"be delivered to one or more recipients. It's attached below.\n\n<{address}>: host mx.agency.example[192.0.2.9] said: {reply}\n"
        "    (in reply to RCPT TO command)",
        f"Reporting-MTA: dns; mx.agency.example\nX-Postfix-Queue-ID: 4F1\nX-Postfix-Sender: rfc822; bounces@portal.example\n"
        f"Arrival-Date: Mon, 23 Nov 2026 10:01:00 +0000 (UTC)\n\nFinal-Recipient: rfc822; {address}\n"
        f"Original-Recipient: rfc822;{address}\nAction: {action}\nStatus: {status}\nRemote-MTA: dns; mx.agency.example\n"
        f"Diagnostic-Code: smtp; {reply}\n",
        address,
    )


def exim(address: str, status: str, reply: str, *, action: str = "failed") -> bytes:
    """Exim 4.96: a report, with the failed address also in a header of its own."""
    return _report(
        f"X-Failed-Recipients: {address}\nFrom: Mail Delivery System <Mailer-Daemon@mx.agency.example>\n"
        "Date: Mon, 23 Nov 2026 10:01:02 +0000\n",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or\n"
        f"more of its recipients. This is a permanent error. The following address(es) failed:\n\n  {address}\n    {reply}",
        f"Reporting-MTA: dns; mx.agency.example\n\nAction: {action}\nFinal-Recipient: rfc822;{address}\nStatus: {status}\n"
        f"Remote-MTA: dns; mx.agency.example\nDiagnostic-Code: smtp; {reply}\n",
        address,
    )


def exim_of_old(address: str, status: str, reply: str) -> bytes:
    """Exim before 4.80: text alone."""
    return (
        f"X-Failed-Recipients: {address}\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.agency.example>\n"
        "Subject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\n"
        f"  {address}\n    SMTP error from remote mail server after RCPT TO:<{address}>:\n    host mx.agency.example [192.0.2.9]: {reply}\n"
    ).encode()


def exchange(address: str, status: str, reply: str, *, action: str = "failed") -> bytes:
    """Exchange Online: words in HTML, no Original-Recipient."""
    return _report(
        "From: postmaster@agency.example\nDate: Mon, 23 Nov 2026 10:01:02 +0000\nX-MS-Exchange-Message-Is-Ndr:\n"
        "In-Reply-To: <0123456789abcdef@portal.example>\n",
        f"<html><body><p>Your message to {address} couldn't be delivered.</p><p>{reply}</p></body></html>",
        f"Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com\nReceived-From-MTA: dns;portal.example\n"
        f"Arrival-Date: Mon, 23 Nov 2026 10:01:00 +0000\n\nFinal-Recipient: rfc822;{address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp;{reply}\nX-Display-Name: Somebody\n",
        address,
        human="text/html; charset=utf-8",
    )


def gmail(address: str, status: str, reply: str, *, action: str = "failed") -> bytes:
    """Gmail: folded diagnostic, Last-Attempt-Date."""
    folded = reply.replace(" ", "\n ", 1)
    return _report(
        f"Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nTo: bounces@portal.example\n"
        f"X-Failed-Recipients: {address}\n",
        f"** Address not found **\n\nYour message wasn't delivered to {address} because the address couldn't be found.\n\n"
        f"The response from the remote server was:\n{reply}",
        f"Reporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; bounces@portal.example\n"
        f"Arrival-Date: Mon, 23 Nov 2026 02:01:00 -0800 (PST)\nX-Original-Message-ID: <0123456789abcdef@portal.example>\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {folded}\n"
        "Last-Attempt-Date: Mon, 23 Nov 2026 02:01:02 -0800 (PST)\n",
        address,
        human='text/plain; charset="UTF-8"',
    )


def qmail(address: str, status: str, reply: str) -> bytes:
    """qmail 1.03: its own form (QSBMF), no MIME at all."""
    return (
        f"Return-Path: <>\nDate: 23 Nov 2026 10:01:02 -0000\nFrom: MAILER-DAEMON@mx.agency.example\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mx.agency.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{address}>:\n192.0.2.9 does not like recipient.\n"
        f"Remote host said: {reply}\nGiving up on 192.0.2.9. (#{status})\n\n--- Below this line is a copy of the message.\n\n"
        f"Return-Path: <bounces@portal.example>\n{ORIGINAL.format(address=address)}\n"
        "A line that says 550 5.1.1 (#5.1.1) itself.\n"
    ).encode()


SERVERS: dict[str, Callable[..., bytes]] = {
    "Postfix": postfix,
    "Exim": exim,
    "Exim of old": exim_of_old,
    "Exchange": exchange,
    "Gmail": gmail,
    "qmail": qmail,
}
# Servers that also report delays and deliveries in the same form.
REPORTING = {name: SERVERS[name] for name in ("Postfix", "Exim", "Exchange", "Gmail")}

# status, what the other server answered, what it counts.
REASONS = [
    ("5.1.1", "550 5.1.1 <a@agency.example>: Recipient address rejected: User unknown", 2),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", 2),
    ("5.1.2", "550 5.1.2 Bad destination system address", 2),
    ("5.1.3", "501 5.1.3 Bad recipient address syntax", 2),
    ("5.1.6", "551 5.1.6 Mailbox has moved, no forwarding address", 2),
    ("5.1.0", "550 5.1.0 Address rejected", 2),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", 2),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", 2),
    ("5.4.4", "550 5.4.4 Host or domain name not found", 2),
    ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota", 1),
    ("5.2.3", "552 5.2.3 Message size exceeds fixed maximum", 1),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", 1),
    ("5.5.2", "500 5.5.2 Syntax error", 1),
    ("5.6.1", "554 5.6.1 Body type not supported", 1),
    ("5.7.1", "550 5.7.1 Message rejected as spam by content filter", 1),
    ("5.7.26", "550 5.7.26 This mail is unauthenticated", 1),
    ("5.7.509", "550 5.7.509 Access denied, sending domain does not pass DMARC verification", 1),
    ("4.4.1", "421 4.4.1 Connection timed out", 1),
    ("4.2.2", "452 4.2.2 Mailbox full", 1),
    ("4.4.7", "421 4.4.7 Delivery time expired", 1),
    ("4.7.0", "451 4.7.0 Greylisted, try again later", 1),
]
