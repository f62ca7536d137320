"""Reads reports of failed delivery: RFC 3464 as most servers write it, qmail's own form, and Exim's older one."""

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from portal.incoming import reading, rules

LINES_LOOKED_AT = 400
_QMAIL = re.compile(
    r"^(?:Hi\. This is the|This is the) ?\S* ?qmail|\bqmail-send program\b", re.IGNORECASE | re.MULTILINE
)
_QMAIL_REASON = re.compile(r"\(#([45]\.\d{1,3}\.\d{1,3})\)")
_SMTP_REPLY = re.compile(r"(?<![\d.])([45]\d\d)[ -](?:[45]\.\d{1,3}\.\d{1,3}[ -])?")


@dataclass(frozen=True)
class Failure:
    """One address that a mail did not reach: what that counts (rules.HARD, rules.SOFT) and the server's words."""

    recipient: str
    counts: int
    words: str


def failures(message: Message) -> list[Failure]:
    """What a report says failed; empty for anything else, and for a report of delay, relay or delivery."""
    blocks = [block for part in message.walk() if _is_status(part) for block in _blocks(part)]
    if blocks:
        return [failure for block in blocks if (failure := _of_block(block))]
    text = _words(message)
    if message.get("X-Failed-Recipients"):
        address = parseaddr(reading.header(message, "X-Failed-Recipients"))[1]
        return [_of_text(address, text)] if address else []
    return _of_qmail(text) if _QMAIL.search(text) else []


def _is_status(part: Message) -> bool:
    return part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}


def _blocks(part: Message) -> list[dict[str, str]]:
    """Python reads such a part as a list of header blocks: the first is about the mail, each other about a recipient.

    Where a server got the form wrong it is one text: then its blocks are what stands between empty lines.
    """
    payload = part.get_payload()
    if isinstance(payload, list):
        return [{name.lower(): reading.header(block, name) for name in block} for block in payload]
    blocks: list[dict[str, str]] = [{}]
    for line in str(payload).splitlines()[:LINES_LOOKED_AT]:
        name, colon, value = line.partition(":")
        if not line.strip():
            blocks.append({})
        elif colon and not line[0].isspace():
            blocks[-1][name.strip().lower()] = value.strip()
    return blocks


def _of_block(block: dict[str, str]) -> Failure | None:
    action = block.get("action", "").split("(")[0].strip().lower()
    if action != "failed":
        return None
    recipient = block.get("original-recipient") or block.get("final-recipient") or ""
    address = recipient.rpartition(";")[2].strip()
    words = block.get("diagnostic-code", "").partition(";")[2].strip() or block.get("diagnostic-code", "")
    status = rules.STATUS.search(block.get("status", ""))
    # "5.0.0" and "4.0.0" say nothing: then what the server answered is more exact.
    exact = status if status and not status[0].endswith(".0.0") else rules.STATUS.search(words) or status
    if exact is None:
        return _of_text(address, words)
    return Failure(address, rules.weight(exact[0]), words or exact[0]) if rules.weight(exact[0]) else None


def _of_text(address: str, text: str) -> Failure:
    """A failure without a status: by the server's reply, where one is quoted; else it may pass."""
    reply = _SMTP_REPLY.search(text)
    if reply is None:
        status = rules.STATUS.search(text)
        return Failure(address, rules.weight(status[0]) if status else rules.SOFT, _short(text))
    words = text[reply.start() :]
    return Failure(address, rules.weight_of_reply(int(reply[1]), _short(words)), _short(words))


def _of_qmail(text: str) -> list[Failure]:
    """Paragraphs that begin with an address in angle brackets, each with its reason, up to the copy of the mail."""
    found = []
    for paragraph in text.partition("--- Below this line")[0].split("\n\n"):
        first, _newline, reason = paragraph.strip().partition("\n")
        if not (first.startswith("<") and first.rstrip(":").endswith(">")):
            continue
        address = first.strip("<>: ")
        status = _QMAIL_REASON.search(reason)
        if status:
            found.append(Failure(address, rules.weight(status[1]), _short(reason)))
        else:
            found.append(_of_text(address, reason))
    return found


def _words(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            return "\n".join(reading.text_of_part(part).replace("\r\n", "\n").splitlines()[:LINES_LOOKED_AT])
    return ""


def _short(text: str) -> str:
    return " ".join(text.split())[:400]
