"""Words looked for in the messages of all threads.

A plain scan, newest thread first, that stops when it has found enough: no index has to be kept in
step with files that people edit by hand.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

from understudy import Host, Message, NotFound
from understudy_server.failures import Refused

JSON = dict[str, Any]
_AT_ONCE: Final = 100
_SECONDS: Final = 2.0
_AROUND: Final = 70


@dataclass(slots=True)
class Found:
    """A page of hits. `next_page` goes on behind the last message that was looked at."""

    hits: list[JSON] = field(default_factory=list)
    next_page: str | None = None


async def search(host: Host, words: list[str], *, limit: int, page: str | None) -> Found:
    """Messages with all of the words, the newest of the newest thread first.

    After two seconds it answers with what there is. Raises `Refused` for a page that is none.
    """
    found, deadline = Found(), time.monotonic() + _SECONDS
    async for message in _messages(host, page):
        place = f"{message.thread_id}/{message.id}"
        if len(found.hits) == limit:
            return found
        if hit := _hit(message, words):
            found.hits.append(hit)
        found.next_page = place
        if time.monotonic() > deadline:
            return found
    found.next_page = None
    return found


async def _messages(host: Host, page: str | None) -> AsyncIterator[Message]:
    begin, message_id = page.split("/", 1) if page and "/" in page else (page, None)
    async for thread_id in _threads(host, begin):
        messages = await host.messages(thread_id)
        after = message_id if thread_id == begin else None
        while True:
            listed = await messages.page(limit=_AT_ONCE, after=after)
            for message in listed.items:
                yield message
            if not listed.has_more:
                break
            after = listed.items[-1].id


async def _threads(host: Host, begin: str | None) -> AsyncIterator[str]:
    """The ids of all threads from `begin` on, newest first."""
    if begin is not None:
        await _check(host, begin)
        yield begin
    after, has_more = begin, True
    while has_more:
        listed = await host.threads.page(limit=_AT_ONCE, after=after)
        for thread in listed.items:
            yield thread.id
        has_more = listed.has_more and bool(listed.items)
        after = listed.items[-1].id if listed.items else None


async def _check(host: Host, thread_id: str) -> None:
    try:
        await host.threads.locate(thread_id)
    except NotFound:
        raise Refused("Invalid 'page': use `next_page` of the page before.", param="page") from None


def _hit(message: Message, words: list[str]) -> JSON | None:
    text = message.text
    folded = text.casefold()
    if not all(word in folded for word in words):
        return None
    return {
        "object": "thread.search_result",
        "thread_id": message.thread_id,
        "message_id": message.id,
        "role": message.role,
        "created_at": message.created_at,
        "snippet": snippet(text, folded.find(words[0])),
    }


def snippet(text: str, at: int) -> str:
    """The text around a place, on one line."""
    begin, end = max(0, at - _AROUND), at + _AROUND
    around = " ".join(text[begin:end].split())
    return f"{'…' if begin else ''}{around}{'…' if end < len(text) else ''}"
