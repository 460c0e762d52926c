"""Mails (RFC 5322 and MIME)."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Final, cast

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.draft import Draft
from understudy_rag.parsing.encoding import decode
from understudy_rag.parsing.markup import read_html

_SHOWN: Final = ("Subject", "From", "To", "Cc", "Date")
_MAX_DEPTH: Final = 8


def read(data: bytes, _name: str) -> Document:
    """The headers that people read, the text, the names of what is attached."""
    draft = Draft()
    _add(draft, message_from_bytes(data, policy=policy.default), 1)
    return draft.document()


def _add(draft: Draft, mail: EmailMessage, level: int) -> None:
    draft.heading(level, _header(mail, "Subject"))
    for name in _SHOWN:
        if value := _header(mail, name):
            draft.add(f"{name}: {value}\n")
    draft.add("\n")
    for part in _parts(mail):
        _add_part(draft, part, level)


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(mail.get(name, "")).split())
    except (ValueError, LookupError, IndexError):  # the standard library's, at odd headers
        return ""


def _parts(mail: Message) -> Iterator[EmailMessage]:
    """Without containers; of alternatives the plain one, else the last."""
    if not mail.is_multipart() or mail.get_content_type() == "message/rfc822":
        yield cast("EmailMessage", mail)
        return
    inner = cast("list[EmailMessage]", mail.get_payload())
    if mail.get_content_type() == "multipart/alternative" and inner:
        plain = [part for part in inner if part.get_content_type() == "text/plain"]
        inner = plain[:1] or inner[-1:]
    for part in inner:
        yield from _parts(part)


def _add_part(draft: Draft, part: EmailMessage, level: int) -> None:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        if level < _MAX_DEPTH:
            _add(draft, cast("list[EmailMessage]", part.get_payload())[0], level + 1)
    elif part.is_attachment() or part.get_content_maintype() != "text":
        draft.add(f"Attachment: {part.get_filename() or kind}\n")
    else:
        text = decode(cast("bytes", part.get_payload(decode=True)), part.get_content_charset())
        draft.add(f"{read_html(text).text if kind == 'text/html' else text}\n")
