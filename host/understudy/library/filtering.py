"""Listings of which only some items are wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from understudy.store import Order, Page

T = TypeVar("T", bound="Identified")
_AT_ONCE = 1000


class Identified(Protocol):
    """Something with an id."""

    id: str


async def filtered(
    fetch: Callable[..., Awaitable[Page[T]]],
    keep: Callable[[T], bool],
    *,
    limit: int,
    order: Order,
    after: str | None,
    before: str | None,
) -> Page[T]:
    """A page of the items that `keep` wants; `fetch` lists all. Cursors as in `Store.page`."""
    found: list[T] = []
    cursor, has_more = after, True
    while has_more:
        page = await _between(fetch, order, cursor, before)
        found += [item for item in page.items if keep(item)]
        has_more = page.has_more and bool(page.items)
        cursor = page.items[-1].id if page.items else None
    wanted = found[-limit:] if before and not after else found[:limit]
    return Page(tuple(wanted), len(found) > limit)


async def _between(fetch: Any, order: Order, after: str | None, before: str | None) -> Any:
    """The next items behind `after`. With `before` alone, a page would end there, not begin."""
    page = await fetch(limit=_AT_ONCE, order=order, after=after, before=None)
    ids = [item.id for item in page.items]
    if before in ids:
        return Page(page.items[: ids.index(before)], has_more=False)
    return page
