"""What can be read of a listing; what cannot is left out of it, and said."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from understudy.errors import UnderstudyError
from understudy.store import Document, Order, Page

T = TypeVar("T")
_log = logging.getLogger("understudy.store")


async def readable_page(
    fetch: Callable[..., Awaitable[Page[Document]]],
    read: Callable[[Document], T],
    *,
    limit: int,
    order: Order,
    after: str | None,
    before: str | None,
) -> Page[T]:
    """A page of what can be read. Where nothing of a page can be, it is the next one.

    An empty page would have no last id: whoever lists could not go on behind it.
    """
    while True:
        page = await fetch(limit=limit, order=order, after=after, before=before)
        found = readable(page.items, read)
        if found or not page.has_more:
            return Page(tuple(found), page.has_more)
        if before and not after:
            before = page.items[0].id
        else:
            after = page.items[-1].id


def readable(documents: Iterable[Document], read: Callable[[Document], T]) -> list[T]:
    """What `read` makes of each. One that it refuses hides none of the others."""
    found = []
    for document in documents:
        try:
            if document.error is not None:
                raise document.error
            found.append(read(document))
        except UnderstudyError as error:
            _say("/".join(document.path), document.version, str(error))
    return found


@lru_cache(1000)
def _say(place: str, version: str, why: str) -> None:
    """Once for each state of a thing: listings are asked for again and again."""
    _log.warning("%s is left out of listings: %s", place, why)
